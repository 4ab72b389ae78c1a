"""Models of human vision: visual information, and visible differences."""

from __future__ import annotations

import cv2
import numpy as np

from motionlapse.frames import Image
from motionlapse.measures.measured import Floats, Floats64, Measured, grey_floats

_VIF_SCALES, _VIF_NOISE = 4, 2.0
# A display of 100 cd/m² and gamma 2.2 with a little stray light, on which a degree is 32 pixels (a
# 24-inch full-HD screen seen from about 50 cm).
_PEAK_CD_M2, _STRAY_CD_M2, _GAMMA, _PIXELS_A_DEGREE = 100.0, 0.5, 2.2, 32.0
_BANDS = 5
_MASKING_SLOPE, _PSYCHOMETRIC_SLOPE = 0.7, 3.5


def vif(before: Image, after: Image) -> Measured:
    """Visual information fidelity in the pixel domain, of luma; above 1 where contrast has grown.

    Notes
    -----
    The share of the information in `before` that a noisy eye would still find in `after`, over four
    scales with Gaussian windows and noise of variance 2 [1]_. Not symmetric. Small pictures have
    fewer scales. A constant picture holds no information: the value is 1 against itself, else 0.

    References
    ----------
    .. [1] H. Sheikh and A. Bovik, "Image information and visual quality", IEEE Transactions on
       Image Processing 15(2), 2006.
    """
    a, b = (grey_floats(picture).astype(np.float64) for picture in (before, after))
    kept = all_of_it = 0.0
    equal = np.array_equal(a, b)
    for scale in range(1, _VIF_SCALES + 1):
        side = 2 ** (_VIF_SCALES - scale + 1) + 1
        kernel = cv2.getGaussianKernel(side, side / 5)
        if scale > 1:
            if min(a.shape) < side:
                break
            a, b = (_valid(picture, kernel)[::2, ::2] for picture in (a, b))
        if min(a.shape) < side:
            continue
        mean_a, mean_b = _valid(a, kernel), _valid(b, kernel)
        spread_a = np.maximum(_valid(a * a, kernel) - mean_a**2, 0)
        spread_b = np.maximum(_valid(b * b, kernel) - mean_b**2, 0)
        together = _valid(a * b, kernel) - mean_a * mean_b
        gain = together / (spread_a + 1e-10)
        rest = spread_b - gain * together
        flat = spread_a < 1e-10
        gain[flat], rest[flat] = 0, spread_b[flat]
        spread_a[flat] = 0
        still = spread_b < 1e-10
        gain[still], rest[still] = 0, 0
        against = gain < 0
        rest[against], gain[against] = spread_b[against], 0
        rest = np.maximum(rest, 1e-10)
        kept += float(np.log10(1 + gain**2 * spread_a / (rest + _VIF_NOISE)).sum())
        all_of_it += float(np.log10(1 + spread_a / _VIF_NOISE).sum())
    if all_of_it < 1e-9:
        return Measured(1.0 if equal else 0.0)
    return Measured(kept / all_of_it)


def _valid(picture: Floats64, kernel: cv2.typing.MatLike) -> Floats64:
    """Return a filtered picture without the border where the window reaches outside."""
    edge = len(kernel) // 2
    whole = np.asarray(cv2.sepFilter2D(picture, cv2.CV_64F, kernel, kernel), np.float64)
    inner: Floats64 = whole[edge : whole.shape[0] - edge, edge : whole.shape[1] - edge]
    return inner


def vdp(before: Image, after: Image) -> Measured:
    """Share of pixels whose difference a person would probably see, 0 to 1.

    Notes
    -----
    This follows the visible differences predictor [1]_: luminance as displayed, adaptation to the
    surroundings, and five bands of spatial frequency. Each band is weighted by the contrast
    sensitivity of the eye [2]_ and masked by the contrast already present (the smaller one of the
    two pictures). A psychometric function gives a probability of detection per band; the
    probabilities are combined over the bands, and the result is the heat.

    References
    ----------
    .. [1] S. Daly, "The visible differences predictor", in Digital Images and Human Vision, 1993.
    .. [2] J. Mannos and D. Sakrison, "The effects of a visual fidelity criterion on the encoding of
       images", IEEE Transactions on Information Theory 20(4), 1974.
    """
    unseen = np.ones(before.shape[:2], np.float32)
    bands = zip(_contrasts(before), _contrasts(after), strict=True)
    for number, (first, second) in enumerate(bands):
        sensitivity = _sensitivity(_PIXELS_A_DEGREE / 2 ** (number + 1.5))
        masker = np.minimum(_spread(np.abs(first)), _spread(np.abs(second))) * sensitivity
        elevation = np.maximum(masker, 1.0) ** _MASKING_SLOPE
        visible = np.abs(first - second) * sensitivity / elevation
        # The probability is 50 % at a visible contrast of 1.
        seen = np.exp(-np.log(2) * np.minimum(visible, 10.0) ** _PSYCHOMETRIC_SLOPE)
        unseen *= np.asarray(seen, np.float32)
    heat = 1 - unseen
    return Measured(np.count_nonzero(heat > 0.5) / heat.size, heat=heat)


def _contrasts(picture: Image) -> list[Floats]:
    """Return the contrast of each band at full size: differences of Gaussians over their mean."""
    luma = np.asarray(grey_floats(picture) / 255)
    light = np.asarray(_PEAK_CD_M2 * luma**_GAMMA + _STRAY_CD_M2, np.float32)
    bands: list[Floats] = []
    fine = light
    for number in range(_BANDS):
        coarse = _coarse(light, number)
        bands.append((fine - coarse) / coarse)
        fine = coarse
    return bands


def _coarse(light: Floats, number: int) -> Floats:
    """Return a picture blurred by 1.2 · 2^number pixels; wide blurs use a smaller picture."""
    height, width = light.shape
    step = 2 ** max(0, number - 1)
    if step == 1 or min(height, width) < 8 * step:
        return np.asarray(cv2.GaussianBlur(light, (0, 0), 1.2 * 2**number), np.float32)
    small = cv2.resize(light, (width // step, height // step), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), 1.2 * 2**number / step)
    return np.asarray(cv2.resize(blurred, (width, height)), np.float32)


def _spread(contrast: Floats) -> Floats:
    return np.asarray(cv2.blur(contrast, (5, 5)))


def _sensitivity(cycles: float) -> float:
    """Return the contrast sensitivity at `cycles` per degree, 250 at its peak near 8."""
    shape = 2.6 * (0.0192 + 0.114 * cycles) * np.exp(-((0.114 * cycles) ** 1.1))
    return float(250 * max(shape, 0.05))
