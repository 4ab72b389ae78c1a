"""Changes of light: one gain for the whole picture, and smooth ones for its parts."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt
from numba import float32, uint8, void

from motionlapse.background.compiled import F1, F2, F3, compiled
from motionlapse.background.gaussian_kernel import CELL
from motionlapse.background.looks_kernel import sample_looks
from motionlapse.frames import Image

# Every 16th pixel both ways: about 500 at the usual size are enough for a median. Clouds are
# measured cell by cell, and need more.
_STRIDE = 16
_CLOUD_STRIDE = 4
_FEWEST = 20  # samples that a median needs
_STRIDED = float32[:, :]
_STRIDED_PLANES = float32[:, :, :]
_STRIDED_MASK = uint8[:, :]
_DARK, _BURNT = 8.0, 250.0  # levels at which a ratio says nothing
_LOWEST, _HIGHEST = 0.3, 3.0
_BETTER = 0.05  # share of samples by which a new gain must fit more than the one in force
_FAINTEST = 0.002  # relative change below which the background's own learning is enough

_FAINT = np.float32(3.0)  # levels, of all planes together, below which a ratio is mostly noise
_DIMMED, _BRIGHTENED = np.float32(-0.2), np.float32(0.25)
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)

_BINOMIAL = np.array([0.25, 0.5, 0.25], np.float32)

Array = npt.NDArray[np.float32]
Buffers = tuple[Image, Image, Image]
"""A frame's luma and chroma as kernels take them; luma three times for grey."""


class GlobalGain:
    """One gain a plane for steps of light: a lamp, auto-exposure, infrared switching on.

    The median of frame over background, which movers do not shift; it is taken over only where
    clearly more of the samples fit under it than under the gain in force.

    Parameters
    ----------
    planes
        How many.
    size
        (width, height) of analysis.
    close
        Levels within which a sample fits.
    return_s
        How long a gain takes to return to 1, while the background follows the light.

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
            The frame's luma and chroma, uint8, rows may be padded.
        mean
            The background, float32 ``(P, H, W)``.
        previous
            The last frame's foreground, which is left out.
        elapsed_s
            Since the frame before.
        """
        sample_looks(*planes, self._look, _STRIDE)
        back = math.exp(-elapsed_s / self._return_s)
        better_gains(
            self._look,
            mean[:, ::_STRIDE, ::_STRIDE],
            previous[::_STRIDE, ::_STRIDE],
            self.gain,
            np.float32(back),
            np.float32(self._close),
        )


def _samples(planes: int, size: tuple[int, int], stride: int) -> Array:
    return np.empty((planes, -(-size[1] // stride), -(-size[0] // stride)), np.float32)


@compiled(void(F3, _STRIDED_PLANES, _STRIDED_MASK, F1, float32, float32))
def better_gains(look, mean, foreground, gain, back, close):  # type: ignore[no-untyped-def]
    """Set each gain to the median ratio of frame and background where that fits better.

    Parameters
    ----------
    look, mean
        Samples of the frame and of the background.
    foreground
        Samples of the last mask; what is not 0 is left out.
    gain
        Those in force; where the median does not fit better they go the share ``1 - back`` of
        their way back to 1.
    close
        Levels within which a sample fits.
    """
    planes, height, width = look.shape
    frame = np.empty(height * width, np.float32)
    usual = np.empty(height * width, np.float32)
    for p in range(planes):
        count = 0
        for y in range(height):
            for x in range(width):
                level = look[p, y, x]
                if foreground[y, x] == 0 and _DARK < level < _BURNT and mean[p, y, x] > _DARK:
                    frame[count] = level
                    usual[count] = mean[p, y, x]
                    count += 1
        returned = np.float32(1.0) + (gain[p] - np.float32(1.0)) * back
        gain[p] = returned
        if count < _FEWEST:
            continue
        fits_now = 0
        for i in range(count):
            fits_now += abs(frame[i] / returned - usual[i]) < close
        enough = fits_now + _BETTER * count
        if enough >= count:  # nothing can be so much better; medians take most of the time
            continue
        median = np.float32(np.median(frame[:count] / usual[:count]))
        wanted = min(max(median, np.float32(_LOWEST)), np.float32(_HIGHEST))
        fits_then = 0
        for i in range(count):
            fits_then += abs(frame[i] / wanted - usual[i]) < close
        if fits_then > enough:
            gain[p] = wanted


class CloudLight:
    """Measures smooth changes of light in parts of the picture.

    In cells of 32×32 pixels, the mean relative difference of what is not foreground counts as
    light as far as it is coherent: of one sign all over the cell. Movers and noise are not.

    Parameters
    ----------
    planes
        How many.
    size
        (width, height) of analysis.
    """

    def __init__(self, planes: int, size: tuple[int, int]) -> None:
        width, height = size
        self._width = width
        self._cells: Array = np.zeros((-(-height // CELL), -(-width // CELL)), np.float32)
        self._look = _samples(planes, size, _CLOUD_STRIDE)
        self.none: Array = np.empty((0, width), np.float32)

    def measure(
        self, planes: Buffers, gain: Array, mean: Array, previous: Image, rate: float
    ) -> Array:
        """Return what the background is to be brightened by, less 1: rows of cells.

        Parameters
        ----------
        planes, mean, previous
            As in `GlobalGain.update`.
        gain
            The global gain, which is not to be followed again.
        rate
            The share of the change that is followed.

        Returns
        -------
        ndarray
            float32 ``(cells, W)``; `none` where nothing has changed.
        """
        cells = self._cells
        sample_looks(*planes, self._look, _CLOUD_STRIDE)
        seen = previous[::_CLOUD_STRIDE, ::_CLOUD_STRIDE]
        measure_cells(self._look, gain, mean[:, ::_CLOUD_STRIDE, ::_CLOUD_STRIDE], seen, cells)
        if np.abs(cells).max() < _FAINTEST:
            return self.none
        # Binomial weights: a plain mean of three turns the sign of what alternates from cell to
        # cell, and following it with the wrong sign blew the background up in vertical bands.
        smooth = cv2.sepFilter2D(cells, -1, _BINOMIAL, _BINOMIAL, borderType=cv2.BORDER_REPLICATE)
        wide = (cells.shape[1] * CELL, cells.shape[0])
        light = cv2.resize(smooth * rate, wide, interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(light[:, : self._width], np.float32)


@compiled()
def _add_levels(level, factor, levels):  # type: ignore[no-untyped-def]
    for x in range(levels.shape[0]):
        levels[x] += level[x] * factor


@compiled()
def _add_changes(now, usual, previous, change, size, seen):  # type: ignore[no-untyped-def]
    """Add the relative changes of a row of samples to what their columns have."""
    for x in range(change.shape[0]):
        ratio = (now[x] - usual[x]) / max(usual[x], _FAINT)
        ratio = min(max(ratio, _DIMMED), _BRIGHTENED)
        counts = _ONE if previous[x] == 0 else _ZERO
        change[x] += counts * ratio
        size[x] += counts * abs(ratio)
        seen[x] += counts


@compiled(void(F3, F1, _STRIDED_PLANES, _STRIDED_MASK, F2))
def measure_cells(look, gain, mean, previous, cells):  # type: ignore[no-untyped-def]
    """Fill `cells` with the coherent relative change of light of each; all are samples."""
    height, width = look.shape[1:]
    side = CELL // _CLOUD_STRIDE
    inverse = _ONE / gain
    now, usual = np.empty(width, np.float32), np.empty(width, np.float32)
    columns = np.empty((3, width), np.float32)
    for row in range(cells.shape[0]):
        columns[:] = _ZERO  # added up by columns first: that vectorises
        bottom = min(height, (row + 1) * side)
        for y in range(row * side, bottom):
            now[:] = usual[:] = _ZERO
            for p in range(look.shape[0]):
                _add_levels(look[p, y], inverse[p], now)
                _add_levels(mean[p, y], _ONE, usual)
            _add_changes(now, usual, previous[y], columns[0], columns[1], columns[2])
        for cell in range(cells.shape[1]):
            left, right = cell * side, min(width, (cell + 1) * side)
            change = size = count = _ZERO
            for x in range(left, right):
                change += columns[0, x]
                size += columns[1, x]
                count += columns[2, x]
            cells[row, cell] = _ZERO
            samples = (bottom - row * side) * (right - left)
            if count * 4 >= samples * 3 and size > 0:
                coherence = change / size
                cells[row, cell] = change / count * coherence * coherence
