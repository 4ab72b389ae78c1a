"""What an analyzer sees beyond masks and numbers, for those who want to look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from motionlapse.frames import Image

Floats: TypeAlias = npt.NDArray[np.float32]


@runtime_checkable
class KnowsNoise(Protocol):
    """What a background model has more that knows the noise of every pixel."""

    def sigma(self) -> Floats:
        """Return σ in grey levels, float32 ``(H, W)``."""


@runtime_checkable
class GoesBack(Protocol):
    """What a background model has more that can judge frames after a later one was judged."""

    def mark(self) -> None:
        """Keep the state before the next frame."""

    def go_back(self) -> None:
        """Forget the frame since the mark, if there was one."""


@runtime_checkable
class Remembers(Protocol):
    """What a background model has more that knows looks again which a model before it knew."""

    def remember(self, before: object) -> None:
        """Know the looks of a model of the same place, after `BackgroundModel.prime`.

        Nothing can be had from a model of another kind, or of pictures of another size.
        """


@runtime_checkable
class WatchesPart(Protocol):
    """A background model to which it matters that masks are cut off at an area."""

    def watch(self, area: Image) -> None:
        """Know the area that is watched, uint8 ``(H, W)`` 0 or 255, before anything else."""


@dataclass(frozen=True, slots=True)
class Blob:
    """One connected piece of foreground.

    Attributes
    ----------
    x, y, width, height
        Its bounding box in pixels of the upright source picture.
    area
        Share of the watched area, 0 to 1.
    """

    x: int
    y: int
    width: int
    height: int
    area: float


@dataclass(frozen=True, slots=True)
class Inside:
    """The layers of one frame.

    Nothing is computed before it is asked for, and it is right only until the next frame is
    analysed. Pictures are at the size of analysis.

    Attributes
    ----------
    score
        Gives how far each pixel is from the background, uint8 ``(H, W)``: above 64 is foreground.
    background
        Gives the background's luma, uint8 ``(H, W)``.
    sigma
        Gives σ in grey levels, float32 ``(H, W)``; None from a model that does not know it.
    tracks
        Gives corners in the foreground and how they move, float32 ``(N, 4)``: x, y in pixels of
        the upright source picture, and their speed in such pixels a second.
    too_small
        Gives the connected pieces of foreground that were too small to count as blobs, from large
        to small.
    least_area
        The share of the watched area from which a piece is a blob.
    watched
        0/255 uint8 ``(H, W)``: what is watched; None where that is everything.
    """

    score: Callable[[], Image]
    background: Callable[[], Image]
    sigma: Callable[[], Floats | None]
    tracks: Callable[[], Floats]
    too_small: Callable[[], tuple[Blob, ...]]
    least_area: float
    watched: Image | None
