"""The detector's test for two pictures: do they differ by more than noise and light?"""

from __future__ import annotations

import math

import cv2
import numpy as np

from motionlapse.frames import Image
from motionlapse.measures.measured import Floats, Measured, grey, rectangle, shrunk

USUAL_K = 6.0
_PIXELS = 150_000  # the most that the detector analyses
_STRAY = 8.0  # grey levels added before the logarithm: noise of dark pixels is constant
_LIGHT_STEP, _LIGHT_WINDOW, _LIGHT_RANGE = 4, 31, 1.5
_BIN = 16
_LEAST_OF_BIN = 0.005  # a brightness with fewer pixels takes σ from its neighbours
_MOST_OF_BIN = 5.0
_FLOOR_LEVELS = 2.0
_SATURATED = 250
MOST_SIGMAS = 12.0
"""The largest distance that is reported, in σ."""
_VOTE_PX = 1.5
_LEAST_BLOB = 0.0004
_STRUCTURE_PX, _STRUCTURE_LEVELS = 8.0, 5.0  # noise must have 18 levels to be as much
_SHARED = 0.1  # after a jump of light it was 0.16, between different places at most 0.13


def background(before: Image, after: Image, *, k: float = USUAL_K) -> Measured:
    """Share of pixels outside μ ± kσ, where μ is `before` in the light of `after`; 0 to 1.

    Notes
    -----
    The pictures are compared in the logarithm of luma, at no more than 150,000 pixels. Changes of
    light are removed first: the median ratio of the pictures, and then its median in windows of 124
    pixels, which follows clouds and reflections but not smaller objects. σ is the median absolute
    deviation of the rest as a function of brightness, and at least 2 grey levels. Pixels beside
    saturated ones are ignored. As in the detector, neighbouring pixels vote, and pieces of at least
    0.04 % count. The detail is the rectangle around them; the heat is each pixel's distance in σ,
    up to 12. If both pictures have structure but none in common, they show different scenes. Noise
    cannot be estimated then, and everything counts as changed.
    """
    a, b = (_reduced(grey(picture)) for picture in (before, after))
    if _of_different_scenes(a, b):
        height, width = before.shape[:2]
        everything = {"x": 0, "y": 0, "width": width, "height": height}
        return Measured(1.0, everything, np.full((height, width), MOST_SIGMAS, np.float32))
    residual = _log_ratio(a, b)
    sigma = _noise(a, b, residual)
    deviation = np.minimum(np.abs(residual) / sigma, MOST_SIGMAS)
    blind = cv2.dilate((np.maximum(a, b) >= _SATURATED).astype(np.uint8), np.ones((5, 5), np.uint8))
    deviation[blind > 0] = 0
    voted = np.asarray(cv2.GaussianBlur(deviation, (0, 0), _VOTE_PX), np.float32)
    changed = changed_pieces(voted, k=k)
    scale = before.shape[1] / a.shape[1], before.shape[0] / a.shape[0]
    box = {
        name: round(float(value or 0) * scale[number % 2])
        for number, (name, value) in enumerate(rectangle(changed).items())
    }
    size = before.shape[1], before.shape[0]
    heat = np.asarray(cv2.resize(voted, size), np.float32)
    return Measured(np.count_nonzero(changed) / changed.size, box, heat)


def _reduced(luma: Image) -> Image:
    height, width = luma.shape
    factor = math.sqrt(_PIXELS / (height * width))
    if factor >= 1:
        return luma
    return shrunk(luma, max(1, round(width * factor)), max(1, round(height * factor)))


def _of_different_scenes(a: Image, b: Image) -> bool:
    here, there = (_structure(luma).ravel() for luma in (a, b))
    if min(float(here.std()), float(there.std())) < _STRUCTURE_LEVELS:
        return False
    return float(np.corrcoef(here, there)[0, 1]) < _SHARED


def _structure(luma: Image) -> Floats:
    """Return the picture without its finest grain and without its slow changes of brightness."""
    plain = np.asarray(cv2.GaussianBlur(luma.astype(np.float32), (0, 0), 1.0))
    structure: Floats = plain - cv2.GaussianBlur(plain, (0, 0), _STRUCTURE_PX)
    return structure


def _log_ratio(a: Image, b: Image) -> Floats:
    """Return the logarithm of after over before, without smooth changes of light."""
    logs = [
        np.log(np.asarray(cv2.GaussianBlur(luma.astype(np.float32), (0, 0), 1.0)) + _STRAY)
        for luma in (a, b)
    ]
    ratio = logs[1] - logs[0]
    ratio -= np.median(ratio)
    height, width = ratio.shape
    coded = np.clip((ratio / _LIGHT_RANGE + 1) * 127.5, 0, 255).astype(np.uint8)
    small = shrunk(coded, max(1, width // _LIGHT_STEP), max(1, height // _LIGHT_STEP))
    median = np.asarray(cv2.medianBlur(small, _LIGHT_WINDOW), np.float32)
    light = np.asarray(cv2.resize((median / 127.5 - 1) * _LIGHT_RANGE, (width, height)))
    # Eight bits resolve the ratio to a hundredth; an unchanged light stays exactly so.
    light[np.abs(light) <= 2 * _LIGHT_RANGE / 255] = 0
    result: Floats = ratio - light
    return result


def _noise(a: Image, b: Image, residual: Floats) -> Floats:
    """Return σ of each pixel's logarithm: the larger one of its two brightnesses."""
    # An object with a brightness of its own would set σ for that brightness, and must not pass for
    # noise.
    most = _MOST_OF_BIN * 1.4826 * float(np.median(np.abs(residual)))
    by_before, by_after = (
        np.minimum(_noise_by_brightness(luma, residual), most)[luma // _BIN] for luma in (a, b)
    )
    floor = _FLOOR_LEVELS / (a.astype(np.float32) + _STRAY)
    sigma: Floats = np.maximum(np.maximum(by_before, by_after), floor)
    return sigma


def _noise_by_brightness(luma: Image, residual: Floats) -> Floats:
    """Return σ of 16 steps of brightness, float32 ``(16,)``."""
    bins = luma // _BIN
    sigmas = np.full(256 // _BIN, np.nan)
    for number in range(len(sigmas)):
        chosen = residual[bins == number]
        if chosen.size > _LEAST_OF_BIN * residual.size:
            sigmas[number] = 1.4826 * np.median(np.abs(chosen))
    known = np.flatnonzero(~np.isnan(sigmas))
    steps: Floats = np.interp(np.arange(len(sigmas)), known, sigmas[known]).astype(np.float32)
    return steps


def changed_pieces(sigmas: Floats, *, k: float = USUAL_K) -> Image:
    """Return a map of pieces of at least 0.04 % beyond `k`, 0/1 uint8 ``(H, W)``.

    Parameters
    ----------
    sigmas
        The heat of `background`.
    k
        Threshold in σ.
    """
    beyond = (sigmas > k).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(beyond)
    large = stats[:, cv2.CC_STAT_AREA] >= _LEAST_BLOB * beyond.size
    large[0] = False
    kept: Image = large[labels].astype(np.uint8) if count > 1 else np.zeros_like(beyond)
    return kept
