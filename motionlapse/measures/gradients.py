"""Edges and gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from motionlapse.frames import Image
from motionlapse.measures.measured import Floats, Measured, grey, grey_floats

# Liu et al. 2012, fig. 3 and sections III and IV: four directional 5×5 kernels, K', p and range.
_MASKING, _LUMINANCE_WEIGHT = 200.0, 0.1
_KERNELS = tuple(
    np.array(rows, np.float32) / 16
    for rows in (
        [[0, 0, 0, 0, 0], [1, 3, 8, 3, 1], [0, 0, 0, 0, 0], [-1, -3, -8, -3, -1], [0, 0, 0, 0, 0]],
        [[0, 0, 1, 0, 0], [0, 8, 3, 0, 0], [1, 3, 0, -3, -1], [0, 0, -3, -8, 0], [0, 0, -1, 0, 0]],
        [[0, 0, 1, 0, 0], [0, 0, 3, 8, 0], [-1, -3, 0, 3, 1], [0, -8, -3, 0, 0], [0, 0, -1, 0, 0]],
        [[0, 1, 0, -1, 0], [0, 3, 0, -3, 0], [0, 8, 0, -8, 0], [0, 3, 0, -3, 0], [0, 1, 0, -1, 0]],
    )
)


def edges(before: Image, after: Image, *, level: float = 120.0) -> Measured:
    """Share of edge pixels that are edges in only one of the pictures, 0 to 1.

    Notes
    -----
    Edges are where the magnitude of the 3×3 Sobel gradient exceeds `level` (30 grey levels a
    pixel). The value is one minus the Jaccard index of the two maps; 0 if neither has an edge.
    """
    first, second = (_edge_map(picture, level) for picture in (before, after))
    either, different = first | second, first ^ second
    total = np.count_nonzero(either)
    value = np.count_nonzero(different) / total if total else 0.0
    return Measured(value, heat=different.astype(np.float32))


def _edge_map(picture: Image, level: float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    luma = grey(picture)
    across = cv2.Sobel(luma, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(luma, cv2.CV_32F, 0, 1)
    # Squares of whole numbers are exact; cv2.magnitude differs between processors.
    found: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = across**2 + down**2 > level**2
    return found


def gmsd(before: Image, after: Image) -> Measured:
    """Gradient magnitude similarity deviation, 0 to about 0.7; mean over colour channels.

    References
    ----------
    .. [1] W. Xue, L. Zhang, X. Mou and A. Bovik, "Gradient magnitude similarity deviation", IEEE
       Transactions on Image Processing 23(2), 2014.
    """
    # OpenCV halves the pictures first.
    times = 2 if min(before.shape[:2]) < 2 else 1
    twice = [np.repeat(np.repeat(picture, times, 0), times, 1) for picture in (before, after)]
    scores, quality = _compute_gmsd(twice[0], twice[1])
    heat = _full_size(1 - np.atleast_3d(np.asarray(quality, np.float32)).min(axis=2), before)
    return Measured(float(np.mean(scores[: 1 if before.ndim == 2 else 3])), heat=heat)


def _compute_gmsd(before: Image, after: Image) -> tuple[Sequence[float], Floats]:
    # The type stubs lack the functions of cv2.quality.
    compute: Callable[[Image, Image], tuple[Sequence[float], Floats]]
    compute = cv2.quality.QualityGMSD_compute  # type: ignore[attr-defined]
    return compute(before, after)


def _full_size(map_: Floats, picture: Image) -> Floats:
    height, width = picture.shape[:2]
    return np.asarray(cv2.resize(map_, (width, height), interpolation=cv2.INTER_NEAREST))


def gradient_similarity(before: Image, after: Image) -> Measured:
    """Mean gradient and luminance similarity, up to 1.

    Notes
    -----
    With each pixel's largest response ``g`` of four directional kernels, ``R`` their relative
    difference and ``K = 200 / max(g)``, contrast and structure are
    ``s = (2(1 − R) + K) / (1 + (1 − R)² + K)``, luminance is ``e = 1 − (Δ/255)²``, and the value
    the mean of ``(1 − W) s + W e`` with ``W = 0.1 s`` [1]_.

    References
    ----------
    .. [1] A. Liu, W. Lin and M. Narwaria, "Image quality assessment based on gradient similarity",
       IEEE Transactions on Image Processing 21(4), 2012.
    """
    a, b = grey_floats(before), grey_floats(after)
    first, second = (_largest_gradient(picture) for picture in (a, b))
    largest = np.maximum(np.maximum(first, second), 1e-3)
    kept = 1 - np.abs(first - second) / largest
    masking = _MASKING / largest
    similar = (2 * kept + masking) / (1 + kept**2 + masking)
    luminance = 1 - ((a - b) / 255) ** 2
    weight = _LUMINANCE_WEIGHT * similar
    quality = (1 - weight) * similar + weight * luminance
    return Measured(float(quality.mean(dtype=np.float64)), heat=1 - quality)


def _largest_gradient(luma: Floats) -> Floats:
    """Return each pixel's mean absolute response to its strongest kernel."""
    responses = [np.abs(cv2.filter2D(luma, cv2.CV_32F, kernel)) for kernel in _KERNELS]
    largest: Floats = np.max(responses, axis=0)
    return largest
