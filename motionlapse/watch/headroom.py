"""How close a scene comes to its threshold: it tells a deaf detector from a quiet night."""

from __future__ import annotations

import bisect
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from motionlapse.types import State
from motionlapse.units import counted, format_score

_HOUR_S = 3600.0
_MINUTE_S = 60.0
_LEAST_EVENTS_OF_FRENZY = 200
# Fewer frames have no hundredth part to leave out, and a shorter time says little: a cloud, a gust
# or a pause between two cars takes seconds.
_LEAST_QUIET, _LEAST_QUIET_S = 100, _MINUTE_S
# Upper ends of the histogram's bins: 1, 2, 5 and so on would be too coarse to see a drift.
_EDGES = tuple(0.01 * 1.08**power for power in range(90))  # to about ten times the threshold


@dataclass(frozen=True, slots=True)
class Peak:
    """A highest score.

    Attributes
    ----------
    value
        The score.
    wall
        When, by the time of day.
    """

    value: float
    wall: datetime


class Headroom:
    """Gathers scores over the last hour, and since the last `reset`.

    Attributes
    ----------
    events, snapshots, frames_seen
        How many there were since the last `reset`.
    """

    def __init__(self) -> None:
        self._minutes: deque[tuple[int, Peak]] = deque()
        self.reset()

    def reset(self) -> None:
        """Start counting anew; what is known of the last hour stays."""
        self.events = self.snapshots = 0
        self.frames_seen = 0
        self._quiet = [0] * (len(_EDGES) + 1)
        self._quiet_s: tuple[float, float] | None = None  # media time of the first and the last
        self._highest: Peak | None = None
        self._since: datetime | None = None

    def add(self, time_s: float, wall: datetime, score: float, state: State) -> None:
        """Take one frame's score."""
        self._since = self._since or wall
        self.frames_seen += 1
        if state is State.QUIET:
            self._quiet[bisect.bisect_left(_EDGES, score)] += 1
            self._quiet_s = (time_s if self._quiet_s is None else self._quiet_s[0], time_s)
        if state is State.WARMING:
            return
        if self._highest is None or score > self._highest.value:
            self._highest = Peak(score, wall)
        minute = int(time_s // _MINUTE_S)
        if not self._minutes or self._minutes[-1][0] != minute:
            self._minutes.append((minute, Peak(score, wall)))
        elif score > self._minutes[-1][1].value:
            self._minutes[-1] = (minute, Peak(score, wall))
        while self._minutes[0][0] < minute - _HOUR_S / _MINUTE_S:
            self._minutes.popleft()

    @property
    def hour(self) -> Peak | None:
        """The highest score of the last hour."""
        return max((peak for _, peak in self._minutes), key=lambda peak: peak.value, default=None)

    @property
    def quiet_level(self) -> float | None:
        """The score below which 99 of 100 frames without an event stay.

        None while there are fewer than a hundred of them, or they span less than a minute.
        """
        total = sum(self._quiet)
        first_s, last_s = self._quiet_s or (0.0, 0.0)
        if total < _LEAST_QUIET or last_s - first_s < _LEAST_QUIET_S:
            return None
        passed = 0
        for edge, count in zip((*_EDGES, float("inf")), self._quiet, strict=True):
            passed += count
            if passed >= 0.99 * total:
                return 0.0 if edge == _EDGES[0] else edge
        return None

    @property
    def verdict(self) -> str:
        """Return what a person should look into, or ``""``."""
        level = self.quiet_level
        if not self.frames_seen:
            return "no picture was analysed; check that the camera works"
        if self.events >= _LEAST_EVENTS_OF_FRENZY:
            return "so many events are rarely wanted; raise --enter, or --ignore what moves"
        if level is not None and level > 0.7:
            return "the quiet scene nearly sets off events by itself; raise --enter"
        if not self.events and (self._highest is None or self._highest.value < 0.5):
            return "nothing came near the threshold; check that the camera shows the right place"
        return ""

    def summary(self) -> str:
        """Return one line on the time since the last `reset`."""
        kept = f"{counted(self.events, 'event')}, {counted(self.snapshots, 'snapshot')}"
        return "; ".join(filter(None, (kept, self.scores())))

    def scores(self) -> str:
        """Return the highest score and the quiet level since the last `reset`, or ``""``."""
        parts = []
        if self._highest is not None:
            moment = f"{self._highest.wall:%H:%M}"
            parts.append(f"highest score {format_score(self._highest.value)} at {moment}")
        if (level := self.quiet_level) is not None:
            words = f"99% of the quiet frames stay below {level:.2g} of the threshold"
            parts.append(words if level else "nothing moves in 99% of the quiet frames")
        return "; ".join(parts)
