"""What the settings of all background models have in common."""

from __future__ import annotations

from motionlapse.settings import SettingsModel

# As long as that of the default model, so that all models are primed with the same pictures.
OPENING_S = 2.0


class ModelSettings(SettingsModel):
    """The settings of a background model."""

    @property
    def opening_s(self) -> float:
        """Seconds of pictures that the model wants to be primed with."""
        return OPENING_S
