"""Transform coefficients, and how well pictures compress."""

from __future__ import annotations

import cv2
import numpy as np

from motionlapse.frames import Image
from motionlapse.measures.measured import Floats64, Measured, grey, shrunk

_JPEG_QUALITY = 75
_DCT_SIDE, _DCT_KEPT = 32, 8
_HAAR_SIDE, _HAAR_KEPT = 128, 60


def jpeg_size(before: Image, after: Image) -> Measured:
    """Relative difference of the sizes as JPEG of quality 75, 0 to 1. The detail has the sizes."""
    sizes = [
        len(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1])
        for picture in (before, after)
    ]
    value = abs(sizes[0] - sizes[1]) / max(sizes)
    return Measured(value, {"bytes_before": sizes[0], "bytes_after": sizes[1]})


def dct(before: Image, after: Image) -> Measured:
    """Mean absolute difference of low-frequency DCT coefficients, in grey levels.

    Notes
    -----
    The 8×8 lowest coefficients of a 32×32 grey thumbnail, without the first, which is brightness,
    and divided by 32. A pattern of one of these frequencies with amplitude ``A`` has the
    coefficient ``A / 2``, or ``A / √2`` if all rows or all columns are alike.
    """
    first, second = (_low_frequencies(picture) for picture in (before, after))
    difference = np.abs(first - second)
    return Measured(float(difference.sum() / (difference.size - 1)))


def _low_frequencies(picture: Image) -> Floats64:
    small = shrunk(grey(picture), _DCT_SIDE, _DCT_SIDE).astype(np.float64)
    lowest: Floats64 = np.array(cv2.dct(small)[:_DCT_KEPT, :_DCT_KEPT]) / _DCT_SIDE
    lowest[0, 0] = 0
    return lowest


def haar(before: Image, after: Image) -> Measured:
    """Share of the 60 largest Haar coefficients with place and sign in common, 0 to 1.

    Notes
    -----
    Rows and columns of a 128×128 grey thumbnail are decomposed in full; the mean is left out [1]_.

    References
    ----------
    .. [1] C. Jacobs, A. Finkelstein and D. Salesin, "Fast multiresolution image querying",
       SIGGRAPH 1995.
    """
    first, second = (_largest(haar_transform(_haar_input(picture))) for picture in (before, after))
    most = max(len(first), len(second))
    return Measured(len(first & second) / most if most else 1.0)


def _haar_input(picture: Image) -> Floats64:
    return shrunk(grey(picture), _HAAR_SIDE, _HAAR_SIDE).astype(np.float64)


def haar_transform(square: Floats64) -> Floats64:
    """Return the orthonormal Haar transform of every row, then of every column.

    Parameters
    ----------
    square
        float64 ``(N, N)`` with ``N`` a power of two.
    """
    return _haar_rows(_haar_rows(square).T).T


def _haar_rows(rows: Floats64) -> Floats64:
    done = rows.copy()
    width = rows.shape[1]
    while width > 1:
        even, odd = done[:, 0:width:2].copy(), done[:, 1:width:2].copy()
        width //= 2
        done[:, :width] = (even + odd) / np.sqrt(2)
        done[:, width : 2 * width] = (even - odd) / np.sqrt(2)
    return done


def _largest(coefficients: Floats64) -> set[tuple[int, int]]:
    """Return (place, sign) of the largest coefficients; equal ones are taken in order of place."""
    flat = coefficients.ravel().round(6)
    flat[0] = 0
    order = np.argsort(-np.abs(flat), kind="stable")[:_HAAR_KEPT]
    return {(int(place), int(np.sign(flat[place]))) for place in order if flat[place]}
