"""Optical flow: how far objects moved between the pictures."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from motionlapse.frames import Image
from motionlapse.measures.measured import Floats, Measured, grey

_CORNERS, _QUALITY, _DISTANCE_PX = 400, 0.01, 5
_WINDOW, _LEVELS = (21, 21), 4
_ROUND_TRIP_PX = 1.0


def flow(before: Image, after: Image) -> Measured:
    """Mean displacement of corners between the pictures in pixels, 0 to the diagonal.

    Notes
    -----
    Up to 400 corners are tracked forward and back by pyramidal Lucas–Kanade [1]_. A corner that
    does not return to within a pixel of its place is lost and does not count. The detail has the
    largest displacement and the number of corners found again. If there are none and the pictures
    differ, the value is the diagonal.

    References
    ----------
    .. [1] J.-Y. Bouguet, "Pyramidal implementation of the Lucas Kanade feature tracker", Intel,
       2000.
    """
    a, b = grey(before), grey(after)
    moved, corners = _displacements(a, b)
    if not moved.size:
        worst = 0.0 if np.array_equal(a, b) else math.hypot(*a.shape)
        return Measured(worst, {"peak": worst, "corners": corners, "found": 0})
    detail = {"peak": float(moved.max()), "corners": corners, "found": len(moved)}
    return Measured(float(moved.mean(dtype=np.float64)), detail)


def _displacements(a: Image, b: Image) -> tuple[Floats, int]:
    corners = cv2.goodFeaturesToTrack(a, _CORNERS, _QUALITY, _DISTANCE_PX)
    nothing: Floats = np.empty(0, np.float32)
    if corners is None:
        return nothing, 0
    # The type stubs do not know that OpenCV creates the array of new positions if it gets None.
    track: Callable[..., tuple[Floats, Floats, Floats]] = cv2.calcOpticalFlowPyrLK  # type: ignore[assignment]
    there, found, _ = track(a, b, corners, None, winSize=_WINDOW, maxLevel=_LEVELS)
    back, returned, _ = track(b, a, there, None, winSize=_WINDOW, maxLevel=_LEVELS)
    gap = np.linalg.norm((back - corners).reshape(-1, 2), axis=1)
    good = (found.ravel() > 0) & (returned.ravel() > 0) & (gap < _ROUND_TRIP_PX)
    moved: Floats = np.linalg.norm((there - corners).reshape(-1, 2)[good], axis=1)
    return moved, len(corners)
