"""OpenCV's nearest neighbours, with their learning rate in seconds."""

from __future__ import annotations

import math

import cv2

from motionlapse.background.knn_settings import KNNSettings
from motionlapse.background.opencv_model import OpenCVModel
from motionlapse.frames import Image

_HIGHEST_RATE = 0.5  # at 1, OpenCV would reset the model
# Below this, OpenCV's counts of frames overflow an int; at 0 it learns from every frame.
_LOWEST_RATE = 1e-6
# Knuth's multiplicative hash: makes dissimilar seeds of successive frame numbers.
_SPREAD = 2654435761


class KNN(OpenCVModel):
    r"""Samples from the last moments to the last minutes; background is near enough to two of them.

    Good for pixels with several usual looks that no Gaussian fits.

    A sample is taken every :math:`\ln 0.7/\ln(1 - r)/7` frames, with :math:`r` the learning rate,
    at an instant of each pixel's own: samples of the last :math:`0.36\,\tau`, of the
    :math:`0.56\,\tau` before and of the :math:`1.39\,\tau` before that. OpenCV draws these
    instants from the thread's random numbers, so they are seeded at every call: the same frames
    give the same foreground. A rate of 0 would take every frame as a sample, so at pace 0 the model
    is not asked; see `OpenCVModel`.

    Parameters
    ----------
    settings
        Every constant that differs from OpenCV's own.

    References
    ----------
    .. [1] Z. Zivkovic and F. van der Heijden, "Efficient adaptive density estimation per image
       pixel for the task of background subtraction", Pattern Recognition Letters 27(7), 2006.
    """

    def __init__(self, settings: KNNSettings | None = None) -> None:
        self._settings = settings or KNNSettings()
        super().__init__(
            time_constant=self._settings.time_constant,
            warm_up=self._settings.warm_up,
            apart=math.sqrt(self._settings.distance_threshold),
        )

    def _make(self, interval_s: float) -> cv2.BackgroundSubtractor:  # noqa: ARG002  # rates come with each call
        return cv2.createBackgroundSubtractorKNN(
            dist2Threshold=self._settings.distance_threshold,
            detectShadows=self._settings.shadows,
        )

    def _learn(self, picture: Image, rate: float, elapsed_s: float, pace: float) -> Image:
        cv2.setRNGSeed(self._frames * _SPREAD & 0x7FFFFFFF)
        rate = min(max(rate, _LOWEST_RATE), _HIGHEST_RATE)
        return super()._learn(picture, rate, elapsed_s, pace)
