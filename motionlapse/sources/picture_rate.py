"""How many pictures a second come."""

from __future__ import annotations

from collections import deque

_OVER_S = 3.0


class PictureRate:
    """Counts pictures over the last seconds; one thread counts, any may ask."""

    def __init__(self) -> None:
        self._arrivals: deque[float] = deque()

    def add(self, now_s: float) -> None:
        """Count one that has come now, on the monotonic clock."""
        self._arrivals.append(now_s)

    def fps(self, now_s: float) -> float:
        """Return pictures a second up to now."""
        while self._arrivals and now_s - self._arrivals[0] > _OVER_S:
            try:
                self._arrivals.popleft()
            except IndexError:  # two threads at once
                break
        return len(self._arrivals) / _OVER_S
