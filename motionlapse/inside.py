"""What an analyzer can show beyond masks and scores, and what some background models can do."""

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
    """A background model that knows the noise of every pixel."""

    def sigma(self) -> Floats:
        """Return σ in grey levels, float32 ``(H, W)``."""


@runtime_checkable
class GoesBack(Protocol):
    """A background model that can undo its last frame, so that earlier ones can be judged first."""

    def mark(self) -> None:
        """Remember the present state."""

    def go_back(self) -> None:
        """Return to the state at the mark, if there is one."""


@runtime_checkable
class Remembers(Protocol):
    """A background model that can take over what the model before it knew of the scene."""

    def remember(self, before: object) -> None:
        """Take over what a former model of the same place knows; call `prime` first.

        A model of another kind, or of pictures of another size, is ignored.
        """


@runtime_checkable
class WatchesPart(Protocol):
    """A background model that takes into account that only an area is watched."""

    def watch(self, area: Image) -> None:
        """Set the watched area, 0/255 uint8 ``(H, W)``; to be called before anything else."""


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
    """The layers behind the result of one frame.

    Each is computed when it is asked for, which must be before the next frame is analysed. Pictures
    are at the size of analysis.

    Attributes
    ----------
    score
        Returns how far each pixel is from the background, uint8 ``(H, W)``: above 64 is foreground.
    background
        Returns the background's luma, uint8 ``(H, W)``.
    sigma
        Returns σ in grey levels, float32 ``(H, W)``; None from a model that does not know it.
    tracks
        Returns corners in the foreground and how they move, float32 ``(N, 4)``: x, y in pixels of
        the upright source picture, and their speed in such pixels a second.
    too_small
        Returns the connected pieces of foreground that were too small to count as blobs, from
        large to small.
    least_area
        The share of the watched area from which on a piece counts as a blob.
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
