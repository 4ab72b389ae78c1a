"""A bound on snapshots an hour: one bad threshold must not fill a disk in a night."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

_HOUR_S = 3600.0


class SnapshotBudget:
    """Lets so many snapshots through in any hour.

    Parameters
    ----------
    per_hour
        How many.
    warn
        Told when the first is held back, and, when there is room again, how many were.
    """

    def __init__(self, per_hour: int, warn: Callable[[str], None]) -> None:
        self._per_hour = per_hour
        self._warn = warn
        self._times: deque[float] = deque()
        self._held_back = 0

    def allow(self, time_s: float) -> bool:
        """Tell whether a snapshot may be written at a media time, and count it if so."""
        while self._times and time_s - self._times[0] >= _HOUR_S:
            self._times.popleft()
        if len(self._times) >= self._per_hour:
            self._held_back += 1
            if self._held_back == 1:
                self._warn(
                    f"{self._per_hour} snapshots within an hour: no more are written for now, "
                    "but events still are; is --enter too low? (sinks.snapshots_per_hour)"
                )
            return False
        if self._held_back:
            self._warn(f"snapshots are written again; {self._held_back} were left out")
            self._held_back = 0
        self._times.append(time_s)
        return True
