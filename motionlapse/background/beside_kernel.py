"""Which foreground fits the background next to it: so looks the place that an object has left."""

from __future__ import annotations

import numpy as np

from motionlapse.background.blocks_kernel import LANES
from motionlapse.native import part

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@part
def _beyond(look, planes, variance, at, k_squared):  # type: ignore[no-untyped-def]  # as kernels are
    """Return by how much a squared difference exceeds what fits a background; 0 or less fits."""
    d0, d1, d2 = look[0] - planes[0][at], look[1] - planes[1][at], look[2] - planes[2][at]
    return max(d0 * d0, d1 * d1, d2 * d2) - k_squared * variance[at]


@part
def _test_inner_block(  # type: ignore[no-untyped-def]
    first, place, looks, means, variance, width, k_squared, beside
):
    """Test a block, none of whose pixels lies along an edge of the picture."""
    # Unsigned, because the compiler would have to allow for negative indices, which count from the
    # end, and would not vectorise.
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
def _test_pixel(  # type: ignore[no-untyped-def]
    spot, place, looks, means, variance, width, k_squared
):
    """Test a pixel, which has fewer than four neighbours if it lies along an edge."""
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
def find_fits_beside(  # type: ignore[no-untyped-def]
    planes, blocks, start, looks, mean, variance, width, k_squared, beside
):
    """Find which looks of blocks fit the background of one of the four neighbouring pixels.

    Parameters
    ----------
    planes
        `GREY` or `COLOUR`.
    blocks
        The numbers of the blocks, which lie in a few rows.
    start, looks
        Where these rows begin in the picture, in pixels, and their looks, float32 ``(P, N)``.
    mean, variance
        The background, float32 ``(P, H * W)`` and ``(H * W,)``.
    width
        The width of the picture in pixels.
    k_squared
        A look fits if its squared difference is at most this many times the variance.
    beside
        float32 ``(N,)``: filled with 1 for looks that fit, else 0, where the blocks are.
    """
    size, last = len(variance), len(planes) - 1
    three = looks[0], looks[min(1, last)], looks[last]
    means = mean[0], mean[min(1, last)], mean[last]
    for k in range(len(blocks)):
        first = int(blocks[k]) * LANES
        place, x = first - start, first % width
        if x > 0 and x + LANES < width and first >= width and first + LANES + width <= size:
            _test_inner_block(first, place, three, means, variance, width, k_squared, beside)
        else:
            for i in range(min(LANES, size - first)):
                beside[place + i] = _test_pixel(
                    first + i, place + i, three, means, variance, width, k_squared
                )
