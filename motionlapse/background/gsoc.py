"""OpenCV's GSOC model, with its chances in seconds."""

from __future__ import annotations

import math

import cv2
import numpy as np

from motionlapse.background.gsoc_settings import GSOCSettings
from motionlapse.background.opencv_model import SampleModel
from motionlapse.frames import Image


class GSOC(SampleModel):
    r"""Twenty samples a pixel that follow the picture and spread to the pixels beside them.

    Good for scenes with much that is restless; slow. What blinks is taken into the background, and
    its masks come cleaned of specks.

    A matching sample follows with the learning rate, from `sample_time`. A pixel of foreground
    becomes a sample with the chance :math:`1 - e^{-\Delta t/\tau}` a frame, and a sample
    that was seen for `proven` is copied to the pixels beside it with the same chance made of
    `spread`. OpenCV fixes all three when the model is made, so they hold for the interval at the
    beginning and do not heed the pace (but for 0).

    OpenCV's picture of the background blends in the samples of the pixels beside, so a mean of what
    was background is kept, which follows with the same learning rate.

    Parameters
    ----------
    settings
        Every constant that differs from OpenCV's own.

    References
    ----------
    .. [1] V. Samsonov, "Improvement of the background subtraction algorithms", Google Summer of
       Code with OpenCV, 2017 (in no paper; ``bgfg_gsoc.cpp`` in opencv_contrib).
    """

    def __init__(self, settings: GSOCSettings | None = None) -> None:
        self._settings = settings or GSOCSettings()
        super().__init__(
            time_constant=self._settings.sample_time,
            warm_up=self._settings.warm_up,
            apart=255 * math.sqrt(self._settings.threshold),
        )
        self._mean = np.empty(0, np.float32)

    def _make(self, interval_s: float) -> cv2.BackgroundSubtractor:
        return cv2.bgsegm.createBackgroundSubtractorGSOC(
            replaceRate=-math.expm1(-interval_s / self._settings.time_constant),
            propagationRate=-math.expm1(-interval_s / self._settings.spread),
            hitsThreshold=max(1, round(self._settings.proven / interval_s)),
            beta=self._settings.threshold,
        )

    def _learn(self, picture: Image, rate: float, elapsed_s: float, pace: float) -> Image:
        if self._frames == 1:
            self._mean = picture.astype(np.float32)
        raw = super()._learn(picture, rate, elapsed_s, pace)
        cv2.accumulateWeighted(picture, self._mean, rate, mask=cv2.bitwise_not(raw))
        return raw

    def _usual(self) -> Image:
        return np.rint(self._mean).astype(np.uint8)
