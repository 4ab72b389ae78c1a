"""The change score: one number a frame, 1.0 at the threshold."""

from __future__ import annotations

import cv2
import numpy as np

from motionlapse.analysis.boxes import Box
from motionlapse.analysis.settings import FlowSettings
from motionlapse.analysis.usual import times_usual
from motionlapse.frames import Image

_MOST = 127  # half of 255


def moving_pixels(moving: Image, mask: Image, box: Box) -> int:
    """Return how many pixels of the foreground move.

    A pixel counts if most of the 3×3 pixels around it are moving foreground: specks along the
    outline of something that stands still are noise. (At the border of the picture, its outermost
    pixels are repeated.) In pictures less than 320 wide the neighbours weigh less, in proportion:
    there, the leading edge of a slow mover is one pixel wide, and that is never most of nine.

    Parameters
    ----------
    moving
        0/255 uint8 ``(H, W)`` from the model.
    mask
        0/255 uint8 ``(H, W)`` after cleanup.
    box
        Contains all foreground of the mask.
    """
    height, width = mask.shape
    part = box.grown(1, mask.shape).slices  # beyond it is no foreground, or the picture's border
    both = cv2.bitwise_and(moving[part], mask[part])
    times = times_usual((width, height))
    if times >= 1.0:  # the median of nine is what the majority is
        return cv2.countNonZero(cv2.medianBlur(both, 3))
    weights = np.array([times / 3, 1 - times / 1.5, times / 3], np.float32)
    share = cv2.sepFilter2D(both, -1, weights, weights, borderType=cv2.BORDER_REPLICATE)
    return cv2.countNonZero(cv2.threshold(share, _MOST, 255, cv2.THRESH_BINARY)[1])


def change_value(
    moving: float, flow: float | None, *, enter: float, tracking: FlowSettings
) -> float:
    """Return the change as a multiple of the threshold.

    Without flow it is ``moving / enter``. With flow, foreground without displacement (light,
    flicker, something put down) counts less, in proportion up to the displacement that counts as
    moving::

        value = moving / enter · (1 − weight · (1 − min(1, flow / still)))

    Foreground without a corner to track counts in full.

    Parameters
    ----------
    moving
        The share of the watched area that is moving foreground, 0 to 1.
    flow
        Mean displacement in picture diagonals a second, or None.
    enter
        The share at which the threshold lies.
    tracking
        ``still`` and ``weight``.
    """
    value = moving / enter
    if flow is None:
        return value
    return value * (1.0 - tracking.weight * (1.0 - min(1.0, flow / tracking.still)))
