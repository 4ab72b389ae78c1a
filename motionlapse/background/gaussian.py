"""The mean/σ model: a background, a candidate and a retired background of every pixel."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from motionlapse.background.candidate_kernel import SCRATCH_ROWS, follow_foreground
from motionlapse.background.gaussian_kernel import compose_colour, compose_grey, judge_and_learn
from motionlapse.background.gaussian_settings import GaussianSettings
from motionlapse.background.light import CloudLight, GlobalGain
from motionlapse.frames import Image, Planes
from motionlapse.types import Foreground

# A frame counts for at most this long, so that a slow time-lapse needs several pictures to learn.
_LONGEST_STEP_S = 0.2
_SHORTEST_STEP_S = 1e-6  # pictures of one moment are judged, and teach nothing
# Times as multiples of the time constant: the most credit of a look, the least with which a
# candidate is promoted, and how long lone pixels take to widen their σ, up to what multiple of the
# floor.
_ABSORB, _PROMOTION, _RESTLESS = 8.0, 0.5, 10.0
_WIDEST_NOISE = 4.0
_FIRST_FRAMES = 2

Array = npt.NDArray[np.float32]


class Gaussian:
    r"""Mean and variance of every pixel, with a candidate that may take the background's place.

    A pixel's look :math:`x` is its blue, green and red (or its luma). The background **B** has a
    mean :math:`\mu` for each plane, one variance :math:`v`, and a credit :math:`n` in seconds. With
    :math:`d = x - \mu` from before the step,

    .. math:: q = \max_p d_p^2 / (k^2 v)

    and the pixel's score is :math:`64 \sqrt q`, up to 255. Where :math:`q \le 1` it is background
    and learns with the rate :math:`a = \max(1 - e^{-\Delta t/\tau}, \Delta t/(n + \Delta t))`:

    .. math::
        \mu \leftarrow \mu + a d, \qquad
        v \leftarrow \max(v + a (\overline{d^2} - v), \sigma_{\min}^2), \qquad
        n \leftarrow \min(n + \Delta t, n_{\max})

    so a young background learns fast, and there is no warm-up. A pixel that does not fit is
    foreground, leaves **B** as it is, and is asked, in this order:

    1. Does it fit the retired background **R**? Then it is background after all, and **R** and
       **B** change places once **R** has more credit: something stood there for a while and left.
    2. Is it **B** darkened, all planes by one factor? Then it is a shadow.
    3. Is it alone (no foreground there in the last frame)? Then σ of **B** widens a little: leaves.
    4. Does it fit the candidate **C**, which is matched more tightly? Then **C** learns it and
       gains credit, more if it also fits the background beside it: that is how the place looks
       where an object stood. Once **C** has more credit than **B** it becomes the background. If it
       does not fit, **C** loses credit, and begins anew at :math:`x` when it has none left.

    Foreground whose **C** is younger than `standing` is *moving*; the rest stands still: something
    put down, or the place of something taken away.

    Light is taken out first: one gain for the whole picture (`GlobalGain`), and smooth changes in
    its parts (`CloudLight`).

    Parameters
    ----------
    settings
        Every constant.

    References
    ----------
    .. [1] C. Wren et al., "Pfinder: real-time tracking of the human body", IEEE PAMI 19(7), 1997.
    .. [2] K. Kim et al., "Real-time foreground-background segmentation using codebook model",
       Real-Time Imaging 11(3), 2005 (looks that are kept beside the background).
    """

    def __init__(self, settings: GaussianSettings | None = None) -> None:
        self._settings = settings or GaussianSettings()
        self._frames = 0
        self._look: Array = np.empty(0, np.float32)

    def apply(
        self, planes: Planes, *, elapsed_s: float, pace: float, previous: Image | None = None
    ) -> Foreground:
        """Judge a frame, then learn from it; see `motionlapse.types.BackgroundModel`."""
        if not self._frames:
            self._begin(planes)
        self._frames += 1
        step_s = min(elapsed_s, _LONGEST_STEP_S)
        rate = -math.expm1(-step_s * pace / self._settings.time_constant)
        foreground = self._no_foreground if previous is None else previous
        self._take_light_out(planes, previous, step_s, pace)
        self._judge(rate, max(step_s, _SHORTEST_STEP_S), pace, foreground)
        return Foreground(
            score=self._score,
            moving=self._moving,
            ready=self._frames > _FIRST_FRAMES,
            learning_rate=rate,
            light_gain=float(self._gain.gain.mean()),
        )

    def background(self) -> Image:
        """Return the background's luma, uint8 ``(H, W)``.

        Raises
        ------
        RuntimeError
            Before the first frame.
        """
        if not self._frames:
            raise RuntimeError("there is no background before the first frame")
        mean = self._means[0]
        # BT.601 weights of blue, green and red.
        luma = mean[0] if len(mean) == 1 else np.tensordot([0.114, 0.587, 0.299], mean, 1)
        clipped: Image = np.clip(np.rint(luma), 0, 255).astype(np.uint8)
        return clipped

    def sigma(self) -> Array:
        """Return the background's σ, float32 ``(H, W)``, in grey levels."""
        sigma: Array = np.sqrt(self._variances[0])
        return sigma

    def _begin(self, planes: Planes) -> None:
        """Take the first frame as a background without credit."""
        count = 1 if planes.chroma is None else 3
        width, height = planes.size
        shape = (height, width)
        self._look = np.empty((count, *shape), np.float32)
        self._means: Array = np.zeros((3, count, *shape), np.float32)
        floor = self._settings.noise_floor**2
        self._variances: Array = np.full((3, *shape), 2 * floor, np.float32)
        self._credits: Array = np.zeros((3, *shape), np.float32)
        self._doubtful: Image = np.zeros(height, np.uint8)
        self._young: Image = np.ones(height, np.uint8)
        self._score: Image = np.zeros(shape, np.uint8)
        self._moving: Image = np.zeros(shape, np.uint8)
        self._no_foreground: Image = np.zeros(shape, np.uint8)
        self._scratch: Array = np.empty((max(count + 3, SCRATCH_ROWS), width), np.float32)
        self._gain = GlobalGain(count, (width, height))
        self._clouds = CloudLight((width, height))
        self._compose(planes)
        self._means[0] = self._look

    def _compose(self, planes: Planes) -> None:
        gain = self._gain.gain
        if planes.chroma is None:
            compose_grey(planes.luma.buffer, self._look, gain)
        else:
            blue, red = planes.chroma
            compose_colour(planes.luma.buffer, blue.buffer, red.buffer, self._look, gain)

    def _take_light_out(
        self, planes: Planes, previous: Image | None, step_s: float, pace: float
    ) -> None:
        self._compose(planes)
        before = self._gain.gain.copy()
        self._gain.update(self._look, self._means[0], previous, step_s)
        for plane, (old, new) in enumerate(zip(before, self._gain.gain, strict=True)):
            if old != new:
                self._look[plane] *= old / new
        # Clouds are slow: every other frame, for twice as much, costs half.
        rate = self._settings.cloud_rate * min(pace, 1.0)
        rate = 1.0 - (1.0 - rate) ** 2
        if rate > 0 and self._frames % 2 == 0:
            foreground = self._no_foreground if previous is None else previous
            self._clouds.follow(self._look, self._means[0], foreground, rate)

    def _most_credit(self) -> float:
        """Return the seconds that a look is credited with at most: nothing waits for longer."""
        chosen = self._settings.absorb
        return _ABSORB * self._settings.time_constant if chosen is None else chosen

    def _judge(self, rate: float, step_s: float, pace: float, previous: Image) -> None:
        settings = self._settings
        floor = settings.noise_floor**2
        k_squared = settings.k**2
        judge_and_learn(
            self._look,
            self._means[0],
            self._variances[0],
            self._credits[0],
            self._credits[1],
            self._doubtful,
            self._young,
            self._score,
            self._scratch,
            np.float32(rate),
            np.float32(step_s),
            np.float32(1.0 if pace > 0 else 0.0),
            np.float32(k_squared),
            np.float32(self._most_credit()),
            np.float32(floor),
            np.float32(settings.dark_floor),
        )
        hurried_s = step_s * pace
        restless = -math.expm1(-hurried_s / (_RESTLESS * settings.time_constant))
        constants = np.array(
            [
                rate,
                k_squared,
                k_squared * settings.candidate_match**2,
                _PROMOTION * settings.time_constant,
                self._most_credit(),
                settings.candidate_miss,
                settings.ghost_credit,
                restless,
                floor,
                _WIDEST_NOISE**2 * floor,
                settings.shadow,
                settings.standing,
            ],
            np.float32,
        )
        follow_foreground(
            self._look,
            self._means,
            self._variances,
            self._credits,
            self._doubtful,
            self._young,
            self._score,
            previous,
            self._moving,
            self._scratch,
            constants,
            len(self._look) == 1,
            np.float32(hurried_s),
        )
