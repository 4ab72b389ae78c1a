"""Finding and undoing a shift of the whole picture."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from motionlapse.measures.measured import Floats

# Smaller pictures have too few frequencies.
_LEAST_SIDE = 8
_NO_SHIFT_PX = 0.02  # a smaller shift is a rounding error
_LEAST_RESPONSE = 0.03  # least share of the energy in the peak; a lower peak may be noise


def shift_between(before: Floats, after: Floats) -> tuple[float, float]:
    """Return by how many pixels `after` is shifted right and down from `before`.

    Parameters
    ----------
    before, after
        float32 ``(H, W)``.

    Returns
    -------
    tuple
        (right, down); ``(0, 0)`` for constant or tiny pictures, and if phase correlation has no
        clear peak.
    """
    height, width = before.shape
    if min(height, width) < _LEAST_SIDE or np.ptp(before) == 0 or np.ptp(after) == 0:
        return 0.0, 0.0
    window = np.asarray(cv2.createHanningWindow((width, height), cv2.CV_32F), np.float32)
    (x, y), response = cv2.phaseCorrelate(before - before.mean(), after - after.mean(), window)
    if response < _LEAST_RESPONSE or not np.isfinite([x, y]).all():
        return 0.0, 0.0
    return (
        x if abs(x) > _NO_SHIFT_PX else 0.0,
        y if abs(y) > _NO_SHIFT_PX else 0.0,
    )


def shifted(picture: Floats, by: tuple[float, float]) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return a picture shifted right and down, and which pixels come from inside the original.

    Parameters
    ----------
    picture
        float32 or uint8, ``(H, W)`` or ``(H, W, C)``.
    by
        (right, down) in pixels.
    """
    height, width = picture.shape[:2]
    matrix = np.array([[1, 0, by[0]], [0, 1, by[1]]], np.float32)
    moved = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    y, x = np.ogrid[:height, :width]
    known = (x >= by[0]) & (x <= width - 1 + by[0]) & (y >= by[1]) & (y <= height - 1 + by[1])
    return np.asarray(moved), known
