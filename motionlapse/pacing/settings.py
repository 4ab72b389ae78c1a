"""Settings of the pace: how many of the frames are analysed."""

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
        f"'{value}' is no rate; write auto, all or frames a second, 0.1 to 1000"
        f"{nearest(str(value), ['auto', 'all'])}"
    )


Rate = Annotated[Literal["auto", "all"] | float, BeforeValidator(_parse_rate)]
"""``auto``, ``all``, or frames a second of media time."""


class PacingSettings(SettingsModel):
    """How many of the frames are analysed; all of them if masks or metrics are written."""

    analyse_fps: Rate = setting(
        "auto",
        "frames that are analysed a second: all, at most RATE, or auto: at most about 15, and all "
        "where motion begins or ends",
        flag="--analyse-fps",
        metavar="auto|all|RATE",
    )
    adaptive: bool = setting(
        True,
        "look at fewer frames while nothing moves, and go back over the others when something does",
    )
    quiet_step: Duration = setting(
        0.2, "longest time between two frames that are analysed while nothing moves", gt=0, le=1
    )

    skip_nonref: bool = setting(
        True,
        "never look at frames that no other is built on, where the others come at least 8 times a "
        "second and the rate is auto: they need not be decoded",
    )

    @property
    def leaves_nonref(self) -> bool:
        """True if frames that no other is built on may be left out for good."""
        return self.skip_nonref and self.analyse_fps == "auto"

    @property
    def leaves_quiet(self) -> bool:
        """True if frames may be left out, and gone back to, while nothing moves."""
        return self.adaptive and self.analyse_fps == "auto"
