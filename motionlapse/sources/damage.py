"""Damaged stretches of a film, and how many pictures were lost in them."""

from __future__ import annotations

import heapq

from motionlapse.frames import Fault
from motionlapse.sources.thinned import Picture
from motionlapse.units import format_duration

# Pictures after a damaged one refer to what is missing, up to the next key frame. Some streams have
# no further key frames (gradual refresh), so waiting for one ends after this long.
_RESYNC_S = 10.0
# Frames; a smaller gap may come from a camera that has lowered its frame rate for the night.
_SILENT_LOSS = 4
# A gap this long, followed by a key frame, means that the recorder was off: people join the films
# of two days by simply concatenating the files.
_OFF_S = 10.0
_MOST_TOLD = 5  # faults in one line


class Damage:
    """Finds the damaged stretches of a film, whose pictures are not to be used.

    A stretch begins with damage, and ends with the next key frame.

    Parameters
    ----------
    interval_s
        Nominal time between two pictures.
    loses_silently
        True for transport streams, from which packets vanish without an error. Lost packets show
        only as a gap between pictures that came at even intervals before. (If the recorder was off
        during a gap, nothing was lost: that is no damage, and frame numbers do not jump.)

    Attributes
    ----------
    open
        True within a damaged stretch.
    stretch
        A line on the damaged stretch that the last picture ended, or ``""``.
    """

    def __init__(self, interval_s: float, loses_silently: bool) -> None:
        self.open = False
        self.stretch = ""
        self._interval_s = interval_s
        self._loses_silently = self._even = loses_silently
        self._since_s = 0.0
        self._now_s: float | None = None

    def begin(self) -> None:
        """Begin a damaged stretch: the pictures that come next cannot be trusted."""
        if not self.open:
            self.open, self._since_s = True, self._now_s or 0.0

    def take(self, frame: Picture, time_s: float, passed: int) -> int:
        """Take the next picture; return how many pictures were lost before it.

        Parameters
        ----------
        frame
            The picture.
        time_s
            Its media time.
        passed
            How many packets before its own gave no picture. Outside of damaged stretches that is no
            loss: some formats have packets that are not shown.
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
        """End the damaged stretch, and return a line on it."""
        self.open = False
        return (
            f"damaged between {format_duration(self._since_s)} and "
            f"{format_duration(self._now_s or 0.0)}; the pictures there are not used"
        )


class FirstFaults:
    """What was wrong with a source, in words: the first few faults, and how many more there were.

    A source may never end, and so may its faults.
    """

    def __init__(self) -> None:
        self._first: list[str] = []
        self._more = 0

    def add(self, text: str) -> None:
        """Add a fault."""
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
    """The timestamps of packets whose pictures the decoder has not returned yet."""

    def __init__(self) -> None:
        self._waiting: list[int] = []

    def add(self, pts: int | None) -> None:
        """Add the timestamp of a packet that is given to the decoder."""
        if pts is not None:
            heapq.heappush(self._waiting, pts)

    def passed_by(self, pts: int | None) -> int:
        """Forget the packets up to a picture's own; return how many of them were before it."""
        count = 0
        while pts is not None and self._waiting and self._waiting[0] <= pts:
            count += heapq.heappop(self._waiting) < pts
        return count


def tell_damage(faults: list[Fault], name: str, time: float, instead: str) -> None:
    """Report a picture that turned out to be damaged when its pixels were asked for.

    Parameters
    ----------
    faults
        The list to which the fault is added.
    name
        What a person calls the film.
    time
        The picture's media time in seconds.
    instead
        What is used instead, in words.
    """
    at = format_duration(time)
    faults.append(Fault(f"{name}: damaged at {at}; {instead} is used", lost=True))
