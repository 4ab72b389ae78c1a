"""How far the colour of a shadow may differ from its background, given the colours of the scene."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_FEWEST = 16  # pixels that are looked at, across and down
# Rounding to whole levels gives a grey scene colours of about half a level.
_ROUNDING = 0.5
_TINY = 1e-6  # keeps the division defined for a black scene

Floats = npt.NDArray[np.float32]


class Hues(NamedTuple):
    """The last measurement, and the second of the model's own time in which it was made."""

    tolerance: float = 0.0
    second: int | None = None


class ShadowHue:
    """Says how far the colour of a shadow may be from that of its background.

    That is at most half of what a repeated look may differ by, and at most a `k`-th of how far the
    colours of the background lie apart: where everything is about equally grey, as in infrared
    light, in mist and with some cameras, a dark coat is just a darker grey, too, and cannot be told
    from a shadow.

    Parameters
    ----------
    most
        Half of what a repeated look may differ by, in grey levels.
    k
        Of `motionlapse.background.gaussian_settings.GaussianSettings`.

    Attributes
    ----------
    state
        The last measurement; may be saved and restored.
    """

    def __init__(self, most: float, k: float) -> None:
        self._most, self._k = most, k
        self.state = Hues()

    def tolerance(self, mean: Floats, time_s: float) -> float:
        """Return it in grey levels, for the plane that differs most; below 0 nothing is a shadow.

        Parameters
        ----------
        mean
            Of the background, ``(P, H, W)``, before the frame; of luma alone nothing is a shadow.
        time_s
            The model's own time. A measurement is made once a second.
        """
        if self.state.second != int(time_s):
            found = min(self._most, spread_of_hues(mean) / self._k)
            self.state = Hues(found if found >= _ROUNDING else -1.0, int(time_s))
        return self.state.tolerance


def spread_of_hues(mean: Floats) -> float:
    """Return how far colours lie from the mean colour, apart from brightness, in grey levels.

    It is the root mean square, over pixels, of the largest difference in any plane.

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
