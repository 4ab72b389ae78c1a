"""Settings of the background: which model is used, and the settings of each model."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, create_model

from motionlapse.background import MODELS
from motionlapse.background.model_settings import ModelSettings
from motionlapse.errors import nearest
from motionlapse.settings import SettingsModel, setting


def _known_model(value: object) -> str:
    if value not in MODELS:
        raise ValueError(
            f"'{value}' is not a background model; choose one of "
            f"{', '.join(MODELS)}{nearest(str(value), MODELS)}"
        )
    return str(value)


class _ModelChoice(SettingsModel):
    """Which background model judges."""

    model: Annotated[str, BeforeValidator(_known_model)] = setting(
        "gaussian",
        f"background model: {', '.join(MODELS)}",
        flag="--background",
        metavar="MODEL",
        choices=MODELS,
    )

    def of_model(self) -> ModelSettings:
        """Return the settings of the chosen model."""
        chosen: ModelSettings = getattr(self, self.model)
        return chosen


# A table for each model, from the registry: a new model needs one line there and none here.
_tables: dict[str, Any] = {
    name: (entry.settings, entry.settings()) for name, entry in MODELS.items()
}
BackgroundSettings = create_model("BackgroundSettings", __base__=_ModelChoice, **_tables)
BackgroundSettings.__doc__ = _ModelChoice.__doc__
