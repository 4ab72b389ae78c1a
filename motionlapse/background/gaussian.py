"""The mean/σ model: each pixel has a background, a candidate and a retired background."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

import numpy as np
import numpy.typing as npt

from motionlapse.background.blocks_kernel import LANES, in_blocks, shapes_of
from motionlapse.background.gaussian_kernel import judge_and_learn, scratch_length
from motionlapse.background.gaussian_settings import GaussianSettings
from motionlapse.background.hues import ShadowHue
from motionlapse.background.kept import Kept
from motionlapse.background.light import Buffers, CloudLight, GlobalGain, buffers_of
from motionlapse.background.looks_kernel import sample_looks
from motionlapse.background.opening_kernel import agree
from motionlapse.background.outline_kernel import usual_luma
from motionlapse.background.outlines import Outlines
from motionlapse.frames import Image, Planes
from motionlapse.types import Foreground

# A frame counts for at most this long, so that a slow time-lapse takes several pictures to learn.
_LONGEST_STEP_S = 0.2
_SHORTEST_STEP_S = 1e-6  # a picture of the same moment is judged, but teaches nothing
# The most credit that a look can have, in time constants.
_ABSORB = 8.0
_FIRST_FRAMES = 2
_CLOUDS_S = 0.15  # at least this long between measurements of clouds: they are slow, it is costly
_ROUNDING_S = 1e-3
_TURN_BACK_S = 64.0  # up to here float32 can tell the times of frames apart

Array = npt.NDArray[np.float32]


class Gaussian:
    r"""Mean and variance of every pixel, with a candidate that may take the background's place.

    The *look* :math:`x` of a pixel is its blue, green and red (or its luma). The background **B**
    has a mean :math:`\mu` for each plane, one variance :math:`v`, and a *credit* :math:`n`, in
    seconds for which it was seen. With :math:`d = x - \mu` from before the step,

    .. math:: q = \max_p d_p^2 / (k^2 v)

    and the pixel's score is :math:`64 \sqrt q`, up to 255. Where :math:`q \le 1` it is background
    and learns with the rate :math:`a = \max(1 - e^{-\Delta t/\tau}, \Delta t/(n + \Delta t))`:

    .. math::
        \mu \leftarrow \mu + a d, \qquad
        v \leftarrow \max(v + a (\overline{d^2} - v), \sigma_{\min}^2), \qquad
        n \leftarrow \min(n + \Delta t, n_{\max})

    so a young background learns fast, and there is no warm-up. A pixel that does not fit is
    foreground and leaves **B** as it is. Three questions follow, in this order:

    1. Does it fit the retired background **R**? Then it is background after all, and the other
       questions are skipped. **R** and **B** change places once **R** has more credit: something
       stood there for a while and has left.
    2. Is it **B** darkened, all planes by one factor? Then it is a shadow (see `ShadowHue`).
    3. Does it fit the candidate **C**, which is matched more tightly? Then **C** learns it and
       gains credit; more of it if the pixel also fits the background beside it, for that is how the
       place of an object looks when it has left. With a time constant's credit, and more than
       **B** has, **C** becomes the background; where outlines tell an object, only with the most
       credit that there is, and where they tell a ghost, at once (`Outlines`). If the pixel does
       not fit, **C** loses credit. With none left, it begins anew at :math:`x`, as old as what is
       seen now, which is :math:`\Delta t/2` on average for what has just come.

    Foreground that has looked the same for less than `standing` is *moving*, unless its **C** is
    older. The rest stands still: something put down, or the place of something taken away.

    Changes of light are taken out first: one gain for the whole picture (`GlobalGain`), and smooth
    changes in its parts (`CloudLight`). No look becomes brighter than white by that.

    Parameters
    ----------
    settings
        Every constant of the model.

    References
    ----------
    .. [1] C. Wren et al., "Pfinder: real-time tracking of the human body", IEEE PAMI 19(7), 1997.
    .. [2] K. Kim et al., "Real-time foreground-background segmentation using codebook model",
       Real-Time Imaging 11(3), 2005 (looks that are kept besides the background).
    """

    def __init__(self, settings: GaussianSettings | None = None) -> None:
        self._settings = settings or GaussianSettings()
        self._frames = 0
        self._since_clouds_s = 0.0
        self._time_s = 0.0  # the model's own time: that of frames from which it has learned
        self._area: Image | None = None

    @property
    def opening_s(self) -> float:
        """How many seconds of pictures it is primed with; see `GaussianSettings`."""
        return self._settings.opening_s

    def watch(self, area: Image) -> None:
        """Set the watched area; see `motionlapse.inside.WatchesPart`."""
        self._area = area

    def prime(self, opening: Sequence[Planes], *, seconds: float) -> None:
        """Begin with what most pictures agree on; see `motionlapse.types.BackgroundModel`."""
        self._make_room(opening[0])
        pictures = np.stack([[plane.view for plane in planes] for planes in opening])
        share = np.empty_like(self._variance)
        found, floor = (self._mean, self._variance, share), self._settings.noise_floor
        agree(pictures, *found, floor, self._settings.k * floor, floor**2)
        np.multiply(share, min(seconds, self._most_credit()), out=self._credit)
        self._frames = _FIRST_FRAMES

    def apply(
        self, planes: Planes, *, elapsed_s: float, pace: float, previous: Image | None = None
    ) -> Foreground:
        """Judge a frame, then learn from it; see `motionlapse.types.BackgroundModel`."""
        if not self._frames:
            self._make_room(planes)
            sample_looks(*buffers_of(planes), self._mean, 1)
        self._frames += 1
        step_s = min(elapsed_s, _LONGEST_STEP_S)
        rate = -math.expm1(-step_s * pace / self._settings.time_constant)
        foreground = self._no_foreground if previous is None else previous
        buffers = buffers_of(planes)
        self._gain.update(buffers, self._mean, foreground, step_s)
        gain = self._gain.gain
        self._outlines.update(buffers[0], self._mean, gain, foreground, elapsed_s)
        light = self._clouds_since(buffers, foreground, elapsed_s, pace)
        constants = self._constants(rate, max(step_s, _SHORTEST_STEP_S), pace)
        pixels = judge_and_learn(
            *buffers,
            np.float32(1) / gain,
            light,
            *self._for_kernel,
            *self._kept.room,
            self._outlines.told.reshape(-1),
            constants,
            self._frames,
        )
        self._kept.took()
        return Foreground(
            score=self._score,
            moving=self._moving,
            pixels=pixels,
            ready=self._frames > _FIRST_FRAMES,
            learning_rate=rate,
            light_gain=fmean(gain.tolist()),
        )

    def mark(self) -> None:
        """Keep the present state; see `motionlapse.inside.GoesBack`."""
        if self._frames:
            self._turn_back()
            hue, outlines = self._hue.state, self._outlines.state
            self._kept.mark((self._frames, self._time_s, self._since_clouds_s, outlines, hue))

    def go_back(self) -> None:
        """Return to the mark; see `motionlapse.inside.GoesBack`."""
        before = self._kept.put_back() if self._frames else None
        if before is not None:
            self._frames, self._time_s, self._since_clouds_s = before[:3]
            self._outlines.state, self._hue.state = before[3:]

    def remember(self, before: object) -> None:
        """Take over the looks of a former model; see `motionlapse.inside.Remembers`.

        Where its background differs from this one's, it becomes the retired background here;
        elsewhere its own retired background does. Not to be called between `mark` and `go_back`.
        """
        if not isinstance(before, Gaussian) or not (self._frames and before._frames):
            return
        if before._mean.shape != self._mean.shape:
            return
        apart = np.abs(before._mean - self._mean).max(axis=0)
        other = apart > self._settings.k * np.sqrt(self._variance)
        was = np.stack([*before._mean, before._variance, before._credit])
        self._retired[:] = np.where(in_blocks(other[None]), in_blocks(was), before._retired)
        self._has_retired[:] = before._has_retired | in_blocks(other[None]).any(axis=(1, 2))

    def background(self) -> Image:
        """Return the background's luma, uint8 ``(H, W)``.

        Raises
        ------
        RuntimeError
            Before the first frame.
        """
        if not self._frames:
            raise RuntimeError("there is no background before the first frame")
        _, height, width = self._mean.shape
        luma: Image = np.empty((height, width), np.uint8)
        usual_luma(self._mean, 0, height, 0, width, luma)
        return luma

    def sigma(self) -> Array:
        """Return the background's σ, float32 ``(H, W)``, in grey levels."""
        sigma: Array = np.sqrt(self._variance)
        return sigma

    def _make_room(self, planes: Planes) -> None:
        """Allocate everything for pictures of this size; what was learned is forgotten."""
        count = 1 if planes.chroma is None else 3
        width, height = planes.size
        shape = (height, width)
        self._mean: Array = np.zeros((count, *shape), np.float32)
        self._variance: Array = np.full(shape, 2 * self._settings.noise_floor**2, np.float32)
        self._credit: Array = np.zeros(shape, np.float32)
        candidates, retired = shapes_of(count, height * width)
        self._candidates: Array = np.zeros(candidates, np.float32)
        self._retired: Array = np.zeros(retired, np.float32)
        self._has_retired = np.zeros(len(self._retired), np.uint8)
        self._score: Image = np.zeros(shape, np.uint8)
        self._moving: Image = np.zeros(shape, np.uint8)
        self._no_foreground: Image = np.zeros(shape, np.uint8)
        pixels, length = height * width, scratch_length(width)
        self._for_kernel = (
            self._mean.reshape(count, pixels),
            self._variance.reshape(pixels),
            self._credit.reshape(pixels),
            self._candidates.reshape(len(self._candidates), -1),
            self._retired.reshape(len(self._retired), -1),
            self._has_retired,
            np.zeros(height, np.uint8),  # rows with moving foreground
            np.ones(height, np.uint8),  # rows with young backgrounds
            self._score.reshape(pixels),
            self._moving.reshape(pixels),
            np.zeros((count + 3, length), np.float32),
            np.empty(length // LANES, np.uint32),
            np.zeros(LANES, np.uint8),
        )
        settings = self._settings
        # Looks closer than this are taken for the same: no more than a repeated look may differ.
        close = settings.k * settings.candidate_match * settings.noise_floor
        self._hue = ShadowHue(close / 2, settings.k)
        self._gain = GlobalGain(count, (width, height), close, _ABSORB * settings.time_constant)
        self._clouds = CloudLight(count, (width, height), settings.k)
        self._outlines = Outlines(shape, settings.own_edges, settings.noise_floor, self._area)
        *background, own, old, has_retired, _, young = self._for_kernel[:8]
        self._kept = Kept((*background, has_retired, young, self._gain.gain), (own, old))

    def _clouds_since(self, buffers: Buffers, previous: Image, gone_s: float, pace: float) -> Array:
        """Return the change of light to follow now, since the last measurement; if it is due."""
        self._since_clouds_s += gone_s * min(pace, 1.0)
        if self._since_clouds_s < min(_CLOUDS_S, self._settings.cloud_time) - _ROUNDING_S:
            return self._clouds.none
        rate = -math.expm1(-self._since_clouds_s / self._settings.cloud_time)
        self._since_clouds_s = 0.0
        if rate <= 0:
            return self._clouds.none
        return self._clouds.measure(
            buffers, self._gain.gain, self._mean, self._variance, previous, rate
        )

    def _most_credit(self) -> float:
        """Return the most credit that a look can have, in seconds: no object waits for longer."""
        chosen = self._settings.absorb
        return _ABSORB * self._settings.time_constant if chosen is None else chosen

    def _pass_time(self, step_s: float) -> tuple[float, float]:
        """Return the model's own time before a frame and after it."""
        self._turn_back()
        before_s, self._time_s = self._time_s, self._time_s + step_s
        return before_s, self._time_s

    def _turn_back(self) -> None:
        if self._time_s > _TURN_BACK_S:
            self._time_s -= _TURN_BACK_S
            planes = len(self._mean)
            # When a candidate was last followed, and since when the look after it is there.
            self._candidates[:, planes + 2 : planes + 4] -= _TURN_BACK_S

    def _constants(self, rate: float, step_s: float, pace: float) -> Array:
        """Return what the kernels need, in their order."""
        settings = self._settings
        floor, k_squared = settings.noise_floor**2, settings.k**2
        hurried_s = step_s * pace
        taught_s = step_s if pace > 0 else 0.0
        return np.array(
            [
                rate,
                taught_s,
                self._most_credit(),
                1 / k_squared,
                floor,
                settings.dark_floor,
                k_squared,
                k_squared * settings.candidate_match**2,
                settings.time_constant,
                hurried_s,
                settings.candidate_miss * hurried_s,
                # Comparing with the background beside is costly: on every other frame, doubled.
                2 * settings.ghost_credit * hurried_s * (self._frames % 2),
                settings.shadow,
                self._hue.tolerance(self._mean, self._time_s),
                settings.standing,
                *self._pass_time(taught_s),
            ],
            np.float32,
        )
