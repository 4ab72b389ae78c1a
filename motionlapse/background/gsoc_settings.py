"""Settings of OpenCV's GSOC model."""

from __future__ import annotations

from motionlapse.background.model_settings import ModelSettings
from motionlapse.settings import Duration, setting


class GSOCSettings(ModelSettings):
    """OpenCV's GSOC model, with its chances in seconds instead of frames."""

    threshold: float = setting(
        0.0022,
        "squared colour distance above which a pixel is foreground (colours from 0 to 1)",
        gt=0,
        le=3,
    )
    time_constant: Duration = setting(
        10.0, "how long the background takes to follow a change", gt=0
    )
    spread: Duration = setting(
        3.0, "how long a sample takes to spread to neighbouring pixels", gt=0
    )
    proven: Duration = setting(1.0, "how long a sample must have been seen before it spreads", gt=0)
    sample_time: Duration = setting(0.3, "how long a sample takes to follow a slight change", gt=0)
    warm_up: Duration = setting(1.0, "time until the background can be trusted")
