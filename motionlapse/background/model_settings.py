"""What the settings of every background model have."""

from __future__ import annotations

from motionlapse.settings import SettingsModel

# As long as the default model's: what all models see first is the same.
OPENING_S = 2.0


class ModelSettings(SettingsModel):
    """The settings of a background model."""

    @property
    def opening_s(self) -> float:
        """Seconds of pictures that the model wants to be primed with."""
        return OPENING_S
