"""Media time from presentation timestamps, repaired where footage has them wrong."""

from __future__ import annotations

from fractions import Fraction

from motionlapse.units import counted, format_duration

_SQUEEZE_S = 0.001
_REBASE_S = 1.0


class MediaClock:
    """Turns presentation timestamps into seconds that always go forward.

    A picture without a timestamp is placed one nominal frame after the one before. A timestamp that
    goes back a little (some encoders misorder them) is placed just after the one before, and those
    that follow stay as they are. One that goes back by more than a second (recordings that were
    joined) starts a new count, which continues where the last one ended.

    Parameters
    ----------
    time_base
        Seconds of one tick.
    start
        The timestamp of media time 0; None for the first one that comes.
    interval_s
        Nominal time between two frames in seconds.
    """

    def __init__(self, time_base: Fraction, start: int | None, interval_s: float) -> None:
        self._time_base = time_base
        self._start = start
        self._interval_s = interval_s
        self._offset_s = 0.0
        self._last_s: float | None = None
        self._repaired = 0
        self._first_repair_s = 0.0

    def time(self, pts: int | None) -> float:
        """Return the media time in seconds of the next frame in order of display."""
        if pts is not None and self._start is None:
            self._start = pts
        if pts is None:
            time = 0.0 if self._last_s is None else self._last_s + self._interval_s
            self._count_repair(time)
        else:
            ticks = pts - (self._start or 0)
            time = float(ticks * self._time_base) + self._offset_s
            time = self._forward(time)
        self._last_s = time
        return time

    def seek(self, time: float) -> float:
        """Return the timestamp that stands for `time` in the footage."""
        return float(time / self._time_base) + (self._start or 0)

    def _forward(self, time: float) -> float:
        if self._last_s is None or time > self._last_s:
            return time
        self._count_repair(self._last_s)
        if self._last_s - time > _REBASE_S:
            repaired = self._last_s + self._interval_s
            self._offset_s += repaired - time
            return repaired
        return self._last_s + _SQUEEZE_S

    def _count_repair(self, time: float) -> None:
        if not self._repaired:
            self._first_repair_s = time
        self._repaired += 1

    def repairs(self) -> str:
        """Return one line on what was repaired, or ``""``."""
        if not self._repaired:
            return ""
        frames = counted(self._repaired, "frame")
        return (
            f"missing or backward timestamps of {frames} repaired, the first at "
            f"{format_duration(self._first_repair_s)}"
        )
