"""Texture and gist of a scene: the kinds of patterns, and roughly where they are."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from motionlapse.frames import Image
from motionlapse.measures.measured import Floats64, Measured, grey, shrunk

_GIST_SIDE, _GIST_GRID, _GIST_BORDER = 128, 4, 32
_SCALES, _ORIENTATIONS = 4, 8
_PREFILTER_CYCLES = 4.0


def centrist(before: Image, after: Image) -> Measured:
    """Half the L1 distance of the histograms of census transforms, 0 to 1.

    Notes
    -----
    The census of a pixel is eight bits that say which neighbours are not brighter than the pixel
    [1]_. Smooth changes of light do not affect it. Pictures less than three pixels wide or high
    have no census: the value is 0 if they are equal, else 1.

    References
    ----------
    .. [1] J. Wu and J. Rehg, "CENTRIST: a visual descriptor for scene categorization", IEEE PAMI
       33(8), 2011.
    """
    first, second = grey(before), grey(after)
    if min(first.shape) < 3:
        return Measured(0.0 if np.array_equal(first, second) else 1.0)
    shares = [
        np.bincount(census(luma).ravel(), minlength=256)
        / ((luma.shape[0] - 2) * (luma.shape[1] - 2))
        for luma in (first, second)
    ]
    return Measured(float(np.abs(shares[0] - shares[1]).sum() / 2))


def census(luma: Image) -> Image:
    """Return the census transform of all but the outermost pixels, uint8 ``(H − 2, W − 2)``.

    The highest bit is the upper left neighbour; the others follow row by row.
    """
    height, width = luma.shape
    centre = luma[1:-1, 1:-1]
    code = np.zeros_like(centre)
    for bit, (y, x) in enumerate((y, x) for y in (0, 1, 2) for x in (0, 1, 2) if (y, x) != (1, 1)):
        not_brighter = centre >= luma[y : height - 2 + y, x : width - 2 + x]
        code |= not_brighter.astype(np.uint8) << np.uint8(7 - bit)
    return code


def gist(before: Image, after: Image) -> Measured:
    """Euclidean distance of Gabor energies of 4 scales and 8 orientations on a 4×4 grid.

    Notes
    -----
    Computed from a 128×128 grey thumbnail after whitening and local contrast normalisation [1]_.

    References
    ----------
    .. [1] A. Oliva and A. Torralba, "Modeling the shape of the scene: a holistic representation of
       the spatial envelope", International Journal of Computer Vision 42(3), 2001.
    """
    first, second = (gist_descriptor(picture) for picture in (before, after))
    return Measured(float(np.linalg.norm(first - second)))


def gist_descriptor(picture: Image) -> Floats64:
    """Return the 512 energies of a picture, filter by filter and then row by row of the grid."""
    luma = shrunk(grey(picture), _GIST_SIDE, _GIST_SIDE).astype(np.float64)
    padded = np.pad(_whitened(luma), _GIST_BORDER, mode="symmetric")
    spectrum = np.fft.fft2(padded)
    inner = slice(_GIST_BORDER, -_GIST_BORDER)
    cell = _GIST_SIDE // _GIST_GRID
    energies = [
        np.abs(np.fft.ifft2(spectrum * gabor))[inner, inner]
        .reshape(_GIST_GRID, cell, _GIST_GRID, cell)
        .mean(axis=(1, 3))
        for gabor in _gabors(_GIST_SIDE + 2 * _GIST_BORDER)
    ]
    return np.ravel(energies)


def _whitened(luma: Floats64) -> Floats64:
    """Return log brightness without low frequencies, divided by its local contrast."""
    logged = np.log1p(luma)
    side = logged.shape[0] + 2 * _GIST_BORDER
    across, down = np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side))
    width = _PREFILTER_CYCLES / side / np.sqrt(np.log(2))
    slow = np.exp(-(across**2 + down**2) / width**2)
    inner = slice(_GIST_BORDER, -_GIST_BORDER)

    def blurred(values: Floats64) -> Floats64:
        padded = np.pad(values, _GIST_BORDER, mode="symmetric")
        return np.fft.ifft2(np.fft.fft2(padded) * slow).real[inner, inner]

    detail = logged - blurred(logged)
    return np.asarray(detail / (0.2 + np.sqrt(np.maximum(blurred(detail**2), 0))))


@lru_cache(maxsize=2)
def _gabors(side: int) -> tuple[Floats64, ...]:
    """Return the filters' transfer functions, each float64 ``(side, side)``."""
    across, down = np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side))
    radius, angle = np.hypot(across, down), np.arctan2(down, across)
    filters = []
    for scale in range(_SCALES):
        centre = 0.3 / 1.85**scale
        for number in range(_ORIENTATIONS):
            turn = np.angle(np.exp(1j * (angle + np.pi * number / _ORIENTATIONS)))
            radial = 10 * 0.35 * (radius / centre - 1) ** 2
            angular = 2 * np.pi * 16 * _ORIENTATIONS**2 / 32**2 * turn**2
            filters.append(np.exp(-radial - angular))
    return tuple(filters)
