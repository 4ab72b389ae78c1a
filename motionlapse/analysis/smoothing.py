"""Gaussian neighbourhoods that are the same part of a picture at every size of analysis."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

# The picture for which sizes in pixels were chosen; they scale with its diagonal.
_USUAL_PIXELS = 320 * 240
# Of the normal distribution, what lies farther out is 1.2 % of it.
_REACH = 2.5

Kernel = npt.NDArray[np.float64]


def times_usual(pixels: int) -> float:
    """Return how many times as high and wide a picture is as the usual one of 320×240.

    Parameters
    ----------
    pixels
        How many the picture has.
    """
    return math.sqrt(pixels / _USUAL_PIXELS)


def gaussian_kernel(sigma_px: float) -> Kernel:
    """Return the weights of a Gaussian along one axis, ``(2 r + 1, 1)``, which add up to 1.

    Parameters
    ----------
    sigma_px
        Its σ in pixels of analysis.
    """
    reach = max(1, round(_REACH * sigma_px))
    return np.asarray(cv2.getGaussianKernel(2 * reach + 1, sigma_px), np.float64)
