"""Edges along the outlines of foreground: those that have come, and those that have gone."""

from __future__ import annotations

import numpy as np

from motionlapse.background.kernel_types import F2, F3, LABELS, MARKS, MASK, PLANE, ROWS
from motionlapse.native import FLOAT, INT, Array, kernel, part

_REACH = 2  # pixels: slopes are those of 5×5
# Pixels: beyond what the slope at an edge reaches, also where the outline is off by two.
_APART = np.float32(5.0)
_ZERO, _HALF, _ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
_TWO = np.float32(2.0)
# BT.601 weights of blue, green and red.
_BLUE, _GREEN, _RED = np.float32(0.114), np.float32(0.587), np.float32(0.299)
# Squared distances of the pixels of 5x5 from their middle, across: what a slope is divided by.
_SPREAD = np.float32(50.0)

GHOST, OBJECT = 1, 2
"""What a pixel is part of: the place of something that has left, or a thing. Each is a bit."""

LOOK_S = 0.1
"""How often outlines are looked at. More often costs more; half as often, ghosts stay longer."""

COME, GONE, LENGTH = 0, 1, 2
"""The rows of what `weigh_outlines` fills in."""


@part
def _across(row, x):  # type: ignore[no-untyped-def]  # as kernels are
    """Return five pixels of a row times their distances from the middle one, and their sum."""
    far, near = np.float32(row[x - 2]), np.float32(row[x - 1])
    next_, last = np.float32(row[x + 1]), np.float32(row[x + 2])
    tilt = _TWO * (last - far) + (next_ - near)
    return tilt, (far + last) + (near + next_) + np.float32(row[x])


@part
def _inwards(mask, y, x):  # type: ignore[no-untyped-def]
    """Return the direction in which a mask grows in 5×5 pixels, of no particular length."""
    across = down = _ZERO
    for dy in range(-_REACH, _REACH + 1):
        tilt, total = _across(mask[y + dy], x)
        across += tilt
        down += np.float32(dy) * total
    return across, down


@part
def _slopes(luma, mean, y, x, across, down):  # type: ignore[no-untyped-def]
    """Return the slopes in 5×5 pixels of frame and background in a direction, times its length."""
    frame = usual = _ZERO
    for dy in range(-_REACH, _REACH + 1):
        below = np.float32(dy) * down
        tilt, total = _across(luma[y + dy], x)
        frame += across * tilt + below * total
        if mean.shape[0] == 1:
            tilt, total = _across(mean[0, y + dy], x)
            usual += across * tilt + below * total
        else:
            blue, blues = _across(mean[0, y + dy], x)
            green, greens = _across(mean[1, y + dy], x)
            red, reds = _across(mean[2, y + dy], x)
            tilt = _BLUE * blue + _GREEN * green + _RED * red
            total = _BLUE * blues + _GREEN * greens + _RED * reds
            usual += across * tilt + below * total
    return frame / _SPREAD, usual / _SPREAD


@part
def _more(luma, mean, y, x, across, down, light):  # type: ignore[no-untyped-def]
    """Return by how much the squared slope of the frame is more than the background's."""
    frame, usual = _slopes(luma, mean, y, x, across, down)
    return frame * frame * light - usual * usual


@part
def _more_than_beside(luma, mean, y, x, across, down, light):  # type: ignore[no-untyped-def]
    """Return that of a pixel less that of what lies a few pixels inside and outside of it."""
    height, width = mean.shape[1:]
    length = across * across + down * down
    apart = _APART / np.sqrt(length)
    dy, dx = int(np.rint(apart * down)), int(np.rint(apart * across))
    above, left = min(y - dy, y + dy), min(x - dx, x + dx)
    if above < _REACH or left < _REACH:
        return _ZERO
    if 2 * y - above >= height - _REACH or 2 * x - left >= width - _REACH:
        return _ZERO
    inside = _more(luma, mean, y + dy, x + dx, across, down, light)
    outside = _more(luma, mean, y - dy, x - dx, across, down, light)
    own = _more(luma, mean, y, x, across, down, light)
    return (own - _HALF * (inside + outside)) / length


@part
def _label(labels, row, column):  # type: ignore[no-untyped-def]
    """Return the label of a pixel or of one beside it; the pixel may be just outside."""
    height, width = labels.shape
    y, x = min(max(row, 0), height - 1), min(max(column, 0), width - 1)
    beside = max(labels[y, max(column - 1, 0)], labels[y, min(column + 1, width - 1)])
    above_below = max(labels[max(row - 1, 0), x], labels[min(row + 1, height - 1), x])
    return max(labels[y, x], beside, above_below)


@part
def _mark_outline(above, row, below, inner, first, last, marks):  # type: ignore[no-untyped-def]
    """Mark the pixels of a row of a mask that are not as one of those beside, above and below.

    Those that are not watched well inside their area are not: a mask is cut off there.
    """
    for x in range(first, last):
        own = row[x]
        unlike = (row[x - 1] ^ own) | (row[x + 1] ^ own) | (above[x] ^ own) | (below[x] ^ own)
        marks[x] = unlike & inner[x]


@kernel(MASK, MASK, LABELS, INT, INT, PLANE, F3, FLOAT, F2, ROWS)
def weigh_outlines(  # type: ignore[no-untyped-def]
    mask, inner, labels, top, left, luma, mean, inverse, weights, marks
):
    """Add up the edges along the outlines of pieces of foreground, across them, squared.

    An edge is the slope of the luma in the direction in which the mask grows, least squares over
    5×5 pixels, less what slopes there are five pixels inside and outside of the outline: before
    bricks or a hedge a thing hides edges, but no more of them than lie beside its outline. By that
    direction leaves in front of something textured are told from the place of something that has
    left. Every other row is enough: an outline is two pixels wide, one inside and one outside.

    Parameters
    ----------
    mask
        uint8 ``(H, W)``: foreground is not 0.
    inner
        uint8 ``(H, W)``: 0 where outlines are not to be followed, else 255.
    labels
        Numbers of the pieces, from 1, in the part of the picture that holds all of them, int32
        ``(h, w)``.
    top, left
        Where the part is.
    luma
        The frame's, uint8, rows may be padded.
    mean
        The background, float32 ``(P, H, W)``.
    inverse
        Brightness of the background over the frame's.
    weights
        float32 ``(3, N)``: for every label the squared slopes by which the frame has more than the
        background (`COME`) and less (`GONE`), levels² a pixel², and the pixels of the outline
        (`LENGTH`) are added.
    marks
        uint8 ``(W,)``: scratch.
    """
    height, width = mask.shape
    bottom, right = top + len(labels), left + labels.shape[1]
    light = np.float32(inverse) * np.float32(inverse)
    first, last = max(left - 1, _REACH), min(right + 1, width - _REACH)
    for y in range(max(top - 1, _REACH) | 1, min(bottom + 1, height - _REACH), 2):
        _mark_outline(mask[y - 1], mask[y], mask[y + 1], inner[y], first, last, marks)
        for x in range(first, last):
            if not marks[x]:
                continue
            across, down = _inwards(mask, y, x)
            length = across * across + down * down
            if length == _ZERO:
                continue  # as thin as a pixel, or a corner of two pieces
            more = _more_than_beside(luma, mean, y, x, across, down, light)
            label = _label(labels, y - top, x - left)
            weights[COME, label] += max(more, _ZERO)
            weights[GONE, label] += max(-more, _ZERO)
            weights[LENGTH, label] += _ONE


@kernel(MARKS, LABELS, INT, INT, Array("uint8", 2))
def paint(kinds, labels, top, left, told):  # type: ignore[no-untyped-def]
    """Write the kind of its piece to every pixel of a part of the picture.

    Parameters
    ----------
    kinds
        uint8 ``(N,)``: of each label.
    labels, top, left
        As in `weigh_outlines`.
    told
        uint8 ``(H, W)``: filled in there; what is of no piece is left as it is.
    """
    height, width = labels.shape
    for y in range(height):
        own, row = labels[y], told[top + y, left : left + width]
        for x in range(width):
            if own[x] > 0:  # most are not; looking their kind up takes longer
                row[x] = kinds[own[x]]
