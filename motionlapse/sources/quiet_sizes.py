"""How large the packets of quiet pictures are in one stream: numbers in, a yes or no out.

No threshold is set by hand. Of each quiet group of pictures the largest packets and the mean are
kept, and of each quiet stretch of half a second the mean; their median and their lower half tell
how they are distributed while nothing moves. What comes is unlike them if it is beyond all of them,
and beyond what less than one quiet group in some minutes is expected to reach. The greatest of many
has a Gumbel distribution [1]_, means are normally distributed. Means may be too small, too: where
something moves encoders save bits on the pictures before it.

After a key frame sizes settle, so a stretch is compared with those of the same place in a group.
How far they lie around their median is known from all places together: of one place alone it would
take minutes until so much is known, and meanwhile quiet groups were taken for others.

References
----------
.. [1] E. J. Gumbel, Statistics of Extremes, Columbia University Press, 1958.
.. [2] M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 1964, 26.7.5.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

_LOW = 0.16  # the quantile one σ below the median of a normal distribution

_FEWEST = 3  # of a kind; fewer say nothing of how they are distributed
_REMEMBERED = 48  # groups, of 1 to 2 s each: sizes follow the light of a day
_IN_A_GROUP = 4  # stretches
_BETWEEN = 150  # groups; each that seems large and is not costs the decoding of one
_TOGETHER = 12  # packets, half a second of most cameras
_TRIED = 10 * _BETWEEN  # means: several in a group, each of which may be too small or too large
# Sizes of a drawn scene hardly differ at all.
_LEAST_SPREAD = 0.03

Numbers = npt.NDArray[np.float64]
Range: TypeAlias = tuple[float, float]
_ANY: Range = (-math.inf, math.inf)


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


def _student(freedom: float, count: int) -> float:
    """Return how many times a spread known from few values less than one of `count` reaches.

    The first terms of the expansion of Student's distribution about the normal one [2]_.
    They are too few where little is known: with a freedom of 1 it says 36 where 477 is true, of 3
    8.8 where 11.7 is. So one of 110 is beyond it then, and of 650, where it should be one of 1500:
    more quiet packets are decoded in vain, and no more of the others are held.
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
    mean
        Of the mean of all.
    """

    forward: float | None
    backward: float | None
    mean: float


class Stretch(NamedTuple):
    """The logarithm of the mean size of some packets after another.

    Attributes
    ----------
    place
        How many stretches of the group are before them.
    mean
        Of their mean.
    """

    place: int
    mean: float


class Ended(NamedTuple):
    """A group that has ended, or a stretch of one, and whether it was quiet is not known yet."""

    start_s: float
    end_s: float
    sizes: GroupSizes | Stretch


class GroupInHand:
    """Takes in the packets of a group, but its key frame's, as they come.

    It may never end, so of their sizes only the last few are kept.

    Attributes
    ----------
    packets
        How many there were.
    """

    def __init__(self) -> None:
        self.packets = 0
        self._largest: list[float | None] = [None, None]
        self._sum = 0
        self._last: deque[int] = deque(maxlen=_TOGETHER)

    def add(self, size: int, *, backward: bool) -> Stretch | None:
        """Take the size of the next packet; return the stretch that it completes."""
        value = math.log(max(1, size))
        before = self._largest[backward]
        self._largest[backward] = value if before is None else max(before, value)
        self.packets += 1
        self._sum += size
        self._last.append(size)
        complete, more = divmod(self.packets, _TOGETHER)
        return None if more else Stretch(complete - 1, _mean(sum(self._last), _TOGETHER))

    @property
    def sizes(self) -> GroupSizes | None:
        """What there was so far; None: nothing."""
        forward, backward = self._largest
        if not self.packets:
            return None
        return GroupSizes(forward, backward, _mean(self._sum, self.packets))


def _mean(total: int, packets: int) -> float:
    return math.log(max(1.0, total / packets))


class QuietSizes:
    """Knows how large the packets of quiet pictures are."""

    def __init__(self) -> None:
        self._groups: deque[GroupSizes] = deque(maxlen=_REMEMBERED)
        self._stretches: deque[Stretch] = deque(maxlen=_REMEMBERED * _IN_A_GROUP)
        self._enough = 0.0  # groups that were learned from, or as many stretches as are in these
        self._largest = (math.inf, math.inf)
        self._of_groups = _ANY
        self._means: list[Range] = []

    @property
    def known(self) -> bool:
        """True once there were enough to compare with."""
        return self._enough >= _FEWEST

    @property
    def telling(self) -> bool:
        """True once there were so many that what is like them tells that nothing moves."""
        return self._enough >= 2 * _FEWEST

    def learn(self, sizes: GroupSizes | Stretch) -> None:
        """Take in a group, or a stretch of one, in which nothing moved."""
        if isinstance(sizes, Stretch):
            self._stretches.append(sizes)
            places: list[list[float]] = [[] for _ in range(1 + max(self._stretches).place)]
            for place, mean in self._stretches:
                places[place].append(mean)
            self._means = _around(places)
        else:
            self._learn_group(sizes)
        # Counted here, not at each question: every packet asks.
        of_stretches = len(self._stretches) / max(1, len(self._means))
        self._enough = max(of_stretches, len(self._groups))

    def _learn_group(self, sizes: GroupSizes) -> None:
        self._groups.append(sizes)
        (self._of_groups,) = _around([[group.mean for group in self._groups]])
        self._largest = (
            _highest([g.forward for g in self._groups if g.forward is not None]),
            _highest([g.backward for g in self._groups if g.backward is not None]),
        )

    def is_large(self, size: int, *, backward: bool) -> bool:
        """Tell whether a packet is larger than those of quiet pictures."""
        return self.known and math.log(max(1, size)) > self._largest[backward]

    def is_unlike(self, sizes: GroupSizes | Stretch) -> bool:
        """Tell whether a mean is unlike those of quiet groups, or of stretches at its place."""
        low, high = _ANY
        if isinstance(sizes, GroupSizes):
            low, high = self._of_groups
        elif sizes.place < len(self._means):
            low, high = self._means[sizes.place]
        return self.known and not low <= sizes.mean <= high


def _highest(values: list[float]) -> float:
    if len(values) < _FEWEST:
        return math.inf
    median, spread = _quiet(values)
    return max(*values, _gumbel(median, max(spread, _LEAST_SPREAD), _BETWEEN))


def _around(places: list[list[float]]) -> list[Range]:
    """Return between what the values of each place lie, given that they are spread alike.

    The spread is that of the lower half: motion that nobody saw may be in the upper one. So half of
    the values tell of it, less what is lost to each median.
    """
    medians = [float(np.median(values)) if values else 0.0 for values in places]
    below = [
        min(0.0, value - median)
        for values, median in zip(places, medians, strict=True)
        for value in values
    ]
    freedom = (len(below) - sum(map(bool, places))) / 2
    if freedom < 1:
        return [_ANY] * len(places)
    spread = math.sqrt(sum(value**2 for value in below) / freedom)
    reach = max(spread, _LEAST_SPREAD) * _student(freedom, _TRIED)
    return [
        (min(*values, median - reach), max(*values, median + reach))
        if len(values) >= _FEWEST
        else _ANY
        for values, median in zip(places, medians, strict=True)
    ]
