"""OpenCV's counting of frames, with its counts in seconds."""

from __future__ import annotations

import cv2
import numpy as np

from motionlapse.background.cnt_settings import CNTSettings
from motionlapse.background.opencv_model import OpenCVModel
from motionlapse.frames import Image, Planes

# Grey levels within which OpenCV takes a pixel for its background; it is fixed there.
_APART = 30.0
# The interval follows a new one by at most this factor a frame: a gap is no new frame rate.
_FASTEST_CHANGE = 1.1
_NO_LIMIT = 2**30


class CNT(OpenCVModel):
    """Counts for how long the luma of a pixel has stayed: cheap, and blind to subtle differences.

    A look is background once it has been there for `stable`; it gains credit while it is seen and
    loses it while another is, so a new look takes its place after half of the longest credit, which
    is why that is twice the time constant. It takes longer where noise moves a pixel by five grey
    levels from one frame to the next: then its look has not stayed.

    OpenCV counts frames, so the seconds are turned into frames with the interval that is measured
    from frame to frame (as it changes, by up to a tenth a frame), and divided by the pace; credit
    that a look already has stays. OpenCV's ``learningRate`` only scales the longest credit, so it
    is left out there (-1).

    Parameters
    ----------
    settings
        Every constant that differs from OpenCV's own.

    References
    ----------
    .. [1] S. Zeevi, "BackgroundSubtractorCNT: a fast background subtraction algorithm", 2016,
       https://github.com/sagi-z/BackgroundSubtractorCNT.
    """

    _model: cv2.bgsegm.BackgroundSubtractorCNT

    def __init__(self, settings: CNTSettings | None = None) -> None:
        self._settings = settings or CNTSettings()
        super().__init__(
            time_constant=self._settings.time_constant,
            warm_up=self._settings.warm_up,
            apart=_APART,
        )
        self._interval_s = 0.0

    def _make(self, interval_s: float) -> cv2.BackgroundSubtractor:  # noqa: ARG002  # counts change as it goes
        return cv2.bgsegm.createBackgroundSubtractorCNT()

    def _picture(self, planes: Planes) -> Image:
        return planes.luma.view.copy()

    def _learn(self, picture: Image, rate: float, elapsed_s: float, pace: float) -> Image:  # noqa: ARG002
        if elapsed_s > 0:
            self._count_in(elapsed_s, pace)
        return np.asarray(self._model.apply(picture, learningRate=-1), np.uint8)

    def _count_in(self, elapsed_s: float, pace: float) -> None:
        """Turn the settings into frames."""
        before = self._interval_s or elapsed_s
        self._interval_s = min(max(elapsed_s, before / _FASTEST_CHANGE), before * _FASTEST_CHANGE)
        step_s = self._interval_s * pace
        stable = max(1, round(self._settings.stable / step_s))
        longest = max(stable + 1, round(2 * self._settings.time_constant / step_s))
        self._model.setMaxPixelStability(_NO_LIMIT)  # the least must be below it at any moment
        self._model.setMinPixelStability(stable)
        self._model.setMaxPixelStability(longest)
        self._least_frames = stable + 1
