"""Whose edges: pieces of foreground that are objects, and the places of those that have left."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from motionlapse.background.outline_kernel import GHOST, LOOK_S, OBJECT, paint, weigh_outlines
from motionlapse.frames import Image

_ROUNDING_S = 1e-3
# The slope over 5×5 pixels of a step as high as the noise floor, of one: fainter edges say nothing.
_FAINT = 0.3
OFF = 1000.0
"""How many times as much edge nothing has: outlines are not looked at."""

# As a pixel of a picture has them; each is a bit.
_GHOST, _OBJECT = np.uint8(GHOST), np.uint8(OBJECT)

Array = npt.NDArray[np.float32]


class Seen(NamedTuple):
    """What is known after a frame; none of it is ever written to.

    Attributes
    ----------
    told
        See `Outlines`.
    ghosts
        What the last look took for ghosts.
    luma, inverse
        Of the frame that is to be looked at, and the background's brightness over its; None: none.
    since_s
        Since the last such frame.
    """

    told: Image
    ghosts: Image
    luma: Image | None = None
    inverse: float = 1.0
    since_s: float = 0.0


class Outlines:
    """Tells a thing from the place of one that has left, by the edges along its outline.

    A thing has edges of its own in the frame; what stood in the background and has left has them in
    the background only. Ten times a second the edges along the outline of each piece of the mask
    are weighed, those that have come against those that have gone. A piece of which clearly more
    has gone, twice in a row, is a ghost: what is seen in its place is the background. One of which
    clearly more has come is an object: what it hides stays the background for as long as any may.

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
        self._marks = np.empty(shape[1], np.uint8)
        whole: Image = np.full(shape, 255, np.uint8)
        self._inner = whole if area is None else cv2.erode(area, np.ones((5, 5), np.uint8))
        self._none: Image = np.zeros(shape, np.uint8)
        self.state = Seen(self._none, self._none)

    @property
    def told(self) -> Image:
        """uint8 ``(H, W)``: `GHOST` or `OBJECT`, 0 where nothing is known."""
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
        told, ghosts, last, inverse, since_s = self.state
        if last is not None:
            now = self._weigh(last, mean, inverse, previous)
            last = None
            # What is left of a ghost tells nothing by its outline, and is one still.
            left = told & previous & _GHOST
            if now is None:
                told, ghosts = left, self._none
            else:
                left[now > 0] = 0
                # Ghosts are told where they were ghosts before.
                told, ghosts = now & (ghosts | _OBJECT) | left, now & _GHOST
        since_s += elapsed_s
        if since_s >= LOOK_S - _ROUNDING_S:
            height, width = self._none.shape
            last = luma[:height, :width].copy()
            # What is over counts: with some frames left out, the looks are at the same times.
            since_s = (since_s + _ROUNDING_S) % LOOK_S - _ROUNDING_S
            inverse = 1 / float(gain.mean())
        self.state = Seen(told, ghosts, last, inverse, since_s)

    def _weigh(self, luma: Image, mean: Array, inverse: float, mask: Image) -> Image | None:
        """Return what the outlines of a frame tell; None: nothing."""
        left, top, width, height = cv2.boundingRect(mask)
        if not width:
            return None
        part = np.s_[top : top + height, left : left + width]
        count, labels = cv2.connectedComponents(mask[part])
        weights = np.zeros((3, count), np.float32)
        seen = luma, mean, inverse
        weigh_outlines(mask, self._inner, labels, top, left, *seen, weights, self._marks)
        come, gone, length = weights
        few = length * self._faint
        kinds = np.zeros(count, np.uint8)
        kinds[gone > self._clearly * (come + few)] = GHOST
        kinds[come > self._clearly * (gone + few)] = OBJECT
        kinds[0] = 0
        if not kinds.any():
            return None
        told = np.zeros(mask.shape, np.uint8)
        paint(kinds, labels, top, left, told)
        return told
