"""The running mean/σ model: one Gaussian a pixel and plane, in float32."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from motionlapse.background.gaussian_kernel import judge_and_learn_colour, judge_and_learn_grey
from motionlapse.background.gaussian_settings import GaussianSettings
from motionlapse.frames import Image, Planes
from motionlapse.types import Foreground

# Every 16th pixel both ways: 500 at the usual size are enough for a median, in 0.05 ms.
_SAMPLE = slice(None, None, 16)


class Gaussian:
    r"""Running mean and variance of every pixel and plane.

    With :math:`x` the pixel, :math:`\mu` and :math:`v` its mean and variance in each plane
    :math:`p`, and the difference :math:`d_p = x_p - \mu_p` from before the step, a pixel is
    foreground if

    .. math:: \sum_p d_p^2 / \max(v_p, \sigma_{p,\min}^2) > k^2

    and then learns with the rate :math:`a`, in this order:

    .. math:: \mu \leftarrow \mu + a d, \qquad v \leftarrow (1 - a)(v + a d^2)

    which never makes :math:`v` negative. :math:`a = 1 - e^{-\Delta t / \tau}` for elapsed media
    time :math:`\Delta t`; in the warm-up, the n-th frame has :math:`a = 1/n`, with which the same
    line is Welford's. Foreground learns at a tenth of the rate (``foreground_rate``): as its
    variance grows, an object that stays becomes background after about :math:`10 \tau / k^2`.

    Parameters
    ----------
    settings
        Every constant.

    References
    ----------
    .. [1] C. Wren et al., "Pfinder: real-time tracking of the human body", IEEE PAMI 19(7), 1997.
    .. [2] B. P. Welford, "Note on a method for calculating corrected sums of squares and
       products", Technometrics 4(3), 1962.
    """

    def __init__(self, settings: GaussianSettings | None = None) -> None:
        self._settings = settings or GaussianSettings()
        self._mean: npt.NDArray[np.float32] | None = None
        self._variance: npt.NDArray[np.float32] = np.empty(0, np.float32)
        self._mask: Image = np.empty(0, np.uint8)
        self._frames = 0
        self._age_s = 0.0

    def apply(self, planes: Planes, *, elapsed_s: float, pace: float) -> Foreground:
        """Judge a frame, then learn from it; see `motionlapse.types.BackgroundModel`."""
        mean = self._begin(planes) if self._mean is None else self._mean
        self._age_s += elapsed_s
        warming = self._age_s < self._settings.warm_up or self._frames < 2
        self._frames += 1
        rate = -math.expm1(-elapsed_s * pace / self._settings.time_constant)
        if warming:
            rate = max(rate, 1.0 / self._frames)
        # In the warm-up everything learns: there is no background yet to protect from foreground.
        slower = 1.0 if warming else self._settings.foreground_rate
        self._pass(planes, mean, rate, rate * slower)
        return Foreground(
            mask=self._mask,
            ready=not warming,
            learning_rate=rate,
            light_gain=self._light_gain(planes, mean),
        )

    def background(self) -> Image:
        """Return the mean luma, uint8 ``(H, W)``.

        Raises
        ------
        RuntimeError
            Before the first frame.
        """
        if self._mean is None:
            raise RuntimeError("there is no background before the first frame")
        luma: Image = np.clip(np.rint(self._mean[0]), 0, 255).astype(np.uint8)
        return luma

    def sigma(self) -> npt.NDArray[np.float32]:
        """Return σ before its floor, float32 ``(planes, H, W)``, in grey levels."""
        return np.sqrt(self._variance)

    def _begin(self, planes: Planes) -> npt.NDArray[np.float32]:
        """Take the first frame as the mean, with no variance."""
        parts = [planes.luma, *(planes.chroma or ())]
        mean = np.stack([part.view for part in parts]).astype(np.float32)
        self._variance = np.zeros_like(mean)
        self._mask = np.zeros(mean.shape[1:], np.uint8)
        self._mean = mean
        return mean

    def _pass(
        self,
        planes: Planes,
        mean: npt.NDArray[np.float32],
        rate: float,
        foreground_rate: float,
    ) -> None:
        settings = self._settings
        rates = np.float32(rate), np.float32(foreground_rate), np.float32(settings.k**2)
        floor = np.float32(settings.noise_floor_luma**2)
        state = mean, self._variance, self._mask
        if planes.chroma is None:
            judge_and_learn_grey(planes.luma.buffer, *state, *rates, floor)
            return
        blue, red = planes.chroma
        judge_and_learn_colour(
            planes.luma.buffer,
            blue.buffer,
            red.buffer,
            *state,
            *rates,
            floor,
            np.float32(settings.noise_floor_chroma**2),
        )

    def _light_gain(self, planes: Planes, mean: npt.NDArray[np.float32]) -> float:
        """Return the median of frame over background, where neither is black or burnt out."""
        frame = planes.luma.view[_SAMPLE, _SAMPLE].astype(np.float32)
        usual = mean[0, _SAMPLE, _SAMPLE]
        usable = (frame > 8) & (frame < 250) & (usual > 8)
        return float(np.median(frame[usable] / usual[usable])) if usable.any() else 1.0
