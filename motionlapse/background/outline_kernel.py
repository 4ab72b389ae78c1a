"""Edges along the outlines of foreground: those that have come, and those that have gone.

An object brings edges along its outline; where one has left, the edges are in the background only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from motionlapse.background.kernel_types import F2, F3, MASK, PICTURE, PLANE, POINTS, STARTS
from motionlapse.native import FLOAT, INT, kernel, part

_REACH = 2  # pixels each way: slopes are measured over 5×5 pixels
# Pixels from the outline, inside and outside, at which slopes are compared with that on it: further
# than an edge has an effect on them, even if the outline is off by two.
_APART = np.float32(5.0)
_ENOUGH = 200  # about how many pixels of a long outline are sampled
_ZERO, _HALF, _ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
_WHITE = np.float32(255.0)
_PLACE = np.float32(25.0)  # pixels
# Pixels around a piece that are needed for the slopes at its outline and beside it.
_AROUND = int(_APART) + _REACH
# BT.601 weights of blue, green and red.
_BLUE, _GREEN, _RED = np.float32(0.114), np.float32(0.587), np.float32(0.299)
# The sum of the squared distances of 5×5 pixels from the middle column: the divisor of a slope.
_SPREAD = np.float32(50.0)

GHOST, OBJECT, SUSPECT = 1, 2, 3
"""What a piece of foreground is: the place of an object that has left, an object, or perhaps the
former.
"""

_NONE, _GHOST, _OBJECT, _SUSPECT = (np.uint8(kind) for kind in (0, GHOST, OBJECT, SUSPECT))

LOOK_S = 0.1
"""Seconds between looks at outlines. Fewer cost more; with twice as many, ghosts stay longer."""

COME, GONE, LENGTH, CHANGED = 0, 1, 2, 3
"""The rows of the `weights` that `weigh_outlines` fills in."""


@part
def _gradient(picture, y, x):  # type: ignore[no-untyped-def]  # as kernels are
    """Return the gradient at a pixel, across and down, times `_SPREAD`.

    It is the sum of 5×5 pixels times their distances from the middle: a least-squares fit.
    """
    across: Any = 0
    down: Any = 0
    for dy in range(-_REACH, _REACH + 1):
        row = picture[y + dy]
        far, near, own = np.int32(row[x - 2]), np.int32(row[x - 1]), np.int32(row[x])
        next_, last = np.int32(row[x + 1]), np.int32(row[x + 2])
        across += 2 * (last - far) + (next_ - near)
        down += dy * (far + near + own + next_ + last)
    return np.float32(across), np.float32(down)


@part
def _total(picture, y, x):  # type: ignore[no-untyped-def]
    """Return the sum of 5×5 pixels."""
    total: Any = 0
    for dy in range(-_REACH, _REACH + 1):
        row = picture[y + dy]
        for dx in range(-_REACH, _REACH + 1):
            total += np.int32(row[x + dx])
    return np.float32(total)


@part
def _more(luma, usual, y, x, across, down, light):  # type: ignore[no-untyped-def]
    """Return by how much the squared slope of the frame exceeds that of the background.

    The slopes are those in the direction (`across`, `down`), times the length of that vector.
    """
    frame_across, frame_down = _gradient(luma, y, x)
    usual_across, usual_down = _gradient(usual, y, x)
    frame = (across * frame_across + down * frame_down) / _SPREAD
    before = (across * usual_across + down * usual_down) / _SPREAD
    return frame * frame * light - before * before


@part
def _beside(y, x, across, down, height, width):  # type: ignore[no-untyped-def]
    """Return the offset, down and across, from an outline to where slopes beside it are compared.

    It is (0, 0) if either side would be too close to an edge of the picture.
    """
    apart = _APART / np.sqrt(across * across + down * down)
    dy, dx = int(np.rint(apart * down)), int(np.rint(apart * across))
    above, left = min(y - dy, y + dy), min(x - dx, x + dx)
    if above < _REACH or left < _REACH:
        return 0, 0
    if 2 * y - above >= height - _REACH or 2 * x - left >= width - _REACH:
        return 0, 0
    return dy, dx


@kernel(POINTS, STARTS, MASK, MASK, PLANE, FLOAT, PLANE, PLANE, FLOAT, FLOAT, FLOAT, F2)
def weigh_outlines(  # type: ignore[no-untyped-def]
    points,
    starts,
    mask,
    inner,
    luma,
    inverse,
    usual,
    last,
    last_inverse,
    common,
    change,
    weights,
):
    """Add up the squared edges along the outlines of pieces of foreground.

    An edge is the slope of the luma across the outline, in the direction of the gradient of the
    mask, by least squares over 5×5 pixels. From its square, the mean of those five pixels inside
    and outside is subtracted: an object in front of bricks or a hedge hides edges, but no more of
    them than there are beside its outline. The direction tells leaves in front of a texture from
    the place of something that has left. Every other pixel is sampled, and fewer of long outlines.

    Parameters
    ----------
    points
        x and y of the outline pixels of all pieces, one piece after another, int32 ``(M, 2)``.
    starts
        Where each piece begins in `points`, and where the last one ends, int32 ``(N + 1,)``.
    mask
        uint8 ``(H, W)``: foreground is 255, all else 0.
    inner
        uint8 ``(H, W)``: 0 where outlines are not to be followed.
    luma
        The frame's luma, uint8; rows may be padded.
    inverse
        The brightness of the background over that of the frame.
    usual
        The background's luma, uint8; see `usual_luma`.
    last, last_inverse
        `luma` and `inverse` of the last look.
    common
        Grey levels by which the whole picture has changed since then.
    change
        Grey levels by which the mean of 5×5 pixels must differ besides, to count as changed.
    weights
        float32 ``(4, N)``, filled for each piece with the sums of squared slopes by which the frame
        exceeds the background (`COME`) and the reverse (`GONE`), in levels² per pixel²; with the
        number of outline pixels that were sampled (`LENGTH`); and with how many of these have
        changed (`CHANGED`).
    """
    height, width = mask.shape
    inverse, last_inverse = np.float32(inverse), np.float32(last_inverse)
    light = inverse * inverse
    common, least = np.float32(common) * _PLACE, np.float32(change) * _PLACE
    for piece in range(weights.shape[1]):
        come = gone = length = changed = _ZERO
        begin, end = starts[piece], starts[piece + 1]
        for i in range(begin, end, max(2, (end - begin) // _ENOUGH)):
            x, y = points[i, 0], points[i, 1]
            if min(x, y) < _REACH or x >= width - _REACH or y >= height - _REACH or not inner[y, x]:
                continue
            across, down = _gradient(mask, y, x)
            if across == _ZERO and down == _ZERO:
                continue  # the piece is one pixel wide here
            length += _ONE
            dy, dx = _beside(y, x, across, down, height, width)
            if dy == 0 and dx == 0:
                continue
            more = _more(luma, usual, y, x, across, down, light)
            more -= _HALF * _more(luma, usual, y + dy, x + dx, across, down, light)
            more -= _HALF * _more(luma, usual, y - dy, x - dx, across, down, light)
            more /= across * across + down * down
            come += max(more, _ZERO)
            gone += max(-more, _ZERO)
            apart = _total(luma, y, x) * inverse - _total(last, y, x) * last_inverse
            changed += _ONE if abs(apart - common) > least else _ZERO
        weights[COME, piece], weights[GONE, piece] = come, gone
        weights[LENGTH, piece], weights[CHANGED, piece] = length, changed


@kernel(F3, INT, INT, INT, INT, PICTURE)
def usual_luma(mean, top, bottom, left, right, usual):  # type: ignore[no-untyped-def]
    """Fill in the luma of a part of the background, with the margin that `weigh_outlines` needs.

    Parameters
    ----------
    mean
        The background, float32 ``(P, H, W)``.
    top, bottom, left, right
        The part.
    usual
        uint8 ``(H, W)``; filled in the part and its margin, rounded.
    """
    height, width = usual.shape
    first, last = max(left - _AROUND, 0), min(right + _AROUND, width)
    for y in range(max(top - _AROUND, 0), min(bottom + _AROUND, height)):
        row = usual[y, first:last]
        if len(mean) == 1:
            grey = mean[0, y, first:last]
            for x in range(last - first):
                row[x] = np.uint8(min(max(grey[x] + _HALF, _ZERO), _WHITE))
        else:
            blue, green, red = (
                mean[0, y, first:last],
                mean[1, y, first:last],
                mean[2, y, first:last],
            )
            for x in range(last - first):
                luma = _BLUE * blue[x] + _GREEN * green[x] + _RED * red[x]
                row[x] = np.uint8(min(max(luma + _HALF, _ZERO), _WHITE))


@kernel(PICTURE, INT, INT, INT, INT, MASK, MASK)
def tell(told, top, bottom, left, right, mask, before):  # type: ignore[no-untyped-def]
    """Combine what a look found about foreground with what was known before.

    A pixel is a ghost if it was found so twice in a row, or if it was one before and this look
    found nothing: what remains of a ghost may have no clear outline.

    Parameters
    ----------
    told
        uint8 ``(H, W)``: what this look found for each pixel: `GHOST`, `OBJECT`, 0, or `SUSPECT`
        for what would be a ghost but moves, and so is nothing. Changed to the combination, in which
        `SUSPECT` is a ghost that was found once.
    top, bottom, left, right
        A part that contains all foreground.
    mask
        uint8 ``(H, W)``: foreground is not 0.
    before
        uint8 ``(H, W)``: the combination of the look before.
    """
    for y in range(top, bottom):
        row, now, last = told[y, left:right], mask[y, left:right], before[y, left:right]
        for x in range(right - left):
            kind, known = row[x], last[x]
            again = (kind == _GHOST) & ((known == _SUSPECT) | (known == _GHOST))
            left_of_one = (kind == _NONE) & (known == _GHOST)
            other = _SUSPECT if kind == _GHOST else _NONE
            other = _OBJECT if kind == _OBJECT else other
            kind = _GHOST if again | left_of_one else other
            row[x] = kind if now[x] else _NONE
