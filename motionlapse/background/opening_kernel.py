"""The first background: of several pictures, the look of each pixel that most agree on."""

from __future__ import annotations

import numpy as np
from numba import float32, types, uint8, void

from motionlapse.background.compiled import F2, F3, compiled
from motionlapse.background.gaussian_kernel import blue_green_red

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)
_PICTURES = types.Array(uint8, 4, "C", readonly=True)


@compiled()
def _apart(looks, planes, one, other):  # type: ignore[no-untyped-def]
    """Return the largest difference over the planes of two looks."""
    farthest = _ZERO
    for p in range(planes):
        farthest = max(farthest, abs(looks[one, p] - looks[other, p]))
    return farthest


@compiled(void(_PICTURES, F3, F2, F2, float32, float32))
def agree(pictures, mean, variance, share, reach, floor):  # type: ignore[no-untyped-def]
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
    count, planes, height, width = pictures.shape
    looks = np.empty((count, planes), np.float32)
    for y in range(height):
        for x in range(width):
            for k in range(count):
                if planes == 1:
                    looks[k, 0] = np.float32(pictures[k, 0, y, x])
                else:
                    looks[k, 0], looks[k, 1], looks[k, 2] = blue_green_red(
                        pictures[k, 0, y, x], pictures[k, 1, y, x], pictures[k, 2, y, x]
                    )
            best, most = 0, -_ONE
            for one in range(count):
                agreement = _ZERO
                for other in range(count):
                    agreement += max(_ONE - _apart(looks, planes, one, other) / reach, _ZERO)
                if agreement > most:
                    best, most = one, agreement
            inside = 0
            for p in range(planes):
                mean[p, y, x] = _ZERO
            for k in range(count):
                if _apart(looks, planes, best, k) < reach:
                    inside += 1
                    for p in range(planes):
                        mean[p, y, x] += looks[k, p]
            for p in range(planes):
                mean[p, y, x] /= np.float32(inside)
            spread = _ZERO
            for k in range(count):
                if _apart(looks, planes, best, k) < reach:
                    for p in range(planes):
                        d = looks[k, p] - mean[p, y, x]
                        spread += d * d
            variance[y, x] = max(spread / np.float32(inside * planes), floor)
            share[y, x] = np.float32(inside) / np.float32(count)
