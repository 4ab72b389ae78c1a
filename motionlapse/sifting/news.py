"""Blobs that one mask has and another has not, and whether the pictures differ there as well."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from motionlapse.frames import Image

_TOLERANCE_PX = 5  # outlines may move by half of this
_PADDING_PX = 6


def new_blobs(before: Image, after: Image) -> Iterator[tuple[tuple[slice, slice], int]]:
    """Yield padded box and area in pixels of each blob of a mask that another mask lacks.

    A blob is in the other mask if at least half of it lies near foreground there: what moves by
    less than half of itself has neither come nor gone.
    """
    if not after.any():
        return
    square = np.ones((_TOLERANCE_PX, _TOLERANCE_PX), np.uint8)
    near = np.asarray(cv2.dilate(before, square), np.uint8)
    # The detector's blobs have no holes, so their outlines describe them fully.
    outlines, _ = cv2.findContours(after, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for outline in outlines:
        x, y, width, height = cv2.boundingRect(outline)
        blob = np.zeros((height, width), np.uint8)
        cv2.drawContours(blob, [outline], -1, 1, cv2.FILLED, offset=(-x, -y))
        area = cv2.countNonZero(blob)
        if cv2.countNonZero(blob & near[y : y + height, x : x + width]) < area / 2:
            rows = slice(max(0, y - _PADDING_PX), y + height + _PADDING_PX)
            yield (rows, slice(max(0, x - _PADDING_PX), x + width + _PADDING_PX)), area


def contrast_beyond_light(before: Image, after: Image) -> float:
    """Return the RMS difference in grey levels that gain and offset cannot explain.

    Parameters
    ----------
    before, after
        Luma of one place, uint8, of one shape.

    Notes
    -----
    The residual of the least-squares fit ``after ≈ α before + β`` with ``α ≥ 0``, or of the fit in
    the other direction if that is larger, so that an object on a plain ground counts both when it
    comes and when it goes.
    """
    a, b = (picture.astype(np.float64).ravel() for picture in (before, after))
    a -= a.mean()
    b -= b.mean()
    together = max(0.0, float(a @ b))
    power_a, power_b = float(a @ a), float(b @ b)
    rest_b = power_b - together**2 / power_a if power_a > 0 else power_b
    rest_a = power_a - together**2 / power_b if power_b > 0 else power_a
    return float(np.sqrt(max(rest_a, rest_b, 0.0) / a.size))
