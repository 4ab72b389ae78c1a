"""Looks: the blue, green and red of a pixel, or its luma, from a decoder's planes."""

from __future__ import annotations

import numpy as np

from motionlapse.background.kernel_types import F3, PLANE
from motionlapse.native import INT, kernel, part

CLOUD_STRIDE = 4
"""Changes of light in cells are measured at every pixel of this stride, both ways."""

_NEUTRAL = np.float32(128.0)
# Under the background's light no look is brighter than white. What was overexposed in the
# background shows its real brightness when the exposure is turned down; with that change of light
# taken out, it would be brighter than it can ever have looked.
_WHITE = np.float32(255.0)


@part
def blue_green_red(luma, u, v):  # type: ignore[no-untyped-def]  # as kernels are
    """Return blue, green and red by full-range BT.601, not clipped.

    Unlike those of luma and chroma, their noise and contrast are of similar size.
    """
    level, u, v = np.float32(luma), np.float32(u) - _NEUTRAL, np.float32(v) - _NEUTRAL
    return (
        level + np.float32(1.772) * u,
        level - np.float32(0.344) * u - np.float32(0.714) * v,
        level + np.float32(1.402) * v,
    )


@part
def _sample_row(luma, blue, red, stride, look0, look1, look2):  # type: ignore[no-untyped-def]
    for x in range(look0.shape[0]):
        at = x * stride
        look0[x], look1[x], look2[x] = blue_green_red(luma[at], blue[at], red[at])


@kernel(PLANE, PLANE, PLANE, F3, INT)
def sample_looks(luma, blue, red, look, stride):  # type: ignore[no-untyped-def]  # as above
    """Fill `look` with every `stride`-th pixel both ways, in blue, green and red, or in luma."""
    planes, height, width = look.shape
    for y in range(height):
        rows, us, vs = luma[y * stride], blue[y * stride], red[y * stride]
        if planes == 1:
            for x in range(width):
                look[0, y, x] = np.float32(rows[x * stride])
        elif stride == CLOUD_STRIDE:  # a case of its own: with a constant stride it vectorises
            _sample_row(rows, us, vs, CLOUD_STRIDE, look[0, y], look[1, y], look[2, y])
        else:
            _sample_row(rows, us, vs, stride, look[0, y], look[1, y], look[2, y])


@part
def look_grey(luma, inverses, look):  # type: ignore[no-untyped-def]
    """Fill in the looks of a row under the background's light; see `look_colour`."""
    inverse = inverses[0]
    for x in range(look.shape[0]):
        look[x] = min(np.float32(luma[x]) * inverse, _WHITE)


@part
def look_colour(luma, blue, red, inverses, look0, look1, look2):  # type: ignore[no-untyped-def]
    """Fill in the looks of a row under the background's light, none made brighter than white by it.

    The planes may be wider than the looks.
    """
    inverse0, inverse1, inverse2 = inverses[0], inverses[1], inverses[2]
    for x in range(look0.shape[0]):
        b, g, r = blue_green_red(luma[x], blue[x], red[x])
        look0[x] = min(b * inverse0, max(b, _WHITE))
        look1[x] = min(g * inverse1, max(g, _WHITE))
        look2[x] = min(r * inverse2, max(r, _WHITE))
