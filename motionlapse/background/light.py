"""Changes of light: one gain for the whole picture, and smooth ones for its parts."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt
from numba import float32, uint8, void

from motionlapse.background.compiled import F2, F3, MASK, compiled
from motionlapse.frames import Image

# Every 16th pixel both ways: about 500 at the usual size are enough for a median.
_STRIDE = 16
_SAMPLE = slice(None, None, _STRIDE)
_FEWEST = 20  # samples that a median needs
_STRIDED = float32[:, :]
_STRIDED_MASK = uint8[:, :]
_DARK, _BURNT = 8.0, 250.0  # levels at which a ratio says nothing
_LOWEST, _HIGHEST = 0.3, 3.0
_CLOSE = 12.0  # levels within which a sample fits
_BETTER = 0.05  # share of samples by which a new gain must fit more than the one in force
_RETURN_S = 20.0  # how long a gain takes to return to 1, while the background follows the light
_CELL = 32
_FAINTEST = 0.002  # relative change below which the background's own learning is enough

_BINOMIAL = np.array([0.25, 0.5, 0.25], np.float32)

Array = npt.NDArray[np.float32]


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

    Attributes
    ----------
    gain
        float32 ``(P,)``, 1 where the light is that of the background.
    """

    def __init__(self, planes: int, size: tuple[int, int]) -> None:
        self.gain: Array = np.ones(planes, np.float32)
        self._nothing: Image = np.zeros((-(-size[1] // _STRIDE), -(-size[0] // _STRIDE)), np.uint8)

    def update(self, look: Array, mean: Array, previous: Image | None, elapsed_s: float) -> None:
        """Take the next frame.

        Parameters
        ----------
        look
            The frame under the gain in force, float32 ``(P, H, W)``.
        mean
            The background, likewise.
        previous
            The last frame's foreground, which is left out; or None.
        elapsed_s
            Since the frame before.
        """
        back = math.exp(-elapsed_s / _RETURN_S)
        still = self._nothing if previous is None else previous[_SAMPLE, _SAMPLE]
        for plane, in_force in enumerate(self.gain):
            frame, usual = look[plane, _SAMPLE, _SAMPLE], mean[plane, _SAMPLE, _SAMPLE]
            returned = 1 + (float(in_force) - 1) * back
            self.gain[plane] = better_gain(frame, usual, still, in_force, np.float32(returned))


@compiled(float32(_STRIDED, _STRIDED, _STRIDED_MASK, float32, float32))
def better_gain(look, mean, foreground, in_force, returned):  # type: ignore[no-untyped-def]
    """Return the median ratio of frame and background if it fits better, else `returned`.

    Parameters
    ----------
    look, mean
        Samples of the frame under the gain `in_force`, and of the background.
    foreground
        Samples of the last mask; what is not 0 is left out.
    in_force, returned
        The gain of the last frame, and that on its way back to 1.
    """
    height, width = look.shape
    frame = np.empty(height * width, np.float32)
    usual = np.empty(height * width, np.float32)
    count = 0
    for y in range(height):
        for x in range(width):
            level = look[y, x] * in_force
            if foreground[y, x] == 0 and _DARK < level < _BURNT and mean[y, x] > _DARK:
                frame[count] = level
                usual[count] = mean[y, x]
                count += 1
    if count < _FEWEST:
        return returned
    frame, usual = frame[:count], usual[:count]
    median = np.float32(np.median(frame / usual))
    wanted = min(max(median, np.float32(_LOWEST)), np.float32(_HIGHEST))
    fits_now = 0
    fits_then = 0
    for i in range(count):
        fits_now += abs(frame[i] / returned - usual[i]) < _CLOSE
        fits_then += abs(frame[i] / wanted - usual[i]) < _CLOSE
    return wanted if fits_then > fits_now + _BETTER * count else returned


class CloudLight:
    """Lets the background follow smooth changes of light in parts of the picture.

    In cells of 32×32 pixels, the mean relative difference of what is not foreground counts as
    light as far as it is coherent: of one sign all over the cell. Movers and noise are not.

    Parameters
    ----------
    size
        (width, height) of analysis.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        width, height = size
        self._cells: Array = np.zeros((-(-height // _CELL), -(-width // _CELL)), np.float32)

    def follow(self, look: Array, mean: Array, previous: Image, rate: float) -> None:
        """Move `mean` by `rate` of the light that has changed; all as in `GlobalGain.update`."""
        cells = self._cells
        measure_cells(look, mean, previous, cells)
        if np.abs(cells).max() < _FAINTEST:
            return
        # Binomial weights: a plain mean of three turns the sign of what alternates from cell to
        # cell, and following it with the wrong sign blew the background up in vertical bands.
        smooth = cv2.sepFilter2D(cells, -1, _BINOMIAL, _BINOMIAL, borderType=cv2.BORDER_REPLICATE)
        large = (cells.shape[1] * _CELL, cells.shape[0] * _CELL)
        factor = cv2.resize(smooth, large, interpolation=cv2.INTER_LINEAR)
        brighten(mean, np.ascontiguousarray(factor, np.float32), np.float32(rate))


@compiled(void(F3, F3, MASK, F2))
def measure_cells(look, mean, previous, cells):  # type: ignore[no-untyped-def]
    """Fill `cells` with the coherent relative change of light of each."""
    planes, height, width = look.shape
    for row in range(cells.shape[0]):
        for column in range(cells.shape[1]):
            change = np.float32(0.0)
            size = np.float32(0.0)
            count = 0
            samples = 0
            for y in range(row * _CELL, min(height, (row + 1) * _CELL), 4):
                for x in range(column * _CELL, min(width, (column + 1) * _CELL), 4):
                    samples += 1
                    if previous[y, x] != 0:
                        continue
                    now = np.float32(0.0)
                    usual = np.float32(0.0)
                    for p in range(planes):
                        now += look[p, y, x]
                        usual += mean[p, y, x]
                    ratio = (now - usual) / max(usual, np.float32(3.0))
                    ratio = min(max(ratio, np.float32(-0.2)), np.float32(0.25))
                    change += ratio
                    size += abs(ratio)
                    count += 1
            cells[row, column] = 0.0
            if count * 4 >= samples * 3 and size > 0:
                coherence = change / size
                cells[row, column] = change / np.float32(count) * coherence * coherence


@compiled(void(F3, F2, float32))
def brighten(mean, factor, rate):  # type: ignore[no-untyped-def]
    """Multiply the background by ``1 + rate * factor``, pixel by pixel."""
    planes, height, width = mean.shape
    for p in range(planes):
        for y in range(height):
            row, by = mean[p, y], factor[y]
            for x in range(width):
                row[x] += row[x] * rate * by[x]
