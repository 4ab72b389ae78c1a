"""Deep shadows that lie close together, and alone.

``cv2.medianBlur``, ``cv2.dilate`` and what joins them find the same in three to seven times as
long: each call goes over all of a small picture.
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
_BLOCK = 255  # rows, of which a byte can count

_SCRATCH = Array("uint8", 2)
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
        self._columns = np.empty(shape[1], np.uint8)

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
            score, box, self._shadow, casts, self._reach, math.ceil(least), self._dense,
            self._rooms, self._columns,
        )  # fmt: skip
        return Box(*box.tolist()) if found >= least else None


@part
def _widen_edges(room, height, stride, at_edge):  # type: ignore[no-untyped-def]
    """Let the edge go on in the margins that lie beyond the edge of the picture."""
    at_left, at_right, at_top, at_bottom = at_edge
    for y in range(1, height + 1):
        begin = y * stride
        room[begin] = room[begin + 1] if at_left else _NONE
        room[begin + stride - 1] = room[begin + stride - 2] if at_right else _NONE
    above, first = room[:stride], room[stride : 2 * stride]
    last, below = room[height * stride :], room[(height + 1) * stride :]
    for x in range(stride):
        above[x] = first[x] if at_top else _NONE
        below[x] = last[x] if at_bottom else _NONE


@part
def _find_most(room, height, stride, sums, columns, top, left, most):  # type: ignore[no-untyped-def]
    """Set `most` to 1 or 0 where most of nine flags in `room` are 1; return how many."""
    width = stride - 2
    length = (height + 2) * stride - 2
    second, third = room[1:], room[2:]
    for i in range(length):
        sums[i] = room[i] + second[i] + third[i]
    columns = columns[:width]
    columns[:] = _NONE
    found = 0
    for y in range(height):
        above, here, below = sums[y * stride :], sums[(y + 1) * stride :], sums[(y + 2) * stride :]
        row = most[top + y][left : left + width]
        for x in range(width):
            around = np.uint8(above[x] + here[x] + below[x])
            row[x] = _ONE if around >= _MOST else _NONE
            columns[x] += row[x]
        if y % _BLOCK == _BLOCK - 1 or y == height - 1:
            for x in range(width):
                found += int(columns[x])
                columns[x] = _NONE
    return found


@part
def _find_dense(score, box, level, dense, room, sums, columns):  # type: ignore[no-untyped-def]
    """Set `dense` to 1 or 0 in a box, outside which no pixel has the level; return how many."""
    top, left = box[0], box[2]
    height, width = box[1] - top, box[3] - left
    stride = width + 2
    for y in range(height):
        row = score[top + y][left : left + width]
        flags = room[(y + 1) * stride + 1 : (y + 2) * stride - 1]
        for x in range(width):
            flags[x] = _ONE if row[x] == level else _NONE
    at_edge = (left == 0, box[3] == score.shape[1], top == 0, box[1] == score.shape[0])
    _widen_edges(room, height, stride, at_edge)
    return _find_most(room, height, stride, sums, columns, top, left, dense)


@part
def _count_beyond(dense, wide):  # type: ignore[no-untyped-def]
    total = np.int32(0)
    for x in range(dense.shape[0]):
        total += np.int32(dense[x]) if wide[x] == _NONE else np.int32(0)
    return total


@kernel(
    _PICTURE, _BOX, INT, _PICTURE, INT, INT, _SCRATCH, _SCRATCH, Array("uint8", 1), returns=INT
)  # fmt: skip
def _count_alone(  # type: ignore[no-untyped-def]  # its signature types it
    score, box, shadow, casts, reach, least, dense, rooms, columns
):
    """See `DenseShadows`; `box` becomes that of what is dense, and as far around as it reaches."""
    found = _find_dense(score, box, np.uint8(shadow), dense, rooms[0], rooms[1], columns)
    if found < least:
        return found
    shrink(box, dense, columns)
    top, bottom, left, right = box[0], box[1], box[2], box[3]
    box[0], box[1] = max(0, top - reach), min(score.shape[0], bottom + reach)
    box[2], box[3] = max(0, left - reach), min(score.shape[1], right + reach)
    wide, stride = widen(casts, box, reach, rooms[0], rooms[1])
    found = 0
    for y in range(top, bottom):
        begin = (y - box[0]) * stride + left - box[2]
        found += _count_beyond(dense[y][left:right], wide[begin : begin + right - left])
    return found
