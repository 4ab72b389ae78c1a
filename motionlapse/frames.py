"""Frames (planes, times, and colour on demand) and the protocol of the sources they come from."""

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
"""Disposable frames are left out only between frames that are at most this far apart."""


@dataclass(frozen=True, slots=True)
class Plane:
    """One plane of a picture inside its padded rows.

    Decoders pad their rows (854 pixels lie in 896 bytes). Kernels are given the whole buffer: they
    read contiguous memory four times faster than a strided view. The buffer may be one of the
    decoder's reference pictures, so never write to it.

    Attributes
    ----------
    buffer
        uint8 ``(H, stride)``, C-contiguous.
    width
        How many bytes of each row belong to the picture.
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
        """Iterate over luma and, if there are any, the chroma planes."""
        yield self.luma
        yield from self.chroma or ()

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.luma.width, self.luma.height

    @property
    def nbytes(self) -> int:
        """How many bytes of memory it takes."""
        return sum(plane.buffer.nbytes for plane in self)


Shrink: TypeAlias = Callable[[Planes], Planes | None]
"""Returns a copy of planes at the size of analysis; None if they have that size already.

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
        Makes the picture in colour at a given (width, height), if the source can do that faster
        than by shrinking the whole; else None.
    disposable
        True if no other picture of the footage refers to this one. It may not be decoded yet; that
        is saved if another frame will do as well.
    calm
        True if the source takes it, undecoded, to be as quiet as the frame before it. It need not
        be looked at while the frames around it are quiet.
    left_out
        How many pictures that nobody would have looked at the source has left out since the frame
        before. Counted in the order of decoding: one may belong a few frames later.
    of_size
        (width, height) of the upright picture, if it is known without the planes.
    to_small
        Returns what the source's `Shrink` made of the planes, if only that was kept: then `planes`
        and `bgr` decode the picture once more. Else None.
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
        """The planes as the source's `Shrink` made them, or None; not to be modified."""
        return None if self.to_small is None else self.to_small()

    @property
    def planes(self) -> Planes:
        """The picture as planes, upright: a rotation that the footage asks for has been done.

        Copies that this takes are made at the first call: unused frames only cost their decoding.
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
        The nominal rate, only a hint for progress; None where there is none.
    duration_s, frames
        Seconds of media time, and frames, that will be read; None where that is unknown.
    start_wall
        Time of day at media time 0, aware; None where it is unknown.
    live
        True if frames are dropped when the loop is slow: for cameras, and films at their own pace.
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
        For how many seconds of media time nothing counts after it.
    forget
        True if the background must be learned anew after it.
    same_place
        With `forget`: true if looks that were known before may come again.
    quiet_s
        For how long nothing has moved before the next frame, as far as that is known.
    opening_s
        With `forget`: how much media time is learned from; None for as much as the model wants.
    """

    reason: str
    settle_s: float = 0.0
    forget: bool = False
    same_place: bool = False
    quiet_s: float = 0.0
    opening_s: float | None = None

    def and_then(self, newer: Interruption) -> Interruption:
        """Return one interruption for this and the next, both of a live stream."""
        return Interruption(
            self.reason, max(self.settle_s, newer.settle_s), self.forget or newer.forget
        )


class Stream(Protocol):
    """What the loop reads: frames, with interruptions between some of them."""

    @property
    def info(self) -> SourceInfo:
        """What is known of it."""

    def __iter__(self) -> Iterator[Frame | Interruption]: ...

    def opening(self) -> Iterator[Frame] | None:
        """As `Source.opening`; after an interruption, the next frames."""


class Source(Protocol):
    """Where frames come from, to be used in a with-statement; iteration ends where it ends.

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

        None if nothing can be read twice, as from a camera. Faults in these frames are not told:
        they will be when the frames are iterated over.
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
