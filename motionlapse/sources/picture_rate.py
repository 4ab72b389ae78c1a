"""The rate at which pictures arrive."""

from __future__ import annotations

import threading
from collections import deque

_OVER_S = 3.0


class PictureRate:
    """The mean rate of the last `_OVER_S` seconds; one thread counts, any may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._arrivals: deque[float] = deque()

    def add(self, now_s: float) -> None:
        """Count a picture that arrives now, on the monotonic clock."""
        with self._lock:
            self._arrivals.append(now_s)
            self._forget(now_s)  # here too, in case nobody ever asks for the rate

    def fps(self, now_s: float) -> float:
        """Return pictures a second up to now."""
        with self._lock:
            self._forget(now_s)
            return len(self._arrivals) / _OVER_S

    def _forget(self, now_s: float) -> None:
        while self._arrivals and now_s - self._arrivals[0] > _OVER_S:
            self._arrivals.popleft()
