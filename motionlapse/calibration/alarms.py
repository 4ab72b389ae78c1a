"""Predicting false alarms a day at a threshold, from the peaks that noise reached so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

DAY_S = 86_400.0
# The rule of three: if none was seen in T seconds, the rate is below 3 / T with 95 % confidence.
_RULE_OF_THREE = 3.0
_ROUNDING_S = 1e-9


@dataclass(frozen=True, slots=True)
class Excursions:
    """Intervals in which some foreground moved, each with its sustained peak.

    Attributes
    ----------
    peaks
        Of each interval, the highest share that lasted as long as an event needs.
    seconds
        How long the scene was watched.
    """

    peaks: tuple[float, ...]
    seconds: float

    def a_day(self, enter: float) -> float:
        """Return how many alarms a day to expect at a threshold.

        Notes
        -----
        Above the median peak, peaks are assumed to be distributed exponentially, with the mean
        excess as scale; below it they are counted.
        """
        if not self.peaks or self.seconds <= 0:
            return 0.0
        ordered = sorted(self.peaks)
        middle = ordered[len(ordered) // 2]
        above = [peak - middle for peak in ordered if peak >= middle]
        if enter <= middle:
            number = float(sum(peak >= enter for peak in ordered))
        else:
            # A single peak has no excess, so its height serves as the scale.
            scale = max(sum(above) / len(above), middle / 4)
            number = len(above) * math.exp(-(enter - middle) / scale)
        return number / self.seconds * DAY_S

    @property
    def bound_a_day(self) -> float:
        """The highest rate a day that is still possible if none was seen, with 95 % confidence."""
        return _RULE_OF_THREE / self.seconds * DAY_S if self.seconds > 0 else math.inf

    def threshold_for(self, a_day: float, least: float) -> float:
        """Return the smallest threshold from `least` on with at most `a_day` alarms a day."""
        enter = least
        while enter < 1.0 and self.a_day(enter) > a_day:
            enter *= 1.05
        return min(enter, 1.0)


def excursions(
    times_s: Sequence[float],
    shares: Sequence[float],
    *,
    min_event_s: float,
    hold_s: float,
    exit_ratio: float,
) -> Excursions:
    """Return the excursions of a series of shares.

    Parameters
    ----------
    times_s, shares
        Media time and moving share of the watched area of each frame.
    min_event_s
        How long motion must last to open an event; a higher share for a shorter time is no peak.
    hold_s
        Excursions that are less than this apart count as one.
    exit_ratio
        Share of the threshold, above 0 and at most 1, to which motion may fall in between.
    """
    peaks: list[float] = []
    last_s, over = -math.inf, True
    for number, time_s in enumerate(times_s):
        sustained = _sustained(times_s, shares, number, min_event_s, exit_ratio)
        if sustained <= 0:  # only a frame without it ends one, however short `hold_s` is
            over = over or time_s - last_s >= hold_s
            continue
        if over:
            peaks.append(sustained)
        else:
            peaks[-1] = max(peaks[-1], sustained)
        last_s, over = time_s, False
    seconds = times_s[-1] - times_s[0] if len(times_s) > 1 else 0.0
    return Excursions(tuple(peaks), seconds)


def _sustained(
    times_s: Sequence[float], shares: Sequence[float], last: int, length_s: float, exit_ratio: float
) -> float:
    """Return the highest threshold at which an event would open with the frame `last`, or 0.

    Motion must reach it in a first frame and in this last one, not fall below the exit threshold in
    between, and last long enough. A frame stands for the time since the one before it (see
    `motionlapse.decision.decider`).
    """
    highest, lowest = 0.0, math.inf
    for first in range(last, -1, -1):
        lowest = min(lowest, shares[first])
        if min(shares[last], lowest / exit_ratio) <= highest:
            break  # no earlier first frame gives a higher threshold
        began_s = times_s[max(first - 1, 0)]
        if times_s[last] - began_s + _ROUNDING_S >= length_s:
            highest = max(highest, min(shares[first], shares[last], lowest / exit_ratio))
    return highest
