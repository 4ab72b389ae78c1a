"""The first background: for each pixel, the look that most of several pictures agree on."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from motionlapse.background.kernel_types import F1, F2, F3, PICTURES
from motionlapse.background.looks_kernel import blue_green_red
from motionlapse.frames import Image
from motionlapse.native import FLOAT, kernel, part

Array = npt.NDArray[np.float32]

_AROUND = 2  # pixels each way: 5×5 pixels are compared, enough for noise to average out
_ROWS = 2 * _AROUND + 1
_PLACE = np.float32(_ROWS * _ROWS)
_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)


@part
def _take_row(pictures, k, y, looks):  # type: ignore[no-untyped-def]
    """Fill in the looks of a row of one picture, ``(P, W)``."""
    if looks.shape[0] == 1:
        for x in range(looks.shape[1]):
            looks[0, x] = np.float32(pictures[k, 0, y, x])
        return
    luma, u, v = pictures[k, 0, y], pictures[k, 1, y], pictures[k, 2, y]
    blue, green, red = looks[0], looks[1], looks[2]
    for x in range(looks.shape[1]):
        blue[x], green[x], red[x] = blue_green_red(luma[x], u[x], v[x])


@part
def _measure_apart(one, other, apart):  # type: ignore[no-untyped-def]
    """Fill `apart` with the difference between the looks of two rows: the largest of any plane."""
    apart[:] = _ZERO
    for p in range(one.shape[0]):
        first, second = one[p], other[p]
        for x in range(apart.shape[0]):
            apart[x] = max(apart[x], abs(first[x] - second[x]))


@part
def _measure_pairs(looks, row, apart):  # type: ignore[no-untyped-def]
    """Fill `apart`, ``(pairs, rows, W)``, with the differences of a row between all pictures."""
    pair = 0
    for one in range(looks.shape[0]):
        for other in range(one + 1, looks.shape[0]):
            _measure_apart(looks[one], looks[other], apart[pair, row])
            pair += 1


@part
def _mirrored(at, last):  # type: ignore[no-untyped-def]
    """Return an index mirrored at 0 and at `last` if it lies beyond them."""
    at = abs(at)
    return min(abs(at if at <= last else 2 * last - at), last)


@part
def _add_rows(apart, y, height, total):  # type: ignore[no-untyped-def]
    """Fill `total` with the sums of five rows around one, and mirrored margins at both sides."""
    width, last = apart.shape[1], height - 1
    first = apart[_mirrored(y - 2, last) % _ROWS]
    second = apart[_mirrored(y - 1, last) % _ROWS]
    third = apart[y % _ROWS]
    fourth = apart[_mirrored(y + 1, last) % _ROWS]
    fifth = apart[_mirrored(y + 2, last) % _ROWS]
    for x in range(width):
        total[x + _AROUND] = first[x] + second[x] + third[x] + fourth[x] + fifth[x]
    for x in range(1, _AROUND + 1):
        total[_AROUND - x] = total[_AROUND + _mirrored(-x, width - 1)]
        total[_AROUND + width - 1 + x] = total[_AROUND + _mirrored(width - 1 + x, width - 1)]


@part
def _agree_both(rows, per_alike, one, other):  # type: ignore[no-untyped-def]
    """Add the agreement of two pictures to the sums of both; `rows` is from `_add_rows`."""
    for x in range(one.shape[0]):
        around = rows[x] + rows[x + 1] + rows[x + 2] + rows[x + 3] + rows[x + 4]
        apart = around * per_alike
        apart *= apart
        agreement = _ONE / (_ONE + apart * apart)
        one[x] += agreement
        other[x] += agreement


@part
def _choose(agreement, most, looks, chosen):  # type: ignore[no-untyped-def]
    """Choose a picture's looks where its agreement is the highest so far."""
    for p in range(chosen.shape[0]):
        look, best = looks[p], chosen[p]
        for x in range(most.shape[0]):
            best[x] = look[x] if agreement[x] > most[x] else best[x]
    for x in range(most.shape[0]):
        most[x] = max(most[x], agreement[x])


@part
def _add(apart, reach, look, total, count):  # type: ignore[no-untyped-def]
    """Add the looks that are within reach of the chosen ones to `total`, and count them."""
    for x in range(count.shape[0]):
        inside = apart[x] < reach
        total[x] += look[x] if inside else _ZERO
        count[x] += _ONE if inside else _ZERO


@part
def _add_squares(apart, reach, look, mean, total):  # type: ignore[no-untyped-def]
    """Add the squared differences from the mean of the looks within reach to `total`."""
    for x in range(total.shape[0]):
        d = look[x] - mean[x]
        total[x] += d * d if apart[x] < reach else _ZERO


def agree(
    pictures: Image,
    mean: Array,
    variance: Array,
    share: Array,
    alike: float,
    reach: float,
    floor: float,
) -> None:
    """Fill in the background that pictures agree on.

    For each pixel the look is chosen that agrees best with those in the other pictures. Each of
    these adds ``1 / (1 + (d / alike)**4)``, where d is the largest difference of any plane,
    averaged over the 5×5 pixels around (mirrored at the edges). A single pixel of one leaf is often
    like that of another leaf; an area of pixels is like another only if both show the same thing.
    The fourth power separates near from far but never reaches 0, so that under strong noise, when
    nothing is near, the nearest look still counts. Mean and variance are those of the pixel's own
    looks within `reach` of the chosen one.

    Parameters
    ----------
    pictures
        uint8 ``(K, P, H, W)``: luma, or luma and chroma.
    mean, variance, share
        float32 ``(P, H, W)``, ``(H, W)``, ``(H, W)``; filled, `share` with the share of pictures
        whose look is within `reach`.
    alike, reach
        In grey levels.
    floor
        The least variance.
    """
    count, planes, _, width = pictures.shape
    pairs = max(count * (count - 1) // 2, 1)
    # Scratch for one row at a time: its loops vectorise, and their data stays in the caches.
    row = [(count, planes, width), (pairs, _ROWS, width), width + 2 * _AROUND]
    row += [(count, width), (count, width), (planes, width), width, width]
    scratch: list[Any] = [np.empty(shape, np.float32) for shape in row]
    per_alike = 1 / (alike * float(_PLACE))
    _agree(pictures, mean, variance, share, per_alike, reach, floor, *scratch)


@kernel(PICTURES, F3, F2, F2, FLOAT, FLOAT, FLOAT, F3, F3, F1, F2, F2, F2, F1, F1)
def _agree(  # type: ignore[no-untyped-def]
    pictures,
    mean,
    variance,
    share,
    per_alike,
    reach,
    floor,
    looks,
    apart,
    rows,
    agreement,
    aside,
    chosen,
    most,
    inside,
):
    """Fill in what pictures agree on; see `agree`. What follows `floor` is scratch."""
    count, planes, height, width = pictures.shape
    measured = 0
    for y in range(height):
        while measured < min(y + _AROUND + 1, height):
            for k in range(count):
                _take_row(pictures, k, measured, looks[k])
            _measure_pairs(looks, measured % _ROWS, apart)
            measured += 1
        for k in range(count):
            _take_row(pictures, k, y, looks[k])
        agreement[:] = _ONE
        pair = 0
        for one in range(count):
            for other in range(one + 1, count):
                _add_rows(apart[pair], y, height, rows)
                _agree_both(rows, per_alike, agreement[one], agreement[other])
                pair += 1
        most[:] = _ZERO
        for k in range(count):
            _choose(agreement[k], most, looks[k], chosen)
        for k in range(count):
            _measure_apart(looks[k], chosen, aside[k])
        spread = most
        spread[:] = _ZERO
        for p in range(planes):
            total = mean[p, y]
            total[:] = inside[:] = _ZERO
            for k in range(count):
                _add(aside[k], reach, looks[k, p], total, inside)
            for x in range(width):
                total[x] /= inside[x]
            for k in range(count):
                _add_squares(aside[k], reach, looks[k, p], total, spread)
        for x in range(width):
            variance[y, x] = max(spread[x] / (inside[x] * np.float32(planes)), floor)
            share[y, x] = inside[x] / np.float32(count)
