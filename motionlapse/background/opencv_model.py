"""What OpenCV's background models share: rates in seconds, and judging without learning."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence

import cv2
import numpy as np

from motionlapse.background.model_settings import OPENING_S
from motionlapse.frames import Image, Planes
from motionlapse.types import Foreground

_SHADOW = 127
# Assumed at the first frame, when the interval between frames is not known yet.
_USUAL_INTERVAL_S = 1 / 30


class OpenCVModel(ABC):
    r"""The base of OpenCV's models, with a time constant in seconds.

    By default OpenCV's models learn at a rate per call. So the rate is always given:
    :math:`1 - e^{-\Delta t\,p/\tau}` with the pace :math:`p`, and during the warm-up at least one
    over the number of frames.

    Only MOG2 can judge without learning. With the others, a frame that is not to be learned from
    (because the pace is 0, or no time has passed) is compared with the picture of the background.

    Parameters
    ----------
    time_constant
        :math:`\tau`, in seconds.
    warm_up
        Seconds until the background is trusted.
    apart
        Euclidean distance in grey levels, over all planes, above which a pixel is foreground in
        that comparison.
    """

    opening_s = OPENING_S

    def __init__(self, *, time_constant: float, warm_up: float, apart: float) -> None:
        self._time_constant = time_constant
        self._warm_up = warm_up
        self._apart = apart
        self._least_frames = 2
        self._frames = 0
        self._age_s = 0.0
        self._model = self._make(_USUAL_INTERVAL_S)

    def prime(self, opening: Sequence[Planes], *, seconds: float) -> None:
        """Learn from pictures, one after another; see `motionlapse.types.BackgroundModel`."""
        elapsed_s = seconds / max(1, len(opening) - 1)
        for number, planes in enumerate(opening):
            self.apply(planes, elapsed_s=elapsed_s if number else 0.0, pace=1.0)

    def apply(
        self,
        planes: Planes,
        *,
        elapsed_s: float,
        pace: float,
        previous: Image | None = None,  # noqa: ARG002  # they do without
    ) -> Foreground:
        """Judge a frame, then learn from it; see `motionlapse.types.BackgroundModel`."""
        self._age_s += elapsed_s
        warming = self._age_s < self._warm_up or self._frames < self._least_frames
        self._frames += 1
        rate = -math.expm1(-elapsed_s * pace / self._time_constant)
        if warming and pace > 0:
            rate = max(rate, 1.0 / self._frames)
        picture = self._picture(planes)
        if rate > 0 or self._frames == 1:
            raw = self._learn(picture, rate, elapsed_s, pace)
        else:
            raw = self._judge(picture)
        score: Image = np.where(raw > _SHADOW, np.uint8(255), np.uint8(0))
        return Foreground(
            score=score,
            moving=None,
            pixels=cv2.countNonZero(score),
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
        picture = self._usual()
        return picture if picture.ndim == 2 else np.ascontiguousarray(picture[:, :, 0])

    # ---- the differences between models ------------------------------------------------------

    @abstractmethod
    def _make(self, interval_s: float) -> cv2.BackgroundSubtractor:
        """Return OpenCV's model, for frames that come every `interval_s`."""

    def _picture(self, planes: Planes) -> Image:
        """Return a copy in the form that the model takes, luma first."""
        return stacked(planes)

    def _learn(self, picture: Image, rate: float, elapsed_s: float, pace: float) -> Image:  # noqa: ARG002
        """Judge a picture and learn from it."""
        return np.asarray(self._model.apply(picture, learningRate=rate), np.uint8)

    def _usual(self) -> Image:
        """Return the background in the form of the pictures."""
        return np.asarray(self._model.getBackgroundImage(), np.uint8)

    def _judge(self, picture: Image) -> Image:
        """Judge a picture and change nothing."""
        away = picture.astype(np.float32) - self._usual()
        squares = (away**2).reshape(*picture.shape[:2], -1).sum(axis=2)
        mask: Image = np.where(squares > self._apart**2, np.uint8(255), np.uint8(0))
        return mask


class SampleModel(OpenCVModel):
    """A model that keeps samples of each pixel and replaces them at random: GSOC and LSBP.

    Their probabilities are fixed when they are made, and depend on the interval between frames. So
    they are made again, from the background so far, at the first frame before which time has
    passed.

    Their random numbers are always the same, but OpenCV's threads draw them in any order. So they
    run in one thread, which gives the same masks every time.
    """

    _timed = False

    def _picture(self, planes: Planes) -> Image:
        picture = stacked(planes)
        if picture.ndim == 3:
            return picture
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.uint8)

    def _learn(self, picture: Image, rate: float, elapsed_s: float, pace: float) -> Image:
        threads = cv2.getNumThreads()
        cv2.setNumThreads(1)
        try:
            if not self._timed and elapsed_s > 0:
                so_far = self._usual() if self._frames > 1 else picture
                self._model = self._make(elapsed_s)
                self._model.apply(so_far, learningRate=1.0)
                self._timed = True
            return super()._learn(picture, rate, elapsed_s, pace)
        finally:
            cv2.setNumThreads(threads)


def stacked(planes: Planes) -> Image:
    """Return a copy of the planes as one picture, ``(H, W)`` or ``(H, W, 3)``."""
    if planes.chroma is None:
        return planes.luma.view.copy()
    return np.dstack([part.view for part in planes])
