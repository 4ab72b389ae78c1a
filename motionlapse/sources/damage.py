"""Damaged stretches of a film, and how many pictures were lost in them."""

from __future__ import annotations

import heapq

from motionlapse.frames import Fault
from motionlapse.sources.thinned import Picture
from motionlapse.units import format_duration

# Pictures after a damaged one are built on what is missing, up to the next key frame. Some streams
# refresh without key frames, so waiting ends after this long.
_RESYNC_S = 10.0
# A smaller gap may be a camera that has lowered its rate for the night.
_SILENT_LOSS = 4
# A longer one, with a key frame after it, is of a recorder that was off: films of two days are
# joined by writing one after the other.
_OFF_S = 10.0
_MOST_TOLD = 5  # in one line


class Damage:
    """Tells good pictures from those in a damaged stretch.

    Parameters
    ----------
    interval_s
        Nominal time between two pictures.
    loses_silently
        True for transport streams: their packets vanish without an error, and only a gap in the
        times of pictures that have come evenly so far tells of them. One of a recorder that was off
        does not: nothing is lost in it, and no index jumps.

    Attributes
    ----------
    open
        True inside a stretch.
    stretch
        A line on the stretch that the last picture ended, or ``""``.
    """

    def __init__(self, interval_s: float, loses_silently: bool) -> None:
        self.open = False
        self.stretch = ""
        self._interval_s = interval_s
        self._loses_silently = self._even = loses_silently
        self._since_s = 0.0
        self._now_s: float | None = None

    def begin(self) -> None:
        """Start a stretch now: what comes next cannot be trusted."""
        if not self.open:
            self.open, self._since_s = True, self._now_s or 0.0

    def take(self, frame: Picture, time_s: float, passed: int) -> int:
        """Take the next picture; return how many were lost before it.

        Parameters
        ----------
        frame
            The picture.
        time_s
            Its media time.
        passed
            How many packets before its own gave no picture. That is not a loss where nothing is
            damaged: some formats have packets that are not shown.
        """
        passed_s = self._interval_s if self._now_s is None else time_s - self._now_s
        was_off = self._was_off(frame, passed_s, passed)
        self.stretch = self.end() if self.open and was_off else ""
        gap = 1 if was_off else round(passed_s / self._interval_s)
        if gap >= _SILENT_LOSS and self._even:
            self.begin()
        self._even = self._even and gap == 1
        if frame.is_corrupt:
            self.begin()
        self._now_s = time_s
        lost = max(passed, gap - 1, 0) if self.open else 0
        resynced = frame.key_frame or time_s - self._since_s > _RESYNC_S
        if self.open and resynced and not frame.is_corrupt:
            self.stretch = self.end()
        return lost

    def _was_off(self, frame: Picture, passed_s: float, passed: int) -> bool:
        whole = frame.key_frame and not frame.is_corrupt and not passed
        return self._loses_silently and whole and passed_s >= _OFF_S

    def end(self) -> str:
        """Close the stretch and describe it."""
        self.open = False
        return (
            f"damaged between {format_duration(self._since_s)} and "
            f"{format_duration(self._now_s or 0.0)}; the pictures there are not used"
        )


class FirstFaults:
    """What was wrong with a source, in words; of many the first, for a source may have no end."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._more = 0

    def add(self, text: str) -> None:
        """Add one."""
        if len(self._first) < _MOST_TOLD:
            self._first.append(text)
        else:
            self._more += 1

    def __bool__(self) -> bool:
        return bool(self._first)

    def __str__(self) -> str:
        more = [f"and {self._more} more like it"] if self._more else []
        return "; ".join([*self._first, *more])


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


def tell_damage(faults: list[Fault], name: str, time: float, instead: str) -> None:
    """Report a picture that turned out to be damaged when it was asked for."""
    at = format_duration(time)
    faults.append(Fault(f"{name}: damaged at {at}; {instead} is used", lost=True))
