"""Which foreground would fit the background beside it: how a place looks where an object stood."""

from __future__ import annotations

import numpy as np

from motionlapse.background.blocks_kernel import LANES
from motionlapse.native import part

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@part
def _beyond(look, planes, variance, at, k_squared):  # type: ignore[no-untyped-def]  # as kernels are
    """Return by how much a look differs more from a background than what fits; 0 or less fits."""
    d0, d1, d2 = look[0] - planes[0][at], look[1] - planes[1][at], look[2] - planes[2][at]
    return max(d0 * d0, d1 * d1, d2 * d2) - k_squared * variance[at]


@part
def _look_inside(  # type: ignore[no-untyped-def]
    first, place, looks, means, variance, width, k_squared, beside
):
    """Ask a block, none of whose pixels lies along an edge of the picture."""
    # Unsigned, no place is counted from the end, as far as the compiler knows: else it would not
    # vectorise.
    above, below = np.uint64(first - width), np.uint64(first + width)
    before, after, here = np.uint64(first - 1), np.uint64(first + 1), np.uint64(place)
    for lane in range(LANES):
        i = np.uint64(lane)
        look = looks[0][here + i], looks[1][here + i], looks[2][here + i]
        across = min(
            _beyond(look, means, variance, before + i, k_squared),
            _beyond(look, means, variance, after + i, k_squared),
        )
        down = min(
            _beyond(look, means, variance, above + i, k_squared),
            _beyond(look, means, variance, below + i, k_squared),
        )
        beside[here + i] = _ONE if min(across, down) <= _ZERO else _ZERO


@part
def _look_anywhere(  # type: ignore[no-untyped-def]
    spot, place, looks, means, variance, width, k_squared
):
    """Ask a pixel, which has fewer than four beside it where it lies along an edge."""
    look, x, least = (looks[0][place], looks[1][place], looks[2][place]), spot % width, _ONE
    if x > 0:
        least = min(least, _beyond(look, means, variance, spot - 1, k_squared))
    if x + 1 < width:
        least = min(least, _beyond(look, means, variance, spot + 1, k_squared))
    if spot >= width:
        least = min(least, _beyond(look, means, variance, spot - width, k_squared))
    if spot + width < len(variance):
        least = min(least, _beyond(look, means, variance, spot + width, k_squared))
    return _ONE if least <= _ZERO else _ZERO


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
        float32 ``(N,)``: filled with 1 and 0 where the blocks are.
    """
    size, last = len(variance), len(planes) - 1
    three = looks[0], looks[min(1, last)], looks[last]
    means = mean[0], mean[min(1, last)], mean[last]
    for k in range(len(blocks)):
        first = int(blocks[k]) * LANES
        place, x = first - start, first % width
        if x > 0 and x + LANES < width and first >= width and first + LANES + width <= size:
            _look_inside(first, place, three, means, variance, width, k_squared, beside)
        else:
            for i in range(min(LANES, size - first)):
                beside[place + i] = _look_anywhere(
                    first + i, place + i, three, means, variance, width, k_squared
                )
