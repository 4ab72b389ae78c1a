"""How large the packets of quiet pictures are in one stream: numbers in, a yes or no out.

No threshold is set by hand; the sizes that were seen while nothing moved give them all. Of each
quiet group of pictures (GOP) the largest packets and the mean packet size are kept, and the mean of
each quiet *stretch*, half a second of packets. Medians and lower halves show how these are
distributed. A packet or a mean is unlike the quiet ones if it lies outside of all of them, and so
far outside that fewer than one quiet group in some minutes is expected to get there. The largest of
many values has a Gumbel distribution [1]_; means are normally distributed. A mean can be too small
as well: where something moves, encoders save bits on the pictures before it.

After a key frame packet sizes take a while to settle, so a stretch is compared only with those at
the same place in a group. Their spread around the median, however, is estimated from all places
together: from a single place it would take minutes, in which quiet groups were taken for motion.

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

_FEWEST = 3  # values of a kind; fewer say nothing of their distribution
_REMEMBERED = 48  # groups, of 1 to 2 s each; not more, because sizes follow the daylight
_IN_A_GROUP = 4  # stretches
_BETWEEN = 150  # one false alarm in this many quiet groups; each costs the decoding of a group
_TOGETHER = 12  # packets of a stretch, half a second with most cameras
_TRIED = 10 * _BETWEEN  # a group has several means, each of which may be too small or too large
# Of the logarithms. The packets of a synthetic scene hardly differ at all.
_LEAST_SPREAD = 0.03

Numbers = npt.NDArray[np.float64]
Range: TypeAlias = tuple[float, float]
_ANY: Range = (-math.inf, math.inf)


def gumbel_limit(values: Numbers) -> float:
    """Return the value that fewer than one of this many quiet ones is expected to exceed.

    The values are maxima of many each: they have a Gumbel distribution.
    """
    return _gumbel(*_quiet(values), len(values))


def normal_limit(values: Numbers) -> float:
    """Return the value that fewer than one of this many quiet ones is expected to exceed.

    The values are normally distributed.
    """
    return _normal(*_quiet(values), len(values))


def _quiet(values: Numbers | Sequence[float]) -> tuple[float, float]:
    """Return the median, and how far below it the 16 % quantile lies: σ, if they are normal."""
    median, low = np.quantile(values, [0.5, _LOW])
    return float(median), float(median - low)


def _gumbel(median: float, spread: float, count: int) -> float:
    scale = spread / (math.log(-math.log(_LOW)) - math.log(math.log(2)))
    mode = median + scale * math.log(math.log(2))
    return mode - scale * math.log(-math.log1p(-1 / max(2, count)))


def _normal(median: float, spread: float, count: int) -> float:
    return median + spread * NormalDist().inv_cdf(1 - 1 / max(2, count))


def _student(freedom: float, count: int) -> float:
    """Return how many spreads from the median fewer than one in `count` values is expected to lie.

    The spread is an estimate from few values, so this is a quantile of Student's distribution: the
    first terms of its expansion about the normal one [2]_. For few degrees of freedom it is too
    low: 36 instead of 477 for 1, and 8.8 instead of 11.7 for 3. So one value in 110, or in 650,
    lies beyond it instead of one in 1500: more quiet packets than intended are decoded, but no
    packets with motion are held.

    Parameters
    ----------
    freedom
        Degrees of freedom.
    count
        How many values.
    """
    z = NormalDist().inv_cdf(1 - 1 / max(2, count))
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


class GroupSizes(NamedTuple):
    """Logarithms of the packet sizes of a group of pictures, its key frame left out.

    Attributes
    ----------
    forward, backward
        The largest packet that is shown after all that were decoded before it, and the largest that
        is shown earlier than one of these (B-frames, which encoders make smaller). None where there
        was none.
    mean
        The mean size of all packets.
    """

    forward: float | None
    backward: float | None
    mean: float


class Stretch(NamedTuple):
    """The logarithm of the mean size of a stretch: some packets in a row.

    Attributes
    ----------
    place
        Its number within the group, from 0.
    mean
        The logarithm of the packets' mean size.
    """

    place: int
    mean: float


class Ended(NamedTuple):
    """A group, or a stretch of one, that has ended; whether it was quiet is not known yet.

    Times are media times.
    """

    start_s: float
    end_s: float
    sizes: GroupSizes | Stretch


class CurrentGroup:
    """Collects the packet sizes of the group of pictures that is being received.

    The key frame is left out. A group may never end, so only the last few sizes are kept.

    Attributes
    ----------
    packets
        How many packets there were.
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
        """The sizes so far; None if there was no packet."""
        forward, backward = self._largest
        if not self.packets:
            return None
        return GroupSizes(forward, backward, _mean(self._sum, self.packets))


def _mean(total: int, packets: int) -> float:
    return math.log(max(1.0, total / packets))


class QuietSizes:
    """Learns how large the packets of quiet pictures are, and compares others with them."""

    def __init__(self) -> None:
        self._groups: deque[GroupSizes] = deque(maxlen=_REMEMBERED)
        self._stretches: deque[Stretch] = deque(maxlen=_REMEMBERED * _IN_A_GROUP)
        self._enough = 0.0  # groups that were learned from, or their worth in stretches
        self._largest = (math.inf, math.inf)
        self._of_groups = _ANY
        self._means: list[Range] = []

    @property
    def known(self) -> bool:
        """True once enough was learned to compare with."""
        return self._enough >= _FEWEST

    @property
    def telling(self) -> bool:
        """True once enough was learned for sizes like them to mean that nothing moves."""
        return self._enough >= 2 * _FEWEST

    def learn(self, sizes: GroupSizes | Stretch) -> None:
        """Learn from a group, or a stretch of one, in which nothing moved."""
        if isinstance(sizes, Stretch):
            self._stretches.append(sizes)
            places: list[list[float]] = [[] for _ in range(1 + max(self._stretches).place)]
            for place, mean in self._stretches:
                places[place].append(mean)
            self._means = _around(places)
        else:
            self._learn_group(sizes)
        # Counted here and not when asked, because every packet asks.
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
        """Return whether a packet is larger than those of quiet pictures.

        Parameters
        ----------
        size
            In bytes.
        backward
            Whether it is shown earlier than one that was decoded before it; see `GroupSizes`.
        """
        return self.known and math.log(max(1, size)) > self._largest[backward]

    def is_unlike(self, sizes: GroupSizes | Stretch) -> bool:
        """Return whether a mean is unlike those of quiet groups, or of stretches at its place."""
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
    """Return the range of quiet values for each place; all places have the same spread.

    It is estimated from the lower halves, because the upper ones may hold motion that went unseen.
    So half of the values count as degrees of freedom, less half of one for each median.
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
