"""Settings of the event state machine."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from motionlapse.decision.lapse_settings import LapseSettings
from motionlapse.settings import Duration, SettingsModel, Share, setting


class DecisionSettings(SettingsModel):
    """When an event opens, how long it stays open, and what counts as motion."""

    enter: Share = setting(
        0.0006,
        "share of the watched area that must move to open an event",
        flag="--enter",
        metavar="SHARE",
    )
    exit: Share | None = setting(
        None,
        "share of the watched area below which motion has ended [half of --enter]",
        flag="--exit",
        metavar="SHARE",
    )
    min_event: Duration = setting(
        0.3, "how long motion must last to open an event", flag="--min-event", metavar="TIME"
    )
    hold: Duration = setting(
        2.0,
        "how long the score must stay below --exit to close the event",
        flag="--hold",
        metavar="TIME",
    )
    light_events: bool = setting(
        False,
        "count changes of light that cover most of the picture as motion",
        flag="--light-events/--no-light-events",
    )
    light_hold: Duration = setting(
        3.0,
        "how long motion is ignored after a large change of light, while the background is "
        "learned anew",
    )
    merge: Duration = setting(
        0.0,
        "join events that are less than this apart (0: never)",
        flag="--merge",
        metavar="TIME",
    )
    lapse: LapseSettings = LapseSettings()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.enter <= 0:
            raise ValueError("enter must be above 0")
        if self.exit is not None and not 0 < self.exit < self.enter:
            raise ValueError(
                f"exit ({self.exit:g}) must be above 0 and below enter ({self.enter:g})"
            )
        return self

    @property
    def exit_ratio(self) -> float:
        """The score below which motion has ended, in (0, 1)."""
        return 0.5 if self.exit is None else self.exit / self.enter
