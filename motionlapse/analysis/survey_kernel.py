"""What a picture of scores holds, in one pass over it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from motionlapse.analysis.boxes import Box
from motionlapse.frames import Image
from motionlapse.native import INT, Array, kernel, part

_BLOCK = 255  # rows, of which a byte can count
_ONE, _NONE = np.uint8(1), np.uint8(0)


class Survey(NamedTuple):
    """What a picture of scores holds.

    Attributes
    ----------
    beyond
        How many pixels are at the level of deep shadows or above it.
    likely
        The box of what is above the level of the vote.
    shadows
        How many pixels are deep shadows.
    shaded
        The box of these.
    """

    beyond: int
    likely: Box
    shadows: int
    shaded: Box


def survey(score: Image, shadow: int, vote: int) -> Survey:
    """Return what a picture of scores holds.

    Parameters
    ----------
    score
        uint8 ``(H, W)``.
    shadow
        The level of deep shadows.
    vote
        The level of the vote: no smaller.
    """
    columns = np.zeros((4, score.shape[1]), np.uint8)
    found = np.zeros(10, np.int64)
    _survey(score, shadow, vote, columns, found)
    beyond, shadows, *boxes = found.tolist()
    return Survey(beyond, Box(*boxes[:4]), shadows, Box(*boxes[4:]))


@part
def _total(counts):  # type: ignore[no-untyped-def]
    """Return the sum of counts, which are 0 after it."""
    total = np.int64(0)
    for x in range(counts.shape[0]):
        total += counts[x]
        counts[x] = _NONE
    return total


@part
def _set_box(box, top, bottom, columns, level):  # type: ignore[no-untyped-def]
    """Fill a box in; in its columns something is above a level."""
    if bottom == 0:
        return
    left, right = 0, columns.shape[0]
    while columns[left] <= level:
        left += 1
    while columns[right - 1] <= level:
        right -= 1
    box[0], box[1], box[2], box[3] = top, bottom, left, right


@kernel(Array("uint8", 2, read_only=True), INT, INT, Array("uint8", 2), Array("int64", 1))
def _survey(score, shadow, vote, columns, found):  # type: ignore[no-untyped-def]  # its signature types it
    """Fill `found` in: two counts, two boxes; four rows of zeros are scratch."""
    height, width = score.shape
    deep, likely = np.uint8(shadow), np.uint8(vote)
    beyond, shaded, is_likely, is_shaded = columns[0], columns[1], columns[2], columns[3]
    top = bottom = shaded_top = shaded_bottom = 0
    for y in range(height):
        row = score[y]
        highest = any_shaded = _NONE
        for x in range(width):
            highest = max(highest, row[x])
        if highest >= deep:
            for x in range(width):
                same = _ONE if row[x] == deep else _NONE
                any_shaded = max(any_shaded, same)
                shaded[x] += same
                beyond[x] += _ONE if row[x] >= deep else _NONE
        if highest > likely:
            for x in range(width):
                is_likely[x] = max(is_likely[x], row[x])
            top = top if bottom else y
            bottom = y + 1
        if any_shaded:
            for x in range(width):
                is_shaded[x] = max(is_shaded[x], _ONE if row[x] == deep else _NONE)
            shaded_top = shaded_top if shaded_bottom else y
            shaded_bottom = y + 1
        if y % _BLOCK == _BLOCK - 1 or y == height - 1:
            found[0] += _total(beyond)
            found[1] += _total(shaded)
    _set_box(found[2:6], top, bottom, is_likely, likely)
    _set_box(found[6:10], shaded_top, shaded_bottom, is_shaded, _NONE)
