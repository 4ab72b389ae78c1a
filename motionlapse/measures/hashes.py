"""Perceptual hashes: a few bytes per picture, compared with each other."""

from __future__ import annotations

import cv2
import numpy as np

from motionlapse.frames import Image
from motionlapse.measures.measured import Measured

_LEAST_SIDE = 32  # smaller pictures are enlarged before they are hashed


def _hashed(hasher: cv2.img_hash.ImgHashBase, before: Image, after: Image) -> float:
    first, second = (hasher.compute(_enlarged(picture)) for picture in (before, after))
    return float(hasher.compare(first, second))


def _enlarged(picture: Image) -> Image:
    height, width = picture.shape[:2]
    if min(height, width) >= _LEAST_SIDE:
        return picture
    size = max(width, _LEAST_SIDE), max(height, _LEAST_SIDE)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST))


def average_hash(before: Image, after: Image) -> Measured:
    """Differing bits of 64: which cells of an 8×8 thumbnail are brighter than their mean."""
    return Measured(_hashed(cv2.img_hash.AverageHash.create(), before, after))


def phash(before: Image, after: Image) -> Measured:
    """Differing bits of 64: which low-frequency DCT coefficients are above their mean."""
    return Measured(_hashed(cv2.img_hash.PHash.create(), before, after))


def block_mean_hash(before: Image, after: Image) -> Measured:
    """Differing bits of 256: which of 16×16 blocks are brighter than the picture's mean.

    References
    ----------
    .. [1] B. Yang, F. Gu and X. Niu, "Block mean value based image perceptual hashing", IIH-MSP
       2006.
    """
    return Measured(_hashed(cv2.img_hash.BlockMeanHash.create(), before, after))


def marr_hildreth_hash(before: Image, after: Image) -> Measured:
    """Differing bits of 576: signs of a Laplacian-of-Gaussian response on a grid.

    References
    ----------
    .. [1] C. Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010.
    """
    return Measured(_hashed(cv2.img_hash.MarrHildrethHash.create(), before, after))


def radial_hash(before: Image, after: Image) -> Measured:
    """One minus the peak of the cross-correlation of radial variances, 0 to 1.

    References
    ----------
    .. [1] C. De Roover et al., "Robust video hashing based on radial projections of key frames",
       IEEE Transactions on Signal Processing 53(10), 2005.
    """
    peak = _hashed(cv2.img_hash.RadialVarianceHash.create(), before, after)
    if not peak > 1e-9:  # without variance OpenCV returns 0 or NaN
        return Measured(0.0 if np.array_equal(before, after) else 1.0)
    value = float(np.clip(1.0 - peak, 0.0, 1.0))
    return Measured(0.0 if value < 1e-6 else value)


def color_moment_hash(before: Image, after: Image) -> Measured:
    """Distance of 42 moment invariants of the HSV and YCrCb channels, from 0 up.

    References
    ----------
    .. [1] Z. Tang, Y. Dai and X. Zhang, "Perceptual hashing for color images using invariant
       moments", Applied Mathematics and Information Sciences 6(2S), 2012.
    """
    value = _hashed(cv2.img_hash.ColorMomentHash.create(), before, after)
    if np.isfinite(value):
        return Measured(value)
    return Measured(0.0 if np.array_equal(before, after) else float("inf"))
