"""Damaged stretches of a film, and how many pictures were lost in them."""

from __future__ import annotations

import heapq

import av

from motionlapse.units import format_duration

# Pictures after a damaged one are built on what is missing, up to the next key frame. Some streams
# refresh without key frames, so waiting ends after this long.
_RESYNC_S = 10.0


class Damage:
    """Tells good pictures from those in a damaged stretch.

    Attributes
    ----------
    open
        True inside a stretch.
    """

    def __init__(self) -> None:
        self.open = False
        self._since_s = 0.0
        self._now_s = 0.0

    def begin(self) -> None:
        """A packet could not be decoded, or a picture is corrupt."""
        if not self.open:
            self.open, self._since_s = True, self._now_s

    def take(self, frame: av.VideoFrame, time_s: float) -> str:
        """Take the next picture; return a line on the stretch that it ends, or ``""``."""
        self._now_s = time_s
        if frame.is_corrupt:
            self.begin()
            return ""
        if self.open and (frame.key_frame or time_s - self._since_s > _RESYNC_S):
            return self.end(time_s)
        return ""

    def end(self, time_s: float) -> str:
        """Close the stretch and describe it."""
        self.open = False
        return (
            f"damaged between {format_duration(self._since_s)} and {format_duration(time_s)}; "
            "the pictures there are not used"
        )


class PendingPackets:
    """Timestamps of packets whose pictures have not come yet."""

    def __init__(self) -> None:
        self._waiting: list[int] = []

    def add(self, pts: int | None) -> None:
        """Note a packet that is given to the decoder."""
        if pts is not None:
            heapq.heappush(self._waiting, pts)

    def passed_by(self, pts: int | None) -> int:
        """Forget the packets up to this picture's; return how many lay before it."""
        count = 0
        while pts is not None and self._waiting and self._waiting[0] <= pts:
            count += heapq.heappop(self._waiting) < pts
        return count
