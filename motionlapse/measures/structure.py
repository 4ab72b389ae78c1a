"""Structural similarity: local means, contrasts and correlations, as people judge quality."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from motionlapse.frames import Image
from motionlapse.measures.measured import Floats, Floats64, Measured, grey_floats

# Wang et al. 2004: an 11×11 Gaussian window of σ 1.5, K1 0.01, K2 0.03, range 255.
_WINDOW, _SIGMA = (11, 11), 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
# Wang et al. 2003: weights of the five scales, finest first.
_SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_UQI_WINDOW = 8


def ssim(before: Image, after: Image) -> Measured:
    """Mean structural similarity, −1 to 1; mean over colour channels.

    Notes
    -----
    ``cv2.quality``: Gaussian window of σ 1.5, K1 0.01, K2 0.03 [1]_. The heat is the map of
    dissimilarity.

    References
    ----------
    .. [1] Z. Wang, A. Bovik, H. Sheikh and E. Simoncelli, "Image quality assessment: from error
       visibility to structural similarity", IEEE Transactions on Image Processing 13(4), 2004.
    """
    scores, quality = _compute_ssim(before, after)
    heat = 1 - np.atleast_3d(np.asarray(quality, np.float32)).min(axis=2)
    value = float(np.mean(scores[: 1 if before.ndim == 2 else 3]))
    return Measured(float(np.clip(value, -1.0, 1.0)), heat=heat)


def _compute_ssim(before: Image, after: Image) -> tuple[Sequence[float], Floats]:
    # The stubs leave the functions of cv2.quality out.
    compute: Callable[[Image, Image], tuple[Sequence[float], Floats]]
    compute = cv2.quality.QualitySSIM_compute  # type: ignore[attr-defined]
    return compute(before, after)


def ms_ssim(before: Image, after: Image) -> Measured:
    """Multi-scale structural similarity of luma, 0 to 1.

    Notes
    -----
    The product of contrast and structure at five scales and luminance at the coarsest, each to the
    power of its weight [1]_; negative values count as 0. A picture that is too small for five
    scales has fewer, with their weights scaled to a sum of 1.

    References
    ----------
    .. [1] Z. Wang, E. Simoncelli and A. Bovik, "Multi-scale structural similarity for image quality
       assessment", Asilomar Conference on Signals, Systems and Computers, 2003.
    """
    a, b = grey_floats(before), grey_floats(after)
    scales = 1
    while scales < len(_SCALE_WEIGHTS) and min(a.shape) >> scales >= _WINDOW[0]:
        scales += 1
    weights = np.array(_SCALE_WEIGHTS[:scales]) / sum(_SCALE_WEIGHTS[:scales])
    value = 1.0
    for scale, weight in enumerate(weights):
        luminance, structure = _similarities(a, b)
        factor = luminance * structure if scale == scales - 1 else structure
        value *= max(0.0, float(_inner(factor).mean(dtype=np.float64))) ** float(weight)
        if scale < scales - 1:
            a, b = (_halved(picture) for picture in (a, b))
    return Measured(value)


def _similarities(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return the map of luminance, and that of contrast and structure."""
    mean_a, mean_b = _blurred(a), _blurred(b)
    spread = _blurred(a * a) + _blurred(b * b) - mean_a**2 - mean_b**2
    together = _blurred(a * b) - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + _C1) / (mean_a**2 + mean_b**2 + _C1)
    return luminance, (2 * together + _C2) / (spread + _C2)


def _blurred(picture: Floats) -> Floats:
    return np.asarray(cv2.GaussianBlur(picture, _WINDOW, _SIGMA))


def _inner(map_: Floats) -> Floats:
    """Crop the border where the window reaches outside, unless nothing would be left."""
    edge = _WINDOW[0] // 2
    return map_[edge:-edge, edge:-edge] if min(map_.shape) > 2 * edge else map_


def _halved(picture: Floats) -> Floats:
    height, width = (side // 2 * 2 for side in picture.shape)
    return np.asarray(
        cv2.resize(
            picture[:height, :width], (width // 2, height // 2), interpolation=cv2.INTER_AREA
        )
    )


def uqi(before: Image, after: Image) -> Measured:
    """Universal quality index of luma in 8×8 windows, −1 to 1.

    Notes
    -----
    ``4 σab ā b̄ / ((σa² + σb²)(ā² + b̄²))``, which is the product of correlation, luminance and
    contrast [1]_. For a window that is constant in both pictures, only luminance counts.

    References
    ----------
    .. [1] Z. Wang and A. Bovik, "A universal image quality index", IEEE Signal Processing Letters
       9(3), 2002.
    """
    a, b = (grey_floats(picture).astype(np.float64) for picture in (before, after))
    side = min(_UQI_WINDOW, *a.shape)

    def mean(picture: Floats64) -> Floats64:
        box = cv2.boxFilter(picture, cv2.CV_64F, (side, side), anchor=(0, 0))
        whole = np.asarray(box, np.float64)
        inner: Floats64 = whole[: a.shape[0] - side + 1, : a.shape[1] - side + 1]
        return inner

    mean_a, mean_b = mean(a), mean(b)
    # A variance below a millionth is a rounding error, as samples are whole numbers.
    spread = mean(a * a) + mean(b * b) - mean_a**2 - mean_b**2
    together = mean(a * b) - mean_a * mean_b
    powers, product = mean_a**2 + mean_b**2, mean_a * mean_b
    index = np.ones_like(spread)
    flat, dark = spread < 1e-6, powers < 1e-6
    np.divide(2 * product, powers, out=index, where=flat & ~dark)
    np.divide(4 * together * product, spread * powers, out=index, where=~flat & ~dark)
    return Measured(float(np.clip(index.mean(), -1.0, 1.0)))
