"""Steady exposure: the gain of each picture in a sequence that removes flicker."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image as Pictures

# σ in pictures: day and night last longer, and the flicker of auto-exposure is shorter.
_SIGMA_PICTURES = 12.0
_MOST = 2.0
_SMALL = (64, 64)


def steady_gains(paths: Sequence[Path]) -> list[float]:
    r"""Return the gain for each picture that makes the mean brightness change smoothly.

    With :math:`m_i` the mean luma of picture *i* and *G* a Gaussian over the neighbours, the gain
    is :math:`\exp((G * \log m)_i - \log m_i)`, limited to the range from a half to two. The
    logarithm makes it a matter of ratios.

    Parameters
    ----------
    paths
        The pictures, which are read at a small size. One that cannot be read gets its neighbours'
        brightness.
    """
    means = np.array([_mean_luma(path) for path in paths])
    known = np.isfinite(means)
    if not known.any():
        return [1.0] * len(paths)
    places = np.arange(len(means))
    logs = np.interp(places, places[known], np.log(np.maximum(means[known], 1.0)))
    gains = np.exp(np.clip(_smoothed(logs) - logs, -math.log(_MOST), math.log(_MOST)))
    return [float(gain) for gain in gains]


def _mean_luma(path: Path) -> float:
    try:
        with Pictures.open(path) as picture:
            picture.draft("L", _SMALL)  # JPEG is decoded at an eighth of its size
            return float(np.asarray(picture.convert("L"), np.float32).mean())
    except (OSError, SyntaxError, ValueError, Pictures.DecompressionBombError):
        return math.nan


def _smoothed(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    reach = round(3 * _SIGMA_PICTURES)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _SIGMA_PICTURES) ** 2)
    # The sequence is extrapolated at both ends, so that dusk there is not taken for flicker.
    if len(values) > 1:
        padded = np.pad(values, reach, mode="reflect", reflect_type="odd")
    else:
        padded = np.pad(values, reach, mode="edge")
    smooth: npt.NDArray[np.float64] = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    return smooth
