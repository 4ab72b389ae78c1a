"""Tells objects from ghosts, the places of objects that have left, by edges along outlines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from statistics import fmean
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from motionlapse.background.outline_kernel import (
    GHOST,
    LOOK_S,
    OBJECT,
    SUSPECT,
    tell,
    usual_luma,
    weigh_outlines,
)
from motionlapse.frames import Image

_ROUNDING_S = 1e-3
# The slope over 5×5 pixels of a step of one level; edges below a step of the noise floor are noise.
_FAINT = 0.3
# A place has changed between two looks if the mean of its 5×5 pixels has, by half of the noise
# floor more or less than the whole picture. If most of an outline has, something moves: no ghost.
_CHANGE, _MOST = 0.5, 0.75
_STRIDE = 16  # every 16th pixel both ways is enough for a median
OFF = 1000.0
"""With this ratio or more, which no outline reaches, outlines are not looked at."""

Array = npt.NDArray[np.float32]


class Look(NamedTuple):
    """A frame whose outlines are looked at.

    Attributes
    ----------
    luma
        uint8 ``(H, W)``; never written to.
    inverse
        The brightness of the background over that of the frame.
    """

    luma: Image
    inverse: float


class Seen(NamedTuple):
    """What is known after a frame; never modified, only replaced.

    Attributes
    ----------
    told
        See `Outlines`.
    waiting
        The frame to look at when the next one comes, for only then its mask is known.
    last
        The frame that was looked at last.
    since_s
        Time since the last frame that was to be looked at.
    """

    told: Image
    waiting: Look | None = None
    last: Look | None = None
    since_s: float = 0.0


class Outlines:
    """Tells an object from a ghost, the place of one that has left, by the edges along its outline.

    An object has edges in the frame; something that stood in the background and has left has them
    in the background only. Ten times a second, the edges that have come along the outline of each
    piece of the mask are weighed against those that have gone. If clearly more have gone, twice in
    a row, and the piece has not moved since the look before, it is a ghost: what is seen in its
    place is the background. If clearly more have come, it is an object: what it hides stays the
    background for as long as possible. Holes in a piece, with all that lies in them, belong to it.

    Parameters
    ----------
    shape
        (height, width) of analysis.
    clearly
        How many times as much counts as clearly more.
    noise_floor
        Of the background, in grey levels.
    area
        The watched area, 0/255 uint8 ``(H, W)``; None for everything. The border along which it
        cuts masks off is no outline.
    """

    def __init__(
        self, shape: tuple[int, int], clearly: float, noise_floor: float, area: Image | None = None
    ) -> None:
        self._clearly, self._faint = clearly, (_FAINT * noise_floor) ** 2
        self._change = _CHANGE * noise_floor
        whole: Image = np.full(shape, 255, np.uint8)
        self._inner = whole if area is None else cv2.erode(area, np.ones((5, 5), np.uint8))
        self._usual: Image = np.empty(shape, np.uint8)
        self._none: Image = np.zeros(shape, np.uint8)
        self.state = Seen(self._none)

    @property
    def told(self) -> Image:
        """The findings, uint8 ``(H, W)``: `GHOST`, `OBJECT` or `SUSPECT`; 0 where unknown."""
        return self.state.told

    def update(
        self, luma: Image, mean: Array, gain: Array, previous: Image, elapsed_s: float
    ) -> None:
        """Take the next frame, and weigh the one before if that is due.

        Parameters
        ----------
        luma
            Of the frame, uint8; rows may be padded.
        mean
            The background, float32 ``(P, H, W)``.
        gain
            The frame's brightness over the background's, for each plane.
        previous
            The foreground of the frame before, whose outlines may be weighed now.
        elapsed_s
            Media time since the frame before.
        """
        if self._clearly >= OFF:
            return
        told, look, last, since_s = self.state
        if look is not None:
            told = self._told_by(look, last or look, mean, previous)
            look, last = None, look
        since_s += elapsed_s
        if since_s >= LOOK_S - _ROUNDING_S:
            height, width = self._none.shape
            look = Look(luma[:height, :width].copy(), 1 / fmean(gain.tolist()))
            # The remainder is carried over: looks keep to their times if frames are skipped.
            since_s = (since_s + _ROUNDING_S) % LOOK_S - _ROUNDING_S
        self.state = Seen(told, look, last, since_s)

    def _told_by(self, look: Look, last: Look, mean: Array, mask: Image) -> Image:
        """Weigh the outlines of a frame, and return the findings."""
        left, top, width, height = cv2.boundingRect(mask)
        if not width:
            return self._none
        part = top, top + height, left, left + width
        pieces = _outlines(mask, part)
        starts = np.array([0, *accumulate(map(len, pieces))], np.int32)
        usual_luma(mean, *part, self._usual)
        weights = np.empty((4, len(pieces)), np.float32)
        points = np.concatenate(pieces)[:, 0]
        pictures = *look, self._usual, *last, _common(look, last)
        weigh_outlines(points, starts, mask, self._inner, *pictures, self._change, weights)
        found: dict[int, list[cv2.typing.MatLike]] = {GHOST: [], SUSPECT: [], OBJECT: []}
        for piece, (come, gone, length, changed) in zip(pieces, weights.T.tolist(), strict=True):
            few = length * self._faint
            if gone > self._clearly * (come + few):
                found[SUSPECT if changed > _MOST * length else GHOST].append(piece)
            elif come > self._clearly * (gone + few):
                found[OBJECT].append(piece)
        told = np.zeros(mask.shape, np.uint8)
        for kind, of_it in found.items():
            if of_it:
                cv2.drawContours(told, of_it, -1, kind, cv2.FILLED)
        tell(told, *part, mask, self.state.told)
        return told


def _common(look: Look, last: Look) -> float:
    """Return by how many grey levels the whole picture has changed: the median of samples.

    (The model's gain does not follow changes of light that are too small to matter to it.)
    """
    now, then = (seen.luma[::_STRIDE, ::_STRIDE] * seen.inverse for seen in (look, last))
    return float(np.sort(now - then, axis=None)[now.size // 2])


def _outlines(mask: Image, part: tuple[int, int, int, int]) -> Sequence[cv2.typing.MatLike]:
    """Return the outermost pixels of the pieces of foreground in a part that holds them all."""
    top, bottom, left, right = part
    # OpenCV cuts outlines off at the border of the picture it is given: hence one pixel more.
    top, left = max(top - 1, 0), max(left - 1, 0)
    return cv2.findContours(
        mask[top : bottom + 1, left : right + 1],
        cv2.RETR_EXTERNAL,
        cv2.CHAIN_APPROX_NONE,
        offset=(left, top),
    )[0]
