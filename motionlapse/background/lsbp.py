"""OpenCV's local binary patterns of singular values, with their times in seconds."""

from __future__ import annotations

import math

import cv2

from motionlapse.background.lsbp_settings import LSBPSettings
from motionlapse.background.opencv_model import SampleModel

# Grey levels, summed over the planes, within which OpenCV's model begins; it is fixed there.
_APART = 25.5


class LSBP(SampleModel):
    """Twenty samples a pixel, of colour and of the texture around it: shadows keep the texture.

    Good where light and shadow change over strong texture; the slowest.

    A background pixel becomes a sample, and so does one beside it, once in :math:`T` frames;
    :math:`T` falls towards `fastest` where the background is plain and rises to `slowest` where it
    is not. OpenCV's ``learningRate`` does nothing here, and the bounds are fixed when the model is
    made, so they hold for the interval at the beginning and do not heed the pace (but for 0).

    A threshold grows by one part in `threshold_time` until all samples that OpenCV began with are
    replaced, some 40 seconds. With OpenCV's own rate (7 s) it sees nothing fainter than 90 grey
    levels after 20 seconds; so it is much slower here.

    Parameters
    ----------
    settings
        Every constant that differs from OpenCV's own.

    References
    ----------
    .. [1] L. Guo, D. Xu and Z. Qiang, "Background subtraction using local SVD binary pattern",
       CVPR Workshops, 2016.
    """

    def __init__(self, settings: LSBPSettings | None = None) -> None:
        self._settings = settings or LSBPSettings()
        super().__init__(
            time_constant=self._settings.slowest,
            warm_up=self._settings.warm_up,
            apart=_APART,
        )

    def _make(self, interval_s: float) -> cv2.BackgroundSubtractor:
        fastest = max(1.0, self._settings.fastest / interval_s)
        return cv2.bgsegm.createBackgroundSubtractorLSBP(
            Tlower=fastest,
            Tupper=max(fastest + 1, self._settings.slowest / interval_s),
            Rincdec=-math.expm1(-interval_s / self._settings.threshold_time),
        )
