"""Changes of light: one gain for the whole picture, and smooth changes in its parts."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from motionlapse.background.gaussian_kernel import CELL
from motionlapse.background.light_kernel import better_gains, measure_cells
from motionlapse.background.looks_kernel import CLOUD_STRIDE, sample_looks
from motionlapse.frames import Image, Planes

# Every 16th pixel both ways: that is about 500 at the usual size, enough for a median.
_STRIDE = 16
_FAINTEST = 0.002  # relative change below which the background's own learning is enough

_BINOMIAL = np.array([0.25, 0.5, 0.25], np.float32)

Array = npt.NDArray[np.float32]
Buffers = tuple[Image, Image, Image]
"""A frame's luma and two chroma planes, as kernels take them; for grey, luma three times."""


def buffers_of(planes: Planes) -> Buffers:
    """Return planes as kernels take them."""
    luma = planes.luma.buffer
    if planes.chroma is None:
        return luma, luma, luma
    return luma, planes.chroma[0].buffer, planes.chroma[1].buffer


class GlobalGain:
    """One gain for each plane, for steps of light: a lamp, auto-exposure, infrared switching on.

    It is the median of frame over background, which movers do not shift. A new gain is adopted only
    if clearly more of the samples fit under it than under the present one. If it is further from 1,
    most samples must fit, too: the little that is seen around an object that fills the picture says
    nothing about the light.

    Parameters
    ----------
    planes
        How many.
    size
        (width, height) of analysis.
    close
        Grey levels within which a sample fits.
    return_s
        Time constant with which a gain returns to 1, while the background follows the light.

    Attributes
    ----------
    gain
        float32 ``(P,)``, 1 where the light is that of the background.
    """

    def __init__(self, planes: int, size: tuple[int, int], close: float, return_s: float) -> None:
        self._close, self._return_s = close, return_s
        self.gain: Array = np.ones(planes, np.float32)
        self._look = _samples(planes, size, _STRIDE)

    def update(self, planes: Buffers, mean: Array, previous: Image, elapsed_s: float) -> None:
        """Take the next frame.

        Parameters
        ----------
        planes
            The frame's luma and chroma, uint8; rows may be padded.
        mean
            The background, float32 ``(P, H, W)``.
        previous
            The last frame's foreground, which is left out of the median.
        elapsed_s
            Media time since the frame before.
        """
        sample_looks(*planes, self._look, _STRIDE)
        back = math.exp(-elapsed_s / self._return_s)
        better_gains(
            self._look,
            mean,
            previous,
            _STRIDE,
            self.gain,
            back,
            self._close,
        )


def _samples(planes: int, size: tuple[int, int], stride: int) -> Array:
    return np.empty((planes, -(-size[1] // stride), -(-size[0] // stride)), np.float32)


class CloudLight:
    """Measures smooth changes of light in parts of the picture.

    In each cell of 32×32 pixels of which most are background, their mean relative difference counts
    as light as far as it is coherent: as far as it has one sign all over the cell, which movers and
    noise do not have. Background, here, is what was not foreground in the last frame and also fits
    now, for the last frame does not show what has come since. (Judged by the last frame alone, two
    thirds of a newcomer were taken for light at 10 frames a second, and a third at 30.)

    Parameters
    ----------
    planes
        How many.
    size
        (width, height) of analysis.
    k
        The σ within which a sample fits.
    """

    def __init__(self, planes: int, size: tuple[int, int], k: float) -> None:
        width, height = size
        self._width, self._k = width, k
        self._cells: Array = np.zeros((-(-height // CELL), -(-width // CELL)), np.float32)
        self._look = _samples(planes, size, CLOUD_STRIDE)
        self.none: Array = np.empty((0, width), np.float32)

    def measure(
        self,
        planes: Buffers,
        gain: Array,
        mean: Array,
        variance: Array,
        previous: Image,
        rate: float,
    ) -> Array:
        """Return by which factor the background is to be brightened, less 1, in rows of cells.

        Parameters
        ----------
        planes, mean, previous
            As in `GlobalGain.update`.
        gain
            The global gain, which has been taken out already.
        variance
            The background's, float32 ``(H, W)``.
        rate
            The share of the change that is to be followed.

        Returns
        -------
        ndarray
            float32 ``(cells, W)``; `none` where nothing has changed.
        """
        cells = self._cells
        sample_looks(*planes, self._look, CLOUD_STRIDE)
        measure_cells(self._look, gain, mean, variance, self._k, previous, CLOUD_STRIDE, cells)
        if np.abs(cells).max() < _FAINTEST:
            return self.none
        # Binomial weights: a plain mean of three reverses the sign of what alternates from cell to
        # cell, and following that made the background diverge in vertical bands.
        smooth = cv2.sepFilter2D(cells, -1, _BINOMIAL, _BINOMIAL, borderType=cv2.BORDER_REPLICATE)
        wide = (cells.shape[1] * CELL, cells.shape[0])
        light = cv2.resize(smooth * rate, wide, interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(light[:, : self._width], np.float32)
