"""Deep shadows that lie close together, and alone.

``cv2.medianBlur``, ``cv2.dilate`` and what joins them find the same in seven times as long: each
call goes over all of a small picture.
"""

from __future__ import annotations

import math

import numpy as np

from motionlapse.analysis.boxes import Box
from motionlapse.analysis.vote_kernel import room_for, shrink, widen
from motionlapse.frames import Image
from motionlapse.native import INT, Array, kernel, part

_ONE, _NONE = np.uint8(1), np.uint8(0)
_MOST = np.uint8(5)  # of nine

_PICTURE, _BOX = Array("uint8", 2, read_only=True), Array("int64", 1)


class DenseShadows:
    """Finds deep shadows that lie close together, far from what may cast them.

    Close together: most of the nine pixels around are such shadows. (Beyond the edge of a picture,
    the edge goes on.)

    Parameters
    ----------
    shape
        (H, W) of the pictures.
    shadow
        The score of deep shadows.
    reach
        How far a caster is near, in pixels both ways.
    """

    def __init__(self, shape: tuple[int, int], shadow: int, reach: int) -> None:
        self._shadow, self._reach = shadow, reach
        self._dense = np.zeros(shape, np.uint8)
        self._rooms = np.empty((2, room_for(shape, reach)), np.uint8)

    def __call__(self, score: Image, near: Box, casts: Image, least: float) -> Box | None:
        """Return the box around them and their surroundings, None if there are too few.

        Parameters
        ----------
        score
            uint8 ``(H, W)``.
        near
            Where all deep shadows are.
        casts
            0/255 uint8 ``(H, W)``: what may cast them.
        least
            How many pixels are enough.
        """
        box = np.array(near.grown(1, score.shape), np.int64)
        found = _count_alone(
            score, box, self._shadow, casts, self._reach, math.ceil(least), self._dense, self._rooms
        )
        return Box(*box.tolist()) if found >= least else None


@part
def _add_row(row, level, sums):  # type: ignore[no-untyped-def]
    """Add 1 for each pixel of a row that has a level."""
    for x in range(row.shape[0]):
        sums[x] += _ONE if row[x] == level else _NONE


@part
def _find_most(sums, inner, dense):  # type: ignore[no-untyped-def]
    """Fill in 1 where three neighbours' sums are most of nine; `inner` lacks the first of them."""
    further = inner[1:]
    for x in range(dense.shape[0]):
        around = np.uint8(sums[x] + inner[x] + further[x])
        dense[x] = _ONE if around >= _MOST else _NONE


@part
def _count(row):  # type: ignore[no-untyped-def]
    total = np.int32(0)
    for x in range(row.shape[0]):
        total += np.int32(row[x])
    return total


@part
def _find_dense(score, box, level, dense, sums):  # type: ignore[no-untyped-def]
    """Set `dense` to 1 or 0 in a box, outside which no pixel has the level; return how many."""
    left, right, found = box[2], box[3], 0
    width = right - left
    sums = sums[: width + 2]
    inner = sums[1:]
    for y in range(box[0], box[1]):
        sums[:] = _NONE
        for other in (y - 1, y, y + 1):
            row = score[min(max(other, 0), score.shape[0] - 1)][left:right]
            _add_row(row, level, inner[:width])
        if left == 0:
            sums[0] = sums[1]
        if right == score.shape[1]:
            sums[width + 1] = sums[width]
        row = dense[y][left:right]
        _find_most(sums, inner, row)
        found += _count(row)
    return found


@part
def _count_beyond(dense, wide):  # type: ignore[no-untyped-def]
    total = np.int32(0)
    for x in range(dense.shape[0]):
        total += np.int32(dense[x]) if wide[x] == _NONE else np.int32(0)
    return total


@kernel(_PICTURE, _BOX, INT, _PICTURE, INT, INT, Array("uint8", 2), Array("uint8", 2), returns=INT)
def _count_alone(  # type: ignore[no-untyped-def]  # its signature types it
    score, box, shadow, casts, reach, least, dense, rooms
):
    """See `DenseShadows`; `box` becomes that of what is dense, and as far around as it reaches."""
    found = _find_dense(score, box, np.uint8(shadow), dense, rooms[0])
    if found < least:
        return found
    shrink(box, dense, rooms[0])
    top, bottom, left, right = box[0], box[1], box[2], box[3]
    box[0], box[1] = max(0, top - reach), min(score.shape[0], bottom + reach)
    box[2], box[3] = max(0, left - reach), min(score.shape[1], right + reach)
    wide, stride = widen(casts, box, reach, rooms[0], rooms[1])
    found = 0
    for y in range(top, bottom):
        begin = (y - box[0]) * stride + left - box[2]
        found += _count_beyond(dense[y][left:right], wide[begin : begin + right - left])
    return found
