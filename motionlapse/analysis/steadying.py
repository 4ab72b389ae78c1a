"""Holding still the picture of a camera that sways by a few pixels."""

from __future__ import annotations

import math
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from motionlapse.frames import Plane, Planes

# Below a tenth of a pixel it is noise of the measurement; beyond 5 % the camera was turned.
_LEAST_PX = 0.1
_FARTHEST_SHARE = 0.05
_LEAST_RESPONSE = 0.05
# How long the reference takes to follow the scene, and the longest time that one frame counts for.
_TIME_CONSTANT_S, _LONGEST_STEP_S = 2.0, 0.2


class Steadier:
    """Shifts every picture so that it lies where the first ones did.

    Masks and blobs are those of the steadied picture; compared with the source they are off by the
    shift. The shift is found to a fraction of a pixel, as the peak of the phase correlation with a
    slow mean of the steadied pictures, under a Hann window.

    Parameters
    ----------
    size
        (width, height) of analysis.

    References
    ----------
    .. [1] C. Kuglin and D. Hines, "The phase correlation image alignment method", IEEE Conference
       on Cybernetics and Society, 1975.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._window = cv2.createHanningWindow(size, cv2.CV_32F)
        self._reference: npt.NDArray[np.float32] | None = None
        self._time_s = 0.0
        self._before: tuple[npt.NDArray[np.float32] | None, float] = None, 0.0

    def __call__(self, planes: Planes, time_s: float) -> Planes:
        """Return the planes, shifted; all have the size of analysis.

        Parameters
        ----------
        planes
            Of the frame.
        time_s
            Media time of the frame, not earlier than the last one's.
        """
        luma = planes.luma.view.astype(np.float32)
        step_s, self._time_s = min(time_s - self._time_s, _LONGEST_STEP_S), time_s
        if self._reference is None:
            self._reference = luma
            return planes
        (right, down), response = cv2.phaseCorrelate(self._reference, luma, self._window)
        farthest = _FARTHEST_SHARE * max(self._size)
        if response < _LEAST_RESPONSE or max(abs(right), abs(down)) > farthest:
            right = down = 0.0
        if max(abs(right), abs(down)) >= _LEAST_PX:
            back = np.array([[1, 0, -right], [0, 1, -down]], np.float32)
            planes = Planes(
                self._shifted(planes.luma, back),
                planes.chroma
                and cast(
                    "tuple[Plane, Plane]",
                    tuple(self._shifted(plane, back) for plane in planes.chroma),
                ),
            )
        rate = -math.expm1(-max(step_s, 0.0) / _TIME_CONSTANT_S)
        cv2.accumulateWeighted(planes.luma.view, self._reference, rate)
        return planes

    def mark(self) -> None:
        """Keep the reference before the next frame; see `motionlapse.inside.GoesBack`."""
        reference = None if self._reference is None else self._reference.copy()
        self._before = reference, self._time_s

    def go_back(self) -> None:
        """Forget what came after the mark."""
        self._reference, self._time_s = self._before

    def _shifted(self, plane: Plane, back: npt.NDArray[np.float32]) -> Plane:
        moved = cv2.warpAffine(plane.view, back, self._size, borderMode=cv2.BORDER_REPLICATE)
        return Plane(np.asarray(moved, np.uint8), self._size[0])
