"""The first background: of several pictures, the look of each pixel that most agree on."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from motionlapse.background.kernel_types import F1, F2, F3, PICTURES
from motionlapse.background.looks_kernel import blue_green_red
from motionlapse.frames import Image
from motionlapse.native import FLOAT, kernel, part

Array = npt.NDArray[np.float32]

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
    """Fill in the largest difference over the planes of the looks of two rows."""
    apart[:] = _ZERO
    for p in range(one.shape[0]):
        first, second = one[p], other[p]
        for x in range(apart.shape[0]):
            apart[x] = max(apart[x], abs(first[x] - second[x]))


@part
def _agree_both(apart, per_reach, one, other):  # type: ignore[no-untyped-def]
    """Add to the agreement of two pictures with each other."""
    for x in range(apart.shape[0]):
        agreement = max(_ONE - apart[x] * per_reach, _ZERO)
        one[x] += agreement
        other[x] += agreement


@part
def _choose(agreement, most, looks, chosen):  # type: ignore[no-untyped-def]
    """Take over a picture's looks where more agree on them."""
    for p in range(chosen.shape[0]):
        look, best = looks[p], chosen[p]
        for x in range(most.shape[0]):
            best[x] = look[x] if agreement[x] > most[x] else best[x]
    for x in range(most.shape[0]):
        most[x] = max(most[x], agreement[x])


@part
def _add(apart, reach, look, total, count):  # type: ignore[no-untyped-def]
    """Add the looks within reach, and count them."""
    for x in range(count.shape[0]):
        inside = apart[x] < reach
        total[x] += look[x] if inside else _ZERO
        count[x] += _ONE if inside else _ZERO


@part
def _add_squares(apart, reach, look, mean, total):  # type: ignore[no-untyped-def]
    """Add the squared differences from the mean of the looks within reach."""
    for x in range(total.shape[0]):
        d = look[x] - mean[x]
        total[x] += d * d if apart[x] < reach else _ZERO


def agree(
    pictures: Image, mean: Array, variance: Array, share: Array, reach: float, floor: float
) -> None:
    """Fill in the background that pictures agree on.

    Of a pixel's looks that one is taken which the others are nearest to: each other one counts
    ``1 - difference / reach``, not below 0. Its mean and variance are those of the looks within
    `reach` of it.

    Parameters
    ----------
    pictures
        uint8 ``(K, P, H, W)``: luma, or luma and chroma.
    mean, variance, share
        float32 ``(P, H, W)``, ``(H, W)``, ``(H, W)``; filled; `share` with the share of pictures
        that agree.
    reach
        Grey levels.
    floor
        The least variance.
    """
    count, planes, _, width = pictures.shape
    # A row at a time: its loops vectorise, and what they need stays in the nearest cache.
    row = [(count, planes, width), (count, width), (count, width), (planes, width), width, width]
    scratch: list[Any] = [np.empty(shape, np.float32) for shape in row]
    _agree(pictures, mean, variance, share, reach, floor, *scratch)


@kernel(PICTURES, F3, F2, F2, FLOAT, FLOAT, F3, F2, F2, F2, F1, F1)
def _agree(  # type: ignore[no-untyped-def]
    pictures, mean, variance, share, reach, floor, looks, agreement, apart, chosen, most, inside
):
    """Fill in what pictures agree on; see `agree`. What follows `floor` is scratch."""
    count, planes, height, width = pictures.shape
    for y in range(height):
        agreement[:] = _ONE
        for k in range(count):
            _take_row(pictures, k, y, looks[k])
        for one in range(count):
            for other in range(one + 1, count):
                _measure_apart(looks[one], looks[other], apart[0])
                _agree_both(apart[0], _ONE / reach, agreement[one], agreement[other])
        most[:] = _ZERO
        for k in range(count):
            _choose(agreement[k], most, looks[k], chosen)
        for k in range(count):
            _measure_apart(looks[k], chosen, apart[k])
        spread = most
        spread[:] = _ZERO
        for p in range(planes):
            total = mean[p, y]
            total[:] = inside[:] = _ZERO
            for k in range(count):
                _add(apart[k], reach, looks[k, p], total, inside)
            for x in range(width):
                total[x] /= inside[x]
            for k in range(count):
                _add_squares(apart[k], reach, looks[k, p], total, spread)
        for x in range(width):
            variance[y, x] = max(spread[x] / (inside[x] * np.float32(planes)), floor)
            share[y, x] = inside[x] / np.float32(count)
