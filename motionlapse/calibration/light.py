"""The brightness of the whole picture over time: flicker, drift and exposure steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SMOOTHED_S = 1.0
_LEAST_STEP, _STEP_SPREADS = 2.0, 8.0


@dataclass(frozen=True, slots=True)
class Light:
    """Statistics of the picture's mean luma.

    Attributes
    ----------
    mean
        In grey levels.
    flicker
        σ of single frames around the median of their second, in grey levels.
    drift
        Slope of a straight line through all frames, in grey levels a minute.
    steps
        How often it jumped from one frame to the next, because of exposure or lamps.
    largest_step
        In grey levels; 0 if there was none.
    """

    mean: float
    flicker: float
    drift: float
    steps: int
    largest_step: float


def describe(times_s: Sequence[float], means: Sequence[float]) -> Light:
    """Return flicker, drift and steps of a series of mean lumas.

    Parameters
    ----------
    times_s
        Media time of each frame, rising; at least one.
    means
        Mean luma of each.
    """
    times, levels = np.asarray(times_s, np.float64), np.asarray(means, np.float64)
    if len(levels) < 3 or times[-1] <= times[0]:
        return Light(float(levels.mean()), 0.0, 0.0, 0, 0.0)
    jumps = np.diff(levels)
    usual = float(np.median(np.abs(jumps))) * 1.4826
    limit = max(_LEAST_STEP, _STEP_SPREADS * usual)
    large = np.abs(jumps)[np.abs(jumps) > limit]
    slope = float(np.polyfit(times - times[0], levels, 1)[0])
    return Light(
        mean=float(levels.mean()),
        flicker=_flicker(times, levels),
        drift=slope * 60,
        steps=len(large),
        largest_step=float(large.max()) if len(large) else 0.0,
    )


def _flicker(
    times: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    levels: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> float:
    seconds = np.floor((times - times[0]) / _SMOOTHED_S).astype(int)
    rests = [
        levels[seconds == second] - np.median(levels[seconds == second])
        for second in np.unique(seconds)
    ]
    return 1.4826 * float(np.median(np.abs(np.concatenate(rests))))
