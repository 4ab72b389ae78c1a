"""Which foreground would fit the background beside it: how a place looks where an object stood."""

from __future__ import annotations

import numpy as np

from motionlapse.background.blocks_kernel import LANES
from motionlapse.native import part


@part
def _fit(  # type: ignore[no-untyped-def]  # as kernels are
    planes, looks, place, mean, variance, spot, count, k_squared, beside
):
    """Mark which of some looks would fit the background of as many pixels from `spot` on."""
    last = len(planes) - 1
    look0, look1, look2 = looks[0][place:], looks[min(1, last)][place:], looks[last][place:]
    mean0, mean1, mean2 = mean[0][spot:], mean[min(1, last)][spot:], mean[last][spot:]
    own, marks = variance[spot:], beside[place:]
    for i in range(count):
        d0, d1, d2 = look0[i] - mean0[i], look1[i] - mean1[i], look2[i] - mean2[i]
        marks[i] |= np.uint8(max(d0 * d0, d1 * d1, d2 * d2) <= k_squared * own[i])


@part
def _look_along(  # type: ignore[no-untyped-def]
    planes, first, until, start, looks, mean, variance, width, k_squared, beside
):
    """Ask the pixels from `first` to `until`, which are of one row."""
    place, count, left = first - start, until - first, first // width * width
    inner, outer = max(first, left + 1), min(until, left + width - 1)
    beside[place : place + count] = 0
    _fit(
        planes, looks, inner - start, mean, variance, inner - 1, until - inner, k_squared, beside
    )  # fmt: skip
    _fit(planes, looks, place, mean, variance, first + 1, outer - first, k_squared, beside)
    if left > 0:
        _fit(planes, looks, place, mean, variance, first - width, count, k_squared, beside)
    if until + width <= len(variance):
        _fit(planes, looks, place, mean, variance, first + width, count, k_squared, beside)


@part
def look_beside(  # type: ignore[no-untyped-def]
    planes, blocks, start, looks, mean, variance, width, k_squared, beside
):
    """Find which looks of blocks would fit the background of one of the four pixels around.

    Parameters
    ----------
    planes
        `GREY` or `COLOUR`.
    blocks
        Which blocks of a few rows.
    start, looks
        Where the rows begin in the picture, in pixels, and their looks, float32 ``(P, N)``.
    mean, variance
        The background, float32 ``(P, H * W)`` and ``(H * W,)``.
    width
        Of the picture, in pixels.
    k_squared
        Times the variance: what a look may differ by, squared.
    beside
        uint8 ``(N,)``: filled with 1 and 0 where the blocks are.
    """
    size, k = len(variance), 0
    while k < len(blocks):
        # Blocks that lie one after another are asked together.
        first = int(blocks[k]) * LANES
        until = first
        while k < len(blocks) and int(blocks[k]) * LANES == until:
            until += LANES
            k += 1
        until = min(until, size)
        while first < until:
            end = min((first // width + 1) * width, until)
            _look_along(planes, first, end, start, looks, mean, variance, width, k_squared, beside)
            first = end
