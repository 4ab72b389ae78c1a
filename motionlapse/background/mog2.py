"""OpenCV's mixture of Gaussians, with its learning rate in seconds."""

from __future__ import annotations

import math

import cv2
import numpy as np

from motionlapse.background.mog2_settings import MOG2Settings
from motionlapse.frames import Image, Planes
from motionlapse.types import Foreground

_SHADOW = 127


class MOG2:
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
        self._model = cv2.createBackgroundSubtractorMOG2(
            varThreshold=self._settings.variance_threshold,
            detectShadows=self._settings.shadows,
        )
        self._frames = 0
        self._age_s = 0.0

    def apply(
        self,
        planes: Planes,
        *,
        elapsed_s: float,
        pace: float,
        previous: Image | None = None,  # noqa: ARG002  # it does without
    ) -> Foreground:
        """Judge a frame, then learn from it; see `motionlapse.types.BackgroundModel`."""
        self._age_s += elapsed_s
        warming = self._age_s < self._settings.warm_up or self._frames < 2
        self._frames += 1
        rate = -math.expm1(-elapsed_s * pace / self._settings.time_constant)
        if warming and pace > 0:
            rate = max(rate, 1.0 / self._frames)
        picture = _stacked(planes)
        raw = self._model.apply(picture, learningRate=rate)
        score: Image = np.where(raw > _SHADOW, np.uint8(255), np.uint8(0))
        return Foreground(
            score=score,
            moving=None,
            ready=not warming,
            learning_rate=rate,
            light_gain=None,  # asking OpenCV for its background costs more than judging
        )

    def background(self) -> Image:
        """Return the likeliest luma of every pixel, uint8 ``(H, W)``.

        Raises
        ------
        RuntimeError
            Before the first frame.
        """
        if not self._frames:
            raise RuntimeError("there is no background before the first frame")
        picture = np.asarray(self._model.getBackgroundImage(), np.uint8)
        return picture if picture.ndim == 2 else np.ascontiguousarray(picture[:, :, 0])


def _stacked(planes: Planes) -> Image:
    """Return the planes as one picture, ``(H, W)`` or ``(H, W, 3)``."""
    if planes.chroma is None:
        return np.ascontiguousarray(planes.luma.view)
    return np.dstack([part.view for part in (planes.luma, *planes.chroma)])
