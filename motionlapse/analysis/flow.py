"""Lucas–Kanade flow of corners in the foreground: does what changed also move?"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from motionlapse.analysis.settings import FlowSettings
from motionlapse.frames import Image

Points: TypeAlias = npt.NDArray[np.float32]

# A corner that is not found again within half a pixel of where it began was lost.
_ROUND_TRIP_PX = 0.5
_QUALITY = 0.01
_CORNER_DISTANCE_PX = 5


def mean_flow(
    before: Image | None, luma: Image, foreground: Image, elapsed_s: float, settings: FlowSettings
) -> float | None:
    """Return how fast corners in the foreground move, in picture diagonals a second.

    Corners are found in the frame before, inside the foreground of this one, tracked forward and
    back with pyramidal Lucas–Kanade, and counted only if they return to where they began. None
    without such corners.

    Parameters
    ----------
    before, luma
        The frame before (None: there is none) and this one, uint8 ``(H, W)`` at the size of
        analysis.
    foreground
        0/255 uint8 ``(H, W)``; where it is empty nothing is computed.
    elapsed_s
        Media time between them.
    settings
        How many corners, and the patch that is matched.

    References
    ----------
    .. [1] J.-Y. Bouguet, "Pyramidal implementation of the Lucas Kanade feature
       tracker", Intel, 2000.
    .. [2] J. Shi and C. Tomasi, "Good features to track", CVPR 1994.
    .. [3] Z. Kalal et al., "Forward-backward error", ICPR 2010.
    """
    if before is None or elapsed_s <= 0 or not foreground.any():
        return None
    tracks = track_corners(before, luma, foreground, settings)
    if not tracks.size:
        return None
    moved_px = np.linalg.norm(tracks[:, 2:], axis=1)
    return float(moved_px.mean()) / math.hypot(*luma.shape) / elapsed_s


def track_corners(before: Image, after: Image, foreground: Image, settings: FlowSettings) -> Points:
    """Return the corners that were found again, float32 ``(N, 4)``: x, y, and how far each moved.

    Parameters
    ----------
    before, after
        Luma, uint8 ``(H, W)``.
    foreground
        0/255 uint8 ``(H, W)``: where corners are looked for.
    settings
        How many, and the patch that is matched.
    """
    corners = cv2.goodFeaturesToTrack(
        before, settings.corners, _QUALITY, _CORNER_DISTANCE_PX, mask=foreground
    )
    if corners is None:
        return np.empty((0, 4), np.float32)
    window = (settings.window, settings.window)
    # The stubs miss that OpenCV makes the array of new positions itself where it gets None.
    track: Callable[..., tuple[Points, Points, Points]] = cv2.calcOpticalFlowPyrLK  # type: ignore[assignment]
    there, found, _ = track(before, after, corners, None, winSize=window)
    back, returned, _ = track(after, before, there, None, winSize=window)
    gap_px = np.linalg.norm((back - corners).reshape(-1, 2), axis=1)
    good = (found.ravel() > 0) & (returned.ravel() > 0) & (gap_px < _ROUND_TRIP_PX)
    tracks: Points = np.hstack((corners.reshape(-1, 2), (there - corners).reshape(-1, 2)))[good]
    return tracks
