"""The soft vote: scores smoothed, cut at a level, and the gaps in what is left closed.

Boxes of a picture are laid out in one row of scratch with a margin around each of their rows. So
each step is one loop without branches over all of the box, which vectorises: where it reaches
beyond the end of a row it finds the margin. ``cv2.sepFilter2D``, ``cv2.threshold`` and
``cv2.morphologyEx`` do the same in twice the time for a tenth of 480×270, and in
1.5 times of it for all of that.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motionlapse.analysis.boxes import Box
from motionlapse.frames import Image
from motionlapse.native import FLOAT, INT, Array, kernel, part

REACH = 3
"""How far the smoothing reaches, in pixels."""

_FULL, _NONE = np.uint8(255), np.uint8(0)

Weights = npt.NDArray[np.float32]
_BOX = Array("int64", 1)


def weights_of(sigma: float) -> Weights:
    """Return the weights of a Gaussian, from its middle on.

    Parameters
    ----------
    sigma
        In pixels.
    """
    steps = np.arange(-REACH, REACH + 1)
    bell = np.exp(-(steps**2) / (2 * sigma**2))
    weights: Weights = (bell / bell.sum())[REACH:].astype(np.float32)
    return weights


class Vote:
    """Smooths, cuts and closes in pictures of one size.

    Parameters
    ----------
    shape
        (H, W) of the pictures.
    sigma
        Of the Gaussian, in pixels.
    level
        What the smoothed score must be above.
    radius
        Of the square with which gaps are closed.
    """

    def __init__(self, shape: tuple[int, int], sigma: float, level: int, radius: int) -> None:
        height, width = shape
        self._weights = weights_of(sigma)
        self._least = level + 0.5  # a mean of bytes is rounded
        self._radius = radius
        room = room_for(shape, radius)
        self._bytes = np.empty((2, room), np.uint8)
        self._sums = np.empty((height + 2 * REACH) * (width + 2 * REACH), np.float32)

    def __call__(
        self, score: Image, part: Box, voted: Image, *, lifted: int = 0, to: int = 0
    ) -> Box:
        """Set `voted` to 255 or 0 in a part of a picture, and return the box of what is 255.

        The part is a picture of its own: what is beyond its edges is what is mirrored in them.

        Parameters
        ----------
        score
            uint8 ``(H, W)``.
        part
            What is smoothed.
        voted
            uint8 ``(H, W)``; changed in the part.
        lifted, to
            A score that counts as another.
        """
        box = np.array(part, np.int64)
        _vote(
            score, box, lifted, to, self._weights, self._least, self._radius, voted, self._bytes,
            self._sums,
        )  # fmt: skip
        return Box(*box.tolist())


def room_for(shape: tuple[int, int], radius: int) -> int:
    """Return how many bytes `widen` needs for pictures of ``(H, W)``, twice."""
    height, width = shape
    margin = 2 * max(radius, REACH)
    return (height + margin) * (width + margin)


@part
def shrink(box, mask, columns):  # type: ignore[no-untyped-def]
    """Shrink a box to what is not 0 in it; all 0 where nothing is. Scratch: a row of it."""
    top = bottom = 0
    begin, width = box[2], box[3] - box[2]
    columns = columns[:width]
    columns[:] = _NONE
    for y in range(box[0], box[1]):
        row, highest = mask[y][begin : begin + width], _NONE
        for x in range(width):
            highest = max(highest, row[x])
        if highest > _NONE:
            for x in range(width):
                columns[x] = max(columns[x], row[x])
            top = top if bottom else y
            bottom = y + 1
    left, right = begin, begin + width
    while left < right and columns[left - begin] == _NONE:
        left += 1
    while right > left and columns[right - 1 - begin] == _NONE:
        right -= 1
    box[0], box[1], box[2], box[3] = top, bottom, left, right
    if bottom == 0:
        box[2] = box[3] = 0


@part
def widen(mask, box, radius, here, there):  # type: ignore[no-untyped-def]
    """Return a box of a mask in which all is widened by a square; its rows begin `stride` apart.

    By windows of 1, 2, 4 and so on, each of which is two of those before.

    Parameters
    ----------
    mask
        0/255 uint8 ``(H, W)``; beyond the box it counts as 0.
    box
        Its top, bottom, left and right.
    radius
        Of the square.
    here, there
        Scratch, `room_for` it.

    Returns
    -------
    ndarray, int
        One of the two, and its stride.
    """
    top, bottom, left, right = box[0], box[1], box[2], box[3]
    stride, side = right - left + 2 * radius, 2 * radius + 1
    length = (bottom - top + 2 * radius) * stride
    here[:length] = _NONE
    for y in range(top, bottom):
        begin = (y - top + radius) * stride + radius
        row, to = mask[y][left:right], here[begin : begin + right - left]
        for x in range(right - left):
            to[x] = row[x]
    for step in (1, stride):
        reach = 1
        while reach < side:
            more = min(reach, side - reach)
            length -= more * step
            ahead = here[more * step :]
            for i in range(length):
                there[i] = max(here[i], ahead[i])
            here, there = there, here
            reach += more
    return here, stride


@part
def _close(mask, box, radius, here, there):  # type: ignore[no-untyped-def]
    """Close the gaps in a box of a mask: widen what is there, then what is not."""
    top, left, width = box[0], box[2], box[3] - box[2]
    for _ in range(2):
        wide, stride = widen(mask, box, radius, here, there)
        for y in range(top, box[1]):
            row, begin = mask[y][left : box[3]], (y - top) * stride
            widened = wide[begin : begin + width]
            for x in range(width):
                row[x] = _FULL - widened[x]


@part
def _mirrored(i, length):  # type: ignore[no-untyped-def]
    """Return the place that is seen in a mirror at an edge, on which the last place lies."""
    while (i < 0 or i >= length) and length > 1:
        i = -i if i < 0 else 2 * length - 2 - i
    return i if length > 1 else 0


@part
def _lay_out(score, box, lifted, to, room):  # type: ignore[no-untyped-def]
    """Lay a box of scores out with a margin of what is seen in a mirror."""
    height, width = box[1] - box[0], box[3] - box[2]
    stride = width + 2 * REACH
    for y in range(-REACH, height + REACH):
        row = score[box[0] + _mirrored(y, height)][box[2] : box[3]]
        begin = (y + REACH) * stride + REACH
        inner = room[begin : begin + width]
        for x in range(width):
            inner[x] = to if row[x] == lifted else row[x]
        for x in range(1, REACH + 1):
            room[begin - x] = inner[_mirrored(-x, width)]
            room[begin + width - 1 + x] = inner[_mirrored(width - 1 + x, width)]


@part
def _smooth_across(room, weights, sums):  # type: ignore[no-untyped-def]
    w0, w1, w2, w3 = weights[0], weights[1], weights[2], weights[3]
    length = sums.shape[0] - 2 * REACH
    r0, r1, r2, r3 = room[:length], room[1:], room[2:], room[3:]
    r4, r5, r6 = room[4:], room[5:], room[6:]
    for i in range(length):
        near = w1 * (np.float32(r2[i]) + np.float32(r4[i]))
        far = w2 * (np.float32(r1[i]) + np.float32(r5[i]))
        farthest = w3 * (np.float32(r0[i]) + np.float32(r6[i]))
        sums[i] = w0 * np.float32(r3[i]) + near + far + farthest


@part
def _smooth_down(sums, stride, weights, least, row):  # type: ignore[no-untyped-def]
    """Fill in a row of the mask: where the sums of seven rows reach the least."""
    w0, w1, w2, w3 = weights[0], weights[1], weights[2], weights[3]
    width = row.shape[0]
    s0, s1, s2 = sums[:width], sums[stride:], sums[2 * stride :]
    s3, s4, s5, s6 = sums[3 * stride :], sums[4 * stride :], sums[5 * stride :], sums[6 * stride :]
    for x in range(width):
        total = w0 * s3[x] + w1 * (s2[x] + s4[x]) + w2 * (s1[x] + s5[x]) + w3 * (s0[x] + s6[x])
        row[x] = _FULL if total >= least else _NONE


@kernel(
    Array("uint8", 2, read_only=True), _BOX, INT, INT, Array("float32", 1), FLOAT, INT,
    Array("uint8", 2), Array("uint8", 2), Array("float32", 1),
)  # fmt: skip
def _vote(  # type: ignore[no-untyped-def]  # its signature types it
    score, box, lifted, to, weights, least, radius, voted, rooms, sums
):
    """See `Vote`; `box` becomes that of what is foreground."""
    top, left = box[0], box[2]
    height, width = box[1] - top, box[3] - left
    stride = width + 2 * REACH
    _lay_out(score, box, np.uint8(lifted), np.uint8(to), rooms[0])
    _smooth_across(rooms[0], weights, sums[: (height + 2 * REACH) * stride])
    for y in range(height):
        row = voted[top + y][left : left + width]
        _smooth_down(sums[y * stride :], stride, weights, least, row)
    bottom, right = box[1], box[3]
    shrink(box, voted, rooms[1])
    if box[1] == 0:
        return
    # Closing leaves alone what is farther from all foreground than its gap. Along the edge of the
    # picture it fills what is nearer to that.
    by = 2 * radius + 1
    box[0], box[1] = max(top, box[0] - by), min(bottom, box[1] + by)
    box[2], box[3] = max(left, box[2] - by), min(right, box[3] + by)
    _close(voted, box, radius, rooms[0], rooms[1])
    shrink(box, voted, rooms[1])
