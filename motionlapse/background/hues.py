"""How far the colour of a shadow may be off, given the colours of the place."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_FEWEST = 16  # pixels are looked at, each way
# What is rounded to whole levels has colours even where it is grey.
_ROUNDING = 0.5
_TINY = 1e-6  # of what is black the colour is black

Floats = npt.NDArray[np.float32]


class Hues(NamedTuple):
    """What was measured last, and when: in which second of the model's own time."""

    tolerance: float = 0.0
    second: int | None = None


class ShadowHue:
    """Says how far the colour of a shadow may be from that of its background.

    By no more than half of what a repeated look may be, and by no more than a `k`-th of how far
    the colours of the background are from each other: where all is about as grey, a dark coat is a
    darker grey, too, and tells no shadow. So it is in infrared light, in mist, and of some cameras.

    Parameters
    ----------
    most
        Half of what a repeated look may differ by, in grey levels.
    k
        Of `motionlapse.background.gaussian_settings.GaussianSettings`.

    Attributes
    ----------
    state
        Changes with time; may be put back.
    """

    def __init__(self, most: float, k: float) -> None:
        self._most, self._k = most, k
        self.state = Hues()

    def tolerance(self, mean: Floats, time_s: float) -> float:
        """Return it in grey levels, of the plane that is off most; below zero: there is no shadow.

        Parameters
        ----------
        mean
            Of the background, ``(P, H, W)``, before the frame; of luma alone nothing is a shadow.
        time_s
            The model's own time; it is measured once a second.
        """
        if self.state.second != int(time_s):
            found = min(self._most, spread_of_hues(mean) / self._k)
            self.state = Hues(found if found >= _ROUNDING else -1.0, int(time_s))
        return self.state.tolerance


def spread_of_hues(mean: Floats) -> float:
    """Return how far colours lie from the usual one, brightened or darkened, in grey levels.

    The root of the mean square, over pixels, of the largest difference of any plane.

    Parameters
    ----------
    mean
        As `ShadowHue.tolerance` has it.
    """
    every = max(1, min(mean.shape[1:]) // _FEWEST)
    looks = mean[:, ::every, ::every].reshape(len(mean), -1)
    usual = looks.mean(axis=1)
    ratio = usual @ looks / max(usual @ usual, _TINY)
    apart = np.abs(looks - np.outer(usual, ratio)).max(axis=0)
    return math.sqrt(float(np.mean(apart * apart)))
