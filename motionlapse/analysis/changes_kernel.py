"""How many pixels of each cell of a picture have changed."""

from __future__ import annotations

import numpy as np

from motionlapse.frames import Image
from motionlapse.native import INT, Array, kernel, part

CELL = 8
"""Height and width of a cell, in pixels: a byte counts all of them."""

_ONE, _NONE = np.uint8(1), np.uint8(0)


def count_changed(one: Image, other: Image, level: int, counts: Image) -> None:
    """Fill in how many pixels of each cell differ by more than a level.

    Parameters
    ----------
    one, other
        uint8 ``(H, W)``.
    level
        0 to 255.
    counts
        uint8 ``(h, w)`` with ``h * CELL`` and ``w * CELL`` inside the pictures; filled.
    """
    _count_changed(one, other, level, counts, np.empty(one.shape[1], np.uint8))


@part
def _add_changed(one, other, level, columns):  # type: ignore[no-untyped-def]
    for x in range(columns.shape[0]):
        apart = max(one[x], other[x]) - min(one[x], other[x])
        columns[x] += _ONE if np.uint8(apart) > level else _NONE


@kernel(
    Array("uint8", 2, read_only=True), Array("uint8", 2, read_only=True), INT, Array("uint8", 2),
    Array("uint8", 1),
)  # fmt: skip
def _count_changed(one, other, level, counts, columns):  # type: ignore[no-untyped-def]
    """See `count_changed`; a row of scratch."""
    height, width = counts.shape
    columns = columns[: width * CELL]
    for row in range(height):
        columns[:] = _NONE
        for y in range(row * CELL, (row + 1) * CELL):
            _add_changed(one[y], other[y], np.uint8(level), columns)
        for x in range(width):
            total = _NONE
            for i in range(CELL):
                total += columns[x * CELL + i]
            counts[row, x] = total
