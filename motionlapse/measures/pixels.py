"""Differences of values at the same place, pixel by pixel."""

from __future__ import annotations

import math

import cv2
import numpy as np

from motionlapse.frames import Image
from motionlapse.measures.measured import (
    Floats,
    Measured,
    grey,
    grey_floats,
    largest_difference,
    rectangle,
    shrunk,
)

_THUMBNAIL = 64


def _squared_error(before: Image, after: Image) -> float:
    """Return the sum of squared differences of all samples, exact for pictures of any size."""
    return float(cv2.norm(before, after, cv2.NORM_L2SQR))


def _heat(before: Image, after: Image) -> Floats:
    return largest_difference(before, after).astype(np.float32)


def manhattan(before: Image, after: Image) -> Measured:
    """Mean absolute difference of all samples (channels count as samples), 0 to 255."""
    return Measured(
        float(cv2.norm(before, after, cv2.NORM_L1)) / before.size, heat=_heat(before, after)
    )


def zero_norm(before: Image, after: Image, *, above: int = 0) -> Measured:
    """Share of pixels with a channel that differs by more than `above`, 0 to 1."""
    changed = largest_difference(before, after) > above
    return Measured(
        np.count_nonzero(changed) / changed.size, rectangle(changed), changed.astype(np.float32)
    )


def tolerance(before: Image, after: Image, *, level: int = 25) -> Measured:
    """Share of pixels that differ by more than `level` grey levels (by default a tenth of all)."""
    return zero_norm(before, after, above=level)


def euclidean(before: Image, after: Image) -> Measured:
    """Length of the difference as a vector of all samples; grows with the picture's size."""
    return Measured(math.sqrt(_squared_error(before, after)), heat=_heat(before, after))


def mse(before: Image, after: Image) -> Measured:
    """Mean squared difference of all samples, 0 to 65025."""
    return Measured(_squared_error(before, after) / before.size, heat=_heat(before, after))


def rmse(before: Image, after: Image) -> Measured:
    """Root of the mean squared difference, 0 to 255."""
    return Measured(math.sqrt(mse(before, after).value), heat=_heat(before, after))


def psnr(before: Image, after: Image) -> Measured:
    """Peak signal-to-noise ratio ``10 log10(255² / mse)`` in dB; infinite for equal pictures."""
    error = mse(before, after)
    value = 10 * math.log10(255**2 / error.value) if error.value else math.inf
    return Measured(value, heat=error.heat)


def channel_mean(before: Image, after: Image) -> Measured:
    """Mean absolute difference, averaged over the channels, as a share of 255."""
    whole = manhattan(before, after)
    return Measured(whole.value / 255, heat=whole.heat)


def percent_changed(before: Image, after: Image) -> Measured:
    """Sum of absolute differences as a percentage of that of black against white, 0 to 100."""
    whole = manhattan(before, after)
    return Measured(whole.value / 255 * 100, heat=whole.heat)


def bounding_box(before: Image, after: Image, *, above: int = 0) -> Measured:
    """Share of the picture covered by the bounding box of pixels differing by more than `above`."""
    changed = largest_difference(before, after) > above
    box = rectangle(changed)
    area = int(box["width"] or 0) * int(box["height"] or 0) if box else 0
    return Measured(area / changed.size, box, changed.astype(np.float32))


def row_profile(before: Image, after: Image) -> Measured:
    """Mean absolute difference of the rows' averages and of the columns', halved; 0 to 255."""
    difference = grey_floats(after).astype(np.float64) - grey(before)
    rows = float(np.abs(difference.mean(axis=1)).mean())
    columns = float(np.abs(difference.mean(axis=0)).mean())
    return Measured((rows + columns) / 2, {"rows": rows, "columns": columns})


def thumbnail(before: Image, after: Image) -> Measured:
    """Mean absolute difference of 64×64 area-averaged grey thumbnails, 0 to 255."""
    small = [shrunk(grey(picture), _THUMBNAIL, _THUMBNAIL) for picture in (before, after)]
    return Measured(float(cv2.norm(small[0], small[1], cv2.NORM_L1)) / _THUMBNAIL**2)
