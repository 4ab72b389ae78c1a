"""Since when nothing has moved in a live stream."""

from __future__ import annotations


class Stillness:
    """Takes what was seen, frame by frame; all times are media times.

    Attributes
    ----------
    since_s
        Since when nothing has moved; None if something moves or an event is open. An event ends
        once nothing has moved for a while, and that while counts already.
    """

    def __init__(self) -> None:
        self.since_s: float | None = None
        self._still_since_s: float | None = None

    def take(self, time_s: float, *, still: bool, calm: bool) -> None:
        """Take a frame.

        Parameters
        ----------
        time_s
            Its media time.
        still
            Whether nothing moved in it.
        calm
            Whether, besides, no event is open.
        """
        if not (still or calm):
            self._still_since_s = None
        elif self._still_since_s is None:
            self._still_since_s = time_s
        self.since_s = self._still_since_s if calm else None

    def covers(self, time_s: float) -> bool:
        """Return whether nothing has moved since a time, and no event is open."""
        return self.since_s is not None and self.since_s <= time_s

    def lasts_s(self, now_s: float) -> float:
        """Return for how long nothing has moved; 0 if something moves or an event is open."""
        return 0.0 if self.since_s is None else now_s - self.since_s
