"""Since when nothing stirs in a live stream."""

from __future__ import annotations


class Stillness:
    """Takes what was seen, frame by frame, in media time.

    Attributes
    ----------
    since_s
        Since when nothing stirs, while no event is open; else None. An event ends when nothing has
        stirred for a while: that while counts, and need not be seen again.
    """

    def __init__(self) -> None:
        self.since_s: float | None = None
        self._still_since_s: float | None = None

    def take(self, time_s: float, *, still: bool, calm: bool) -> None:
        """Take a frame: whether nothing stirred in it, and no event is open either."""
        if not (still or calm):
            self._still_since_s = None
        elif self._still_since_s is None:
            self._still_since_s = time_s
        self.since_s = self._still_since_s if calm else None

    def covers(self, time_s: float) -> bool:
        """Tell whether nothing has stirred since a time."""
        return self.since_s is not None and self.since_s <= time_s

    def lasts_s(self, now_s: float) -> float:
        """Return for how long nothing has stirred; 0 while something does, or an event is open."""
        return 0.0 if self.since_s is None else now_s - self.since_s
