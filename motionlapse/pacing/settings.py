"""Settings of pacing: how many of the frames are analysed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

from motionlapse.errors import nearest
from motionlapse.settings import Duration, SettingsModel, setting


def _parse_rate(value: object) -> object:
    if value in ("auto", "all"):
        return value
    try:
        rate = float(value)  # type: ignore[arg-type]  # anything else raises, and is refused below
    except (TypeError, ValueError):
        rate = 0.0
    if not isinstance(value, bool) and 0.1 <= rate <= 1000:
        return rate
    raise ValueError(
        f"'{value}' is not a rate; write auto, all or frames per second, 0.1 to "
        f"1000{nearest(str(value), ['auto', 'all'])}"
    )


Rate = Annotated[Literal["auto", "all"] | float, BeforeValidator(_parse_rate)]
"""``auto``, ``all``, or frames per second of media time."""


class PacingSettings(SettingsModel):
    """How many of the frames are analysed; with masks or metrics, all of them always are."""

    analyse_fps: Rate = setting(
        "auto",
        "frames to analyse per second: all, at most RATE, or auto (about 15, but every frame "
        "where motion begins or ends)",
        flag="--analyse-fps",
        metavar="auto|all|RATE",
    )
    adaptive: bool = setting(
        True,
        "analyse fewer frames while nothing moves, and go back over the skipped ones when "
        "something does",
    )
    quiet_step: Duration = setting(
        0.2, "longest time between two analysed frames while nothing moves", gt=0, le=1
    )

    skip_nonref: bool = setting(
        True,
        "with analyse_fps auto, never decode frames that no other refers to, if the rest come "
        "at least 8 times a second",
    )

    @property
    def leaves_nonref(self) -> bool:
        """True if frames to which no other refers may be left out for good."""
        return self.skip_nonref and self.analyse_fps == "auto"

    @property
    def leaves_quiet(self) -> bool:
        """True if frames may be skipped while nothing moves, and analysed later if needed."""
        return self.adaptive and self.analyse_fps == "auto"
