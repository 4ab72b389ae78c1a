"""Settings of OpenCV's nearest neighbours."""

from __future__ import annotations

from motionlapse.background.model_settings import ModelSettings
from motionlapse.settings import Duration, setting


class KNNSettings(ModelSettings):
    """OpenCV's nearest neighbours, with their rate in seconds instead of calls."""

    distance_threshold: float = setting(
        400.0,
        "squared distance in grey levels below which a pixel matches a sample",
        gt=0,
        le=65025,
    )
    shadows: bool = setting(True, "detect shadows, and count them as background")
    time_constant: Duration = setting(
        20.0, "how long the background takes to follow a change", gt=0
    )
    warm_up: Duration = setting(1.0, "time until the background can be trusted")
