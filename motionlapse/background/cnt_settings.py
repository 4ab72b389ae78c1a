"""Settings of OpenCV's counting of frames."""

from __future__ import annotations

from motionlapse.background.model_settings import ModelSettings
from motionlapse.settings import Duration, setting


class CNTSettings(ModelSettings):
    """OpenCV's counting of frames, in seconds instead of frames."""

    stable: Duration = setting(
        0.5, "how long a pixel must keep its value for it to count as background at all", gt=0
    )
    time_constant: Duration = setting(
        15.0, "how long the background takes to follow a change", gt=0
    )
    warm_up: Duration = setting(1.0, "time until the background can be trusted")
