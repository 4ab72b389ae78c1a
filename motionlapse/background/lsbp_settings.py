"""Settings of OpenCV's local binary patterns of singular values."""

from __future__ import annotations

from motionlapse.background.model_settings import ModelSettings
from motionlapse.settings import Duration, setting


class LSBPSettings(ModelSettings):
    """OpenCV's local binary patterns of singular values, in seconds instead of frames."""

    fastest: Duration = setting(0.07, "time between samples where the background is calm", gt=0)
    slowest: Duration = setting(1.0, "time between samples where the background is restless", gt=0)
    threshold_time: Duration = setting(
        60.0, "how long the thresholds take to follow the noise", gt=0
    )
    warm_up: Duration = setting(1.0, "time until the background can be trusted")
