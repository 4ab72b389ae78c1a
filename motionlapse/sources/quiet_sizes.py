"""How large the packets of quiet pictures are in one stream: numbers in, a yes or no out.

No threshold is set by hand. Of each quiet group of pictures the largest packets and some means are
kept; their median and their lower half tell how they are distributed while nothing moves. What
comes is unlike them if it is beyond all of them, and beyond what less than one quiet group in some
minutes is expected to reach. The greatest of many has a Gumbel distribution [1]_, means are
normally distributed. Means may be too small, too: where something moves encoders save bits on the
pictures before it.

References
----------
.. [1] E. J. Gumbel, Statistics of Extremes, Columbia University Press, 1958.
.. [2] M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 1964, 26.7.5.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from itertools import zip_longest
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_LOW = 0.16  # the quantile one σ below the median of a normal distribution

_FEWEST = 3  # groups; fewer say nothing of how they are distributed
_REMEMBERED = 48  # of 1 to 2 s each: sizes follow the light of a day
_BETWEEN = 150  # groups; each that seems large and is not costs the decoding of one
_TOGETHER = 12  # packets, half a second of most cameras
_TRIED = 10 * _BETWEEN  # means: several in a group, each of which may be too small or too large
# Sizes of a drawn scene hardly differ at all.
_LEAST_SPREAD = 0.03

Numbers = npt.NDArray[np.float64]


def gumbel_limit(values: Numbers) -> float:
    """Return the value that less than one of so many quiet ones exceeds, if they are extremes."""
    return _gumbel(*_quiet(values), len(values))


def normal_limit(values: Numbers) -> float:
    """Return the value that less than one of so many quiet ones exceeds, if they are normal."""
    return _normal(*_quiet(values), len(values))


def _quiet(values: Numbers | Sequence[float]) -> tuple[float, float]:
    """Return the median, and how far below it the lower half reaches."""
    median, low = np.quantile(values, [0.5, _LOW])
    return float(median), float(median - low)


def _gumbel(median: float, spread: float, count: int) -> float:
    scale = spread / (math.log(-math.log(_LOW)) - math.log(math.log(2)))
    mode = median + scale * math.log(math.log(2))
    return mode - scale * math.log(-math.log1p(-1 / max(2, count)))


def _normal(median: float, spread: float, count: int) -> float:
    return median + spread * NormalDist().inv_cdf(1 - 1 / max(2, count))


def _student(freedom: int, count: int) -> float:
    """Return how many times a spread known from few values less than one of `count` reaches.

    The first terms of the expansion of Student's distribution about the normal one [2]_.
    """
    z = NormalDist().inv_cdf(1 - 1 / max(2, count))
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


class GroupSizes(NamedTuple):
    """Logarithms of the sizes of a group's packets but its key frame's.

    Attributes
    ----------
    forward, backward
        Of the largest packet that is shown after all before it, and of the largest that is shown
        before one of those: encoders make these smaller. None where there was none.
    means
        Of the mean of all first, then of so many packets after another each.
    """

    forward: float | None
    backward: float | None
    means: tuple[float, ...]


class GroupInHand:
    """Takes in the packets of a group as they come."""

    def __init__(self) -> None:
        self._largest: list[float | None] = [None, None]
        self._sizes: list[int] = []
        self._means: list[float] = []

    def add(self, size: int, *, backward: bool) -> float | None:
        """Take the size of the next packet; return the mean that it completes, as a logarithm."""
        value = math.log(max(1, size))
        before = self._largest[backward]
        self._largest[backward] = value if before is None else max(before, value)
        self._sizes.append(size)
        if len(self._sizes) % _TOGETHER:
            return None
        self._means.append(_mean(self._sizes[-_TOGETHER:]))
        return self._means[-1]

    @property
    def complete(self) -> int:
        """How many means are complete."""
        return len(self._means)

    @property
    def sizes(self) -> GroupSizes:
        """What there was so far."""
        means = (_mean(self._sizes), *self._means) if self._sizes else ()
        return GroupSizes(self._largest[0], self._largest[1], means)


def _mean(sizes: Sequence[int]) -> float:
    return math.log(max(1.0, sum(sizes) / len(sizes)))


class QuietSizes:
    """Knows how large the packets of quiet groups are."""

    def __init__(self) -> None:
        self._groups: deque[GroupSizes] = deque(maxlen=_REMEMBERED)
        self._largest = (math.inf, math.inf)
        self._means: list[tuple[float, float]] = []

    @property
    def known(self) -> bool:
        """True once there were enough to compare with."""
        return len(self._groups) >= _FEWEST

    def learn(self, group: GroupSizes) -> None:
        """Take in a group in which nothing moved."""
        if not group.means:
            return
        self._groups.append(group)
        self._largest = (
            _highest([g.forward for g in self._groups if g.forward is not None]),
            _highest([g.backward for g in self._groups if g.backward is not None]),
        )
        columns = zip_longest(*(g.means for g in self._groups))
        self._means = [_around([m for m in column if m is not None]) for column in columns]

    def is_large(self, size: int, *, backward: bool) -> bool:
        """Tell whether a packet is larger than those of quiet pictures."""
        return self.known and math.log(max(1, size)) > self._largest[backward]

    def is_unlike(self, mean: float, place: int = 0) -> bool:
        """Tell whether a mean is unlike those of quiet groups; its place is that in their means."""
        if not self.known or place >= len(self._means):
            return False
        low, high = self._means[place]
        return not low <= mean <= high


def _highest(values: list[float]) -> float:
    if len(values) < _FEWEST:
        return math.inf
    median, spread = _quiet(values)
    return max(*values, _gumbel(median, max(spread, _LEAST_SPREAD), _BETWEEN))


def _around(values: list[float]) -> tuple[float, float]:
    if len(values) < _FEWEST:
        return -math.inf, math.inf
    median, spread = _quiet(values)
    reach = max(spread, _LEAST_SPREAD) * _student(len(values) - 1, _TRIED)
    return min(*values, median - reach), max(*values, median + reach)
