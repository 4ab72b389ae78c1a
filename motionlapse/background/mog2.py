"""OpenCV's mixture of Gaussians, with its learning rate in seconds."""

from __future__ import annotations

import cv2
import numpy as np

from motionlapse.background.mog2_settings import MOG2Settings
from motionlapse.background.opencv_model import OpenCVModel
from motionlapse.frames import Image


class MOG2(OpenCVModel):
    """Several Gaussians a pixel: good for pixels with several usual looks, such as leaves.

    Its automatic rate counts calls, so the rate is always given; and its first call marks
    everything as foreground, which the warm-up covers.

    Parameters
    ----------
    settings
        Every constant that differs from OpenCV's own.

    References
    ----------
    .. [1] Z. Zivkovic and F. van der Heijden, "Efficient adaptive density estimation per image
       pixel for the task of background subtraction", Pattern Recognition Letters 27(7), 2006.
    """

    def __init__(self, settings: MOG2Settings | None = None) -> None:
        self._settings = settings or MOG2Settings()
        super().__init__(
            time_constant=self._settings.time_constant,
            warm_up=self._settings.warm_up,
            apart=0.0,  # never asked: it judges by itself
        )

    def _make(self, interval_s: float) -> cv2.BackgroundSubtractor:  # noqa: ARG002  # rates come with each call
        return cv2.createBackgroundSubtractorMOG2(
            varThreshold=self._settings.variance_threshold,
            detectShadows=self._settings.shadows,
        )

    def _judge(self, picture: Image) -> Image:
        return np.asarray(self._model.apply(picture, learningRate=0.0), np.uint8)
