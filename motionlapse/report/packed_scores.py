"""A run's scores for the page: two numbers for every stretch of time, in base 64."""

from __future__ import annotations

import base64
from collections.abc import Iterable

import numpy as np

from motionlapse.sinks.score_bins import BIN_S, ScoreBin

_GAP = 65535
_MOST_STRETCHES = 20_000
_TOP = float(np.log1p(1e5))  # a score of 10,000, of which 10 times is taken


def packed_scores(bins: Iterable[ScoreBin], *, most: int = _MOST_STRETCHES) -> dict[str, object]:
    """Return ``t0`` and ``step`` in seconds, and ``low`` and ``high`` as base 64.

    A score is stored as ``65534 · log(1 + 10 · score) / log(1 + 10^5)`` in 16 bits, little-endian,
    65535 where nothing is known: exact to 0.02 %.

    Parameters
    ----------
    bins
        In order of time.
    most
        If a run has more bins than this, several are merged into one stretch.
    """
    found = list(bins)
    if not found:
        return {"t0": 0.0, "step": BIN_S, "low": "", "high": ""}
    first = round(found[0].time_s / BIN_S)
    places = np.array([round(item.time_s / BIN_S) - first for item in found])
    each = -(-(int(places[-1]) + 1) // most)
    count = int(places[-1]) // each + 1
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, places // each, [item.lowest for item in found])
    np.maximum.at(high, places // each, [item.highest for item in found])
    return {
        "t0": first * BIN_S,
        "step": each * BIN_S,
        "low": _packed(low),
        "high": _packed(high),
    }


def _packed(scores: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    known = np.isfinite(scores)
    codes = np.full(len(scores), _GAP, "<u2")
    shares = np.log1p(10 * np.clip(scores[known], 0, 1e4)) / _TOP
    codes[known] = np.rint(shares * (_GAP - 1)).astype("<u2")
    return base64.b64encode(codes.tobytes()).decode("ascii")
