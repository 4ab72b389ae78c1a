"""Settings of live sources."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator

from motionlapse.credentials import SourceAddress
from motionlapse.settings import Duration, SettingsModel, setting
from motionlapse.units import parse_moment


def _parse_until(value: object) -> str:
    parse_moment(str(value), datetime.now().astimezone())  # raises at once if it cannot be read
    return str(value)


Moment = Annotated[str, BeforeValidator(_parse_until)]
"""``HH:MM[:SS]``, today or tomorrow, or ISO 8601."""


class CameraSettings(SettingsModel):
    """What is asked of a local camera; its answer is shown."""

    width: int | None = setting(None, "width to ask a local camera for [its own]", gt=0)
    height: int | None = setting(None, "height to ask a local camera for [its own]", gt=0)
    fps: float | None = setting(None, "rate to ask a local camera for [its own]", gt=0, le=1000)
    pixel_format: str | None = setting(
        None, "four letters, such as MJPG or YUYV [the camera's own]", pattern=r"^.{4}$"
    )
    settle: Duration = setting(
        1.0, "pictures of a local camera that are left out while its exposure settles"
    )


class LiveSettings(SettingsModel):
    """Where live pictures come from, how long, and what happens when they stop."""

    source: SourceAddress | None = setting(
        None, "what is watched where no SOURCE is given [camera 0]"
    )
    stop_after: Duration | None = setting(
        None, "stop after this time [never]", flag="--for", metavar="TIME", gt=0
    )
    until: Moment | None = setting(
        None, "stop at this time of day, today or tomorrow [never]", flag="--until", metavar="TIME"
    )
    transport: Literal["tcp", "udp"] = setting("tcp", "how RTSP brings pictures: tcp or udp")
    open_timeout: Duration = setting("10s", "how long connecting may take", gt=0)
    read_timeout: Duration = setting(
        "10s", "how long no picture may come before a source counts as lost", gt=0
    )
    ask_every: Duration = setting(
        "1s", "how often a camera that gives one picture at a time is asked for the next", gt=0
    )
    decoding: Literal["auto", "all"] = setting(
        "auto",
        "pictures of a network stream that are decoded: all, or auto: while nothing moves its key "
        "frames, and all as soon as packets grow or a key frame shows anything, but for those that "
        "nobody looks at and no other refers to",
    )
    freeze: Duration = setting(
        "30s", "how long the very same picture may come before a source counts as lost (0: ever)"
    )
    retry_first: Duration = setting("0.25s", "wait before connecting again", gt=0)
    retry_most: Duration = setting(
        "60s",
        "longest such wait; each is a tenth longer than the one before, and a little random",
        gt=0,
    )
    settle: Duration = setting(
        "1s", "how long nothing counts when a lost source has come back, or watching goes on"
    )
    keep_background: Duration = setting(
        "1m", "longest loss after which the background is still believed"
    )
    camera: CameraSettings = CameraSettings()
