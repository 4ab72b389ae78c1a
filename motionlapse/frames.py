"""Frames (planes, times, and colour only for those who ask) and the sources they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeAlias

import numpy as np
import numpy.typing as npt

Image: TypeAlias = npt.NDArray[np.uint8]
"""A picture or mask: ``(H, W, 3)`` BGR, or ``(H, W)`` for luma and masks; uint8."""
OFTEN_S = 1 / 8
"""Frames at most so far apart come often enough to leave out disposable ones between them."""


@dataclass(frozen=True, slots=True)
class Plane:
    """One plane of a picture inside its padded rows.

    Decoders pad their rows (854 pixels lie in 896 bytes). A kernel that is given the whole buffer
    reads contiguous memory, four times faster than through a strided view, so the buffer is what
    is handed on. It may be one of the decoder's reference pictures: never write to it.

    Attributes
    ----------
    buffer
        uint8 ``(H, stride)``, C-contiguous.
    width
        How many bytes of each row are picture.
    """

    buffer: Image
    width: int

    @property
    def height(self) -> int:
        """Rows."""
        return len(self.buffer)

    @property
    def view(self) -> Image:
        """The picture without its padding, uint8 ``(H, W)``, not copied."""
        return self.buffer[:, : self.width]


@dataclass(frozen=True, slots=True)
class Planes:
    """A picture as luma and, where it has colour, two chroma planes of whatever size they came in.

    Attributes
    ----------
    luma
        Brightness; its size is the picture's.
    chroma
        (U, V), each with 128 as its neutral value; None for grey pictures.
    """

    luma: Plane
    chroma: tuple[Plane, Plane] | None = None

    def __iter__(self) -> Iterator[Plane]:
        """Iterate over luma and, where there are such, the chroma planes."""
        yield self.luma
        yield from self.chroma or ()

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.luma.width, self.luma.height

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return sum(plane.buffer.nbytes for plane in self)


Shrink: TypeAlias = Callable[[Planes], Planes | None]
"""Returns planes at the size of analysis, in memory of their own; None: they are as small as that.

May be called by several threads at the same time.
"""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a source.

    Attributes
    ----------
    index
        Its place in the source, from 0 at the beginning of the footage. A jump means that frames
        were dropped or could not be read.
    time
        Seconds of media time, from the presentation timestamps; never ``index / fps``.
    wall
        Time of day, aware; None for footage without a known start.
    number
        The number that files made from this frame carry: the last digits in a still's name, else
        `index`.
    to_planes
        Returns the planes; use `planes`.
    to_bgr
        Makes the picture in colour; use `bgr`.
    to_small_bgr
        Makes it at a given (width, height), where the source does so in less time than making and
        shrinking the whole; else None.
    disposable
        True if no other picture of the footage is built on this one. It need not have been decoded
        yet: who can look at another frame as well saves that.
    calm
        True if its source takes it, undecoded, to be as quiet as the frame before it. It need not
        be looked at while the frames around it are quiet.
    left_out
        How many pictures that nobody would have looked at its source has left out since the frame
        before. They come in the order of decoding: one of them may be shown a few frames later.
    of_size
        (width, height) of the upright picture, where it is known without its planes.
    to_small
        Returns what the source's `Shrink` made of the planes, where this alone was kept: `planes`
        and `bgr` take decoding it once more. Else None.
    """

    index: int
    time: float
    wall: datetime | None
    number: int
    to_planes: Callable[[], Planes]
    to_bgr: Callable[[], Image]
    to_small_bgr: Callable[[int, int], Image] | None = None
    disposable: bool = False
    calm: bool = False
    left_out: int = 0
    of_size: tuple[int, int] | None = None
    to_small: Callable[[], Planes] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the upright picture, in pixels."""
        return self.of_size or self.planes.size

    @property
    def small(self) -> Planes | None:
        """The planes as the source's `Shrink` made them, where it did; not to be modified."""
        return None if self.to_small is None else self.to_small()

    @property
    def planes(self) -> Planes:
        """The picture as planes, upright: rotation that the footage asks for is done.

        Where that takes copies they are made at the first call: frames that nobody looks at cost
        their decoding alone.
        """
        return self.to_planes()

    def bgr(self) -> Image:
        """Return the picture as BGR uint8 ``(H, W, 3)``, upright, converted at this call."""
        return self.to_bgr()


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is known of a source before its first frame.

    Attributes
    ----------
    name
        As a person typed it.
    label
        A short name for folders and tables.
    kind
        ``recording``, ``stills`` or ``camera``.
    width, height
        Of the upright picture, in pixels.
    fps
        The nominal rate, a hint for progress alone; None where there is none.
    duration_s, frames
        Seconds of media time, and frames, that will be read; None where that is unknown.
    start_wall
        Time of day at media time 0, aware; None where it is unknown.
    live
        True if frames that are not handed on were good ones, also of a film at its own pace.
    """

    name: str
    label: str
    kind: str
    width: int
    height: int
    fps: float | None = None
    duration_s: float | None = None
    frames: int | None = None
    start_wall: datetime | None = None
    live: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a source that did not stop it.

    Attributes
    ----------
    text
        One line: what, and where in the footage.
    lost
        True if pictures were lost; False if all were used (a repaired timestamp).
    """

    text: str
    lost: bool


@dataclass(frozen=True, slots=True)
class Interruption:
    """A break between two frames: no frames came, or none were looked at.

    Attributes
    ----------
    reason
        Why, in words; an open event ends with it.
    settle_s
        How many seconds of media time nothing counts after it.
    forget
        True if what was learned before it is not how it looks after it.
    same_place
        With `forget`: true if it may look like that again, and no event begins with it.
    quiet_s
        For how long before the next frame nothing has moved, as far as that is known.
    opening_s
        How much media time the frames that are learned from after it are spread over; None: as
        much as the background model wants.
    """

    reason: str
    settle_s: float = 0.0
    forget: bool = False
    same_place: bool = False
    quiet_s: float = 0.0
    opening_s: float | None = None

    def and_then(self, newer: Interruption) -> Interruption:
        """Return what this one and the next do together, in a live stream: the rest is a film's."""
        return Interruption(
            self.reason, max(self.settle_s, newer.settle_s), self.forget or newer.forget
        )


class Stream(Protocol):
    """What the loop reads: frames, and interruptions between them where there are such."""

    @property
    def info(self) -> SourceInfo:
        """What is known of it."""

    def __iter__(self) -> Iterator[Frame | Interruption]: ...

    def opening(self) -> Iterator[Frame] | None:
        """Return the first frames, after an interruption the next, read apart; None: it cannot."""


class Source(Protocol):
    """Where frames come from. Use in a with-statement; the end of iteration is the end.

    Raises
    ------
    SourceError
        From opening or iterating, when nothing (more) can be read.
    """

    @property
    def info(self) -> SourceInfo:
        """What is known of the source."""

    @property
    def faults(self) -> list[Fault]:
        """What went wrong so far, in order."""

    def __iter__(self) -> Iterator[Frame]: ...

    def opening(self) -> Iterator[Frame] | None:
        """Return the frames from the first on, read apart from those that iteration gives.

        None where nothing can be read twice, as from a camera. What is wrong with them is not
        told: it will be when they come for good.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def close(self) -> None:
        """Release the source; may be called again."""
