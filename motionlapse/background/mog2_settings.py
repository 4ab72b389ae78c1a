"""Settings of OpenCV's mixture of Gaussians."""

from __future__ import annotations

from motionlapse.background.model_settings import ModelSettings
from motionlapse.settings import Duration, setting


class MOG2Settings(ModelSettings):
    """OpenCV's mixture of Gaussians, with its rate in seconds instead of calls."""

    variance_threshold: float = setting(
        16.0,
        "squared distance from the background, in σ², above which a pixel is foreground",
        gt=0,
        le=400,
    )
    shadows: bool = setting(True, "detect shadows, and count them as background")
    time_constant: Duration = setting(
        20.0, "how long the background takes to follow a change", gt=0
    )
    warm_up: Duration = setting(1.0, "time until the background can be trusted")
