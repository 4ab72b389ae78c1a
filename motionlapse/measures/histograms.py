"""Histograms: which values occur, regardless of their place."""

from __future__ import annotations

import math

import cv2
import numpy as np

from motionlapse.frames import Image
from motionlapse.measures.measured import Floats, Floats64, Measured, grey, shrunk

_KL_BINS, _KL_PRIOR = 64, 0.5
_COLOUR_BINS, _GREY_BINS = 8, 64
_GRID = 8


def hist_kl(before: Image, after: Image) -> Measured:
    """Kullback–Leibler divergence of the grey histogram of `before` from that of `after`, in nats.

    Notes
    -----
    64 bins, with half a pixel added to each so that empty bins do not make it infinite. Not
    symmetric. Courbon et al. (2010) take frames above 0.2 for corrupt.
    """
    return Measured(divergence(grey(before), grey(after)))


def divergence(before: Image, after: Image) -> float:
    """Return `hist_kl` of two grey pictures, which may differ in size."""
    first, second = (_smoothed(luma) for luma in (before, after))
    return max(0.0, float(np.sum(first * np.log(first / second))))


def _smoothed(luma: Image) -> Floats64:
    counts = np.asarray(cv2.calcHist([luma], [0], None, [_KL_BINS], [0, 256]), np.float64).ravel()
    shares: Floats64 = (counts + _KL_PRIOR) / (counts.sum() + _KL_PRIOR * _KL_BINS)
    return shares


def _histogram(picture: Image) -> Floats:
    """Return the histogram as shares: 8×8×8 bins for colour, 64 for grey."""
    if picture.ndim == 2:
        counts = cv2.calcHist([picture], [0], None, [_GREY_BINS], [0, 256])
    else:
        sides, limits = [_COLOUR_BINS] * 3, [0, 256] * 3
        counts = cv2.calcHist([picture], [0, 1, 2], None, sides, limits)
    return np.asarray(counts / counts.sum(), np.float32).ravel()


def _compared(before: Image, after: Image, how: int) -> float:
    return float(cv2.compareHist(_histogram(before), _histogram(after), how))


def hist_correlation(before: Image, after: Image) -> Measured:
    """Correlation of the histograms' bins, −1 to 1."""
    value = _compared(before, after, cv2.HISTCMP_CORREL)
    return Measured(float(np.clip(value, -1.0, 1.0)) if math.isfinite(value) else -1.0)


def hist_chi_square(before: Image, after: Image) -> Measured:
    """Symmetric χ² distance ``2 Σ (p − q)² / (p + q)`` of the histograms' bins, 0 to 4."""
    return Measured(min(4.0, _compared(before, after, cv2.HISTCMP_CHISQR_ALT)))


def hist_intersection(before: Image, after: Image) -> Measured:
    """Overlap ``Σ min(p, q)`` of the histograms, 0 to 1."""
    return Measured(min(1.0, _compared(before, after, cv2.HISTCMP_INTERSECT)))


def hist_bhattacharyya(before: Image, after: Image) -> Measured:
    """Hellinger distance ``√(1 − Σ √(p q))`` of the histograms' bins, 0 to 1.

    Notes
    -----
    OpenCV calls it Bhattacharyya distance. Squares within the rounding of float32 count as 0.
    """
    value = _compared(before, after, cv2.HISTCMP_BHATTACHARYYA)
    return Measured(0.0 if value < 5e-4 else min(1.0, value))


def emd(before: Image, after: Image) -> Measured:
    """Earth mover's distance of the grey histograms, per pixel in grey levels, 0 to 255.

    Notes
    -----
    In one dimension it is the sum of absolute differences of the cumulative histograms [1]_.

    References
    ----------
    .. [1] Y. Rubner, C. Tomasi and L. Guibas, "The earth mover's distance as a metric for image
       retrieval", International Journal of Computer Vision 40(2), 2000.
    """
    shares = [
        np.bincount(grey(picture).ravel(), minlength=256) / grey(picture).size
        for picture in (before, after)
    ]
    return Measured(float(np.abs(np.cumsum(shares[0] - shares[1])).sum()))


def emd_signature(before: Image, after: Image) -> Measured:
    """Earth mover's distance of 8×8 thumbnails, per cell, in place and grey value.

    Notes
    -----
    Each cell is a point (column, row, grey / 32) of equal weight, so that a move across the picture
    costs as much as one from black to white. The ground distance is Euclidean; values are 0 to 8.
    """
    signatures = []
    for picture in (before, after):
        cells = shrunk(grey(picture), _GRID, _GRID).astype(np.float32) / (256 / _GRID)
        row, column = np.mgrid[:_GRID, :_GRID]
        weight = np.full(cells.size, 1 / cells.size)
        points = (weight, column.ravel(), row.ravel(), cells.ravel())
        signatures.append(np.stack(points, axis=1).astype(np.float32))
    value, *_ = cv2.EMD(signatures[0], signatures[1], cv2.DIST_L2)
    return Measured(0.0 if value < 1e-6 else float(value))
