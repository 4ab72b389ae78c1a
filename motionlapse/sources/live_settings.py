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
    """What is requested from a local camera, which may choose otherwise."""

    width: int | None = setting(None, "width to request from a local camera [its own]", gt=0)
    height: int | None = setting(None, "height to request from a local camera [its own]", gt=0)
    fps: float | None = setting(
        None, "frame rate to request from a local camera [its own]", gt=0, le=1000
    )
    pixel_format: str | None = setting(
        None,
        "pixel format to request from a local camera: four letters, such as MJPG or YUYV [its own]",
        pattern=r"^.{4}$",
    )
    settle: Duration = setting(
        1.0, "how long to discard a local camera's first pictures, while its exposure settles"
    )


class LiveSettings(SettingsModel):
    """Where live pictures come from, for how long, and what happens when they stop."""

    source: SourceAddress | None = setting(None, "what to watch if no SOURCE is given [camera 0]")
    stop_after: Duration | None = setting(
        None, "stop after this long [never]", flag="--for", metavar="TIME", gt=0
    )
    until: Moment | None = setting(
        None,
        "stop at this time of day, today or tomorrow, or at an ISO 8601 time [never]",
        flag="--until",
        metavar="TIME",
    )
    transport: Literal["tcp", "udp"] = setting("tcp", "transport for RTSP: tcp or udp")
    open_timeout: Duration = setting("10s", "how long to wait for a connection", gt=0)
    read_timeout: Duration = setting(
        "10s", "a source counts as lost after this long without a picture", gt=0
    )
    ask_every: Duration = setting(
        "1s", "how often to fetch a picture from a camera that sends one per request", gt=0
    )
    decoding: Literal["auto", "all"] = setting(
        "auto",
        "pictures of a network stream to decode: all, or auto (only key frames while nothing "
        "moves)",
    )
    freeze: Duration = setting(
        "30s", "a source counts as lost after this long with exactly the same picture (0: never)"
    )
    retry_first: Duration = setting("0.25s", "wait before the first attempt to reconnect", gt=0)
    retry_most: Duration = setting(
        "60s",
        "longest wait between attempts to reconnect; each is about 10% longer than the last",
        gt=0,
    )
    settle: Duration = setting(
        "1s", "how long motion is ignored after a lost source has come back or a pause has ended"
    )
    keep_background: Duration = setting(
        "1m", "longest interruption after which the background is still trusted"
    )
    camera: CameraSettings = CameraSettings()
