"""The noise of pixels as a function of their brightness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionlapse.frames import Image

_STEP = 32  # grey levels per step of brightness
_LEAST_SAMPLES = 2000
_WITHIN = 0.6827  # share within one σ
_MOST_PIXELS = 40_000  # pixels of a frame that are used; more would not be more exact


@dataclass(frozen=True, slots=True)
class NoiseLevel:
    """The noise of pixels in one range of brightness.

    Attributes
    ----------
    low, high
        The range of brightness in grey levels, both ends included.
    sigma
        Standard deviation, in grey levels.
    """

    low: int
    high: int
    sigma: float


class NoiseMeter:
    """Measures σ from the differences of consecutive frames.

    Two thirds of the absolute differences stay below √2 σ. Moving objects and swaying edges hardly
    matter, as they are a minority. Pictures that a codec repeats exactly are left out.
    """

    def __init__(self) -> None:
        self._counts = np.zeros((256 // _STEP, 256), np.int64)
        self._before: Image | None = None

    def add(self, luma: Image) -> None:
        """Take the next frame's luma, uint8 ``(H, W)``; copied."""
        step = max(1, int(np.sqrt(luma.size / _MOST_PIXELS)))
        thin = luma[::step, ::step].copy()
        before, self._before = self._before, thin
        if before is None or before.shape != thin.shape or np.array_equal(before, thin):
            return
        middle = (before.astype(np.uint16) + thin) >> 1
        difference = np.maximum(before, thin) - np.minimum(before, thin)
        flat = (middle // _STEP).astype(np.int64) * 256 + difference
        self._counts += np.bincount(flat.ravel(), minlength=self._counts.size).reshape(
            self._counts.shape
        )

    def levels(self) -> list[NoiseLevel]:
        """Return σ for each range of brightness with enough pixels."""
        return [
            NoiseLevel(number * _STEP, number * _STEP + _STEP - 1, _sigma(counts))
            for number, counts in enumerate(self._counts)
            if counts.sum() >= _LEAST_SAMPLES
        ]


def _sigma(counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> float:
    """Return σ of one picture from a histogram of absolute differences between two.

    A difference of ``n`` levels stands for ``n ± ½``, within which the share is interpolated.
    """
    shares = np.cumsum(counts) / counts.sum()
    edges = np.arange(len(counts)) + 0.5
    return float(np.interp(_WITHIN, np.r_[0.0, shares], np.r_[0.0, edges])) / float(np.sqrt(2))
