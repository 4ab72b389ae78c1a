"""Whose edges: pieces of foreground that are objects, and the places of those that have left."""

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
# The slope over 5×5 pixels of a step as high as the noise floor, of one: fainter edges say nothing.
_FAINT = 0.3
# A place has changed from look to look if its 5×5 pixels have, by half of the noise floor in the
# mean and otherwise than all of the picture; where that is so along most of an outline, something
# moves, which no ghost does.
_CHANGE, _MOST = 0.5, 0.75
_STRIDE = 16  # every 16th pixel both ways is enough for a median
OFF = 1000.0
"""How many times as much edge nothing has: outlines are not looked at."""

Array = npt.NDArray[np.float32]


class Look(NamedTuple):
    """A frame that is looked at.

    Attributes
    ----------
    luma
        uint8 ``(H, W)``; never written to.
    inverse
        The background's brightness over its.
    """

    luma: Image
    inverse: float


class Seen(NamedTuple):
    """What is known after a frame; none of it is ever written to.

    Attributes
    ----------
    told
        See `Outlines`.
    waiting
        What is to be looked at when the next frame comes, with the mask of this one.
    last
        What was looked at last.
    since_s
        Time since there was something to look at.
    """

    told: Image
    waiting: Look | None = None
    last: Look | None = None
    since_s: float = 0.0


class Outlines:
    """Tells a thing from the place of one that has left, by the edges along its outline.

    A thing has edges of its own in the frame; what stood in the background and has left has them in
    the background only. Ten times a second the edges along the outline of each piece of the mask
    are weighed, those that have come against those that have gone. A piece of which clearly more
    has gone twice in a row, and which has kept still since the look before, is a ghost: what is
    seen in its place is the background. One of which clearly more has come is an object: what it
    hides stays the background for as long as any may. A hole in a piece, and what may lie in there,
    is part of it.

    Parameters
    ----------
    shape
        (height, width) of analysis.
    clearly
        Times as many that are clearly more.
    noise_floor
        Of the background, in levels.
    area
        What is watched, uint8 ``(H, W)``; None: all. Masks are cut off there: that is no outline.
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
        """uint8 ``(H, W)``: `GHOST`, `OBJECT` or `SUSPECT`, 0 where nothing is known."""
        return self.state.told

    def update(
        self, luma: Image, mean: Array, gain: Array, previous: Image, elapsed_s: float
    ) -> None:
        """Take the next frame, and weigh the one before if that is due.

        Parameters
        ----------
        luma
            The frame's, uint8, rows may be padded.
        mean
            The background, float32 ``(P, H, W)``.
        gain
            The frame's brightness over the background's, for each plane.
        previous
            The last frame's foreground, which is in place there, and no longer here.
        elapsed_s
            Since the frame before.
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
            # What is over counts: with some frames left out, the looks are at the same times.
            since_s = (since_s + _ROUNDING_S) % LOOK_S - _ROUNDING_S
        self.state = Seen(told, look, last, since_s)

    def _told_by(self, look: Look, last: Look, mean: Array, mask: Image) -> Image:
        """Return what is told once the outlines of a frame have been weighed."""
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
    """Return by how many levels all of the picture has changed: the median of samples.

    The model's gain follows no light that changes by less than what fits it.
    """
    now, then = (seen.luma[::_STRIDE, ::_STRIDE] * seen.inverse for seen in (look, last))
    return float(np.sort(now - then, axis=None)[now.size // 2])


def _outlines(mask: Image, part: tuple[int, int, int, int]) -> Sequence[cv2.typing.MatLike]:
    """Return the outermost pixels of the pieces of foreground in a part that holds them all."""
    top, bottom, left, right = part
    # Along the edges of what it is given, outlines are cut off.
    top, left = max(top - 1, 0), max(left - 1, 0)
    return cv2.findContours(
        mask[top : bottom + 1, left : right + 1],
        cv2.RETR_EXTERNAL,
        cv2.CHAIN_APPROX_NONE,
        offset=(left, top),
    )[0]
