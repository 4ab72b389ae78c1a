"""Judging whether a picture differs from the last one that was kept."""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

from motionlapse.comparison.preparation import Preparation, Ready
from motionlapse.frames import Image
from motionlapse.measures import MeasureEntry

# Dusk and dawn take many pictures: a change that the median of this many has followed is no reason
# to keep one.
_FOLLOWED, _LEAST_FOLLOWED = 9, 3
AGAINST_LAST_KEPT = "against the last one kept"
"""The end of the reason for which a picture was kept."""
CHANGED_SLOWLY = "changed slowly"
"""The end of the reason for which a picture far from the last kept one was dropped."""

_SPREADS = 8.0
_SIGMA_OF_MAD = 1.4826


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a picture is worth keeping.

    Attributes
    ----------
    keep
        True if it is.
    value
        The measure's value; None for the first picture.
    threshold
        The value from which a picture differs.
    reason
        In words.
    times
        The distance in multiples of the threshold: from 1 on the picture is kept; 0 for the first.
    """

    keep: bool
    value: float | None
    threshold: float
    reason: str
    times: float = 0.0


class LastKept:
    """Compares pictures of one camera with the last one that was kept, by one measure.

    A picture is kept when its distance from the last kept one departs from the usual distance by at
    least the threshold less the noise: upwards when something comes, downwards when something goes.
    The usual distance is the median of the last nine pictures since then, extrapolated at the rate
    at which it changed. Slow changes of light, and objects that grow slowly, are therefore no
    reason to keep a picture. The first picture is kept.

    Parameters
    ----------
    entry
        The measure.
    threshold
        A value of the measure; see `automatic_limit`.
    preparation
        How pictures are prepared first.
    noise
        Distance between two pictures of the same scene by noise alone; see `quiet_noise`. It is
        ignored if it exceeds the threshold.

    Attributes
    ----------
    threshold, noise
        As above; may be changed between two pictures.
    """

    def __init__(
        self,
        entry: MeasureEntry,
        threshold: float,
        preparation: Preparation | None = None,
        *,
        noise: float = 0.0,
    ) -> None:
        self.entry = entry
        self.threshold = threshold
        self.noise = noise
        self._preparation = preparation or Preparation()
        self._kept: Ready | None = None
        self._distances: deque[float] = deque(maxlen=_FOLLOWED)

    def judge(self, picture: Image) -> Verdict:
        """Judge the next picture; one that is kept becomes the new reference.

        Parameters
        ----------
        picture
            uint8, grey or BGR, not modified.

        Raises
        ------
        ConfigError
            If its size differs from that of the last kept one, and ``resize`` is not set.
        """
        ready = self._preparation.alone(picture)
        if self._kept is None:
            self._keep(ready)
            return Verdict(True, None, self.threshold, "the first")
        pair = self._preparation.together(self._kept, ready)
        value = self.entry(pair.before, pair.after).value
        distance = self.entry.distance(value)
        limit = self.entry.distance(self.threshold)
        noise = self.noise if self.noise < limit else 0.0
        limit -= noise
        usual = max(noise, self._usual(noise))
        went = abs(distance - usual)
        keep = limit <= went and not (self.entry.same(value) and usual == 0)
        reason = self._words(value, distance, usual, keep=keep)
        times = went / limit if limit > 0 and keep == (went >= limit) else float(keep)
        if keep:
            self._keep(ready)
        else:
            self._distances.append(distance)
        return Verdict(keep, value, self.threshold, reason, times)

    def follow(self, picture: Image) -> None:
        """Take in a picture that was not kept, without judging it: its distance counts as usual."""
        if self._kept is not None:
            pair = self._preparation.together(self._kept, self._preparation.alone(picture))
            value = self.entry(pair.before, pair.after).value
            self._distances.append(self.entry.distance(value))

    def take(self, picture: Image) -> None:
        """Make a picture the reference, whatever it looks like."""
        self._keep(self._preparation.alone(picture))

    def _keep(self, ready: Ready) -> None:
        self._kept = ready
        self._distances.clear()

    def _usual(self, noise: float) -> float:
        """Return the distance to expect now: the median of the last ones, extrapolated.

        Right after a picture was kept it is that of noise.
        """
        last = [noise, *self._distances][-_FOLLOWED:]
        median = statistics.median(last)
        if len(last) < _LEAST_FOLLOWED:
            return median
        slope = statistics.median(after - before for before, after in pairwise(last))
        return max(0.0, median + slope * (len(last) + 1) / 2)

    def _words(self, value: float, distance: float, usual: float, *, keep: bool) -> str:
        name = self.entry.name
        if not keep:
            far = distance >= self.entry.distance(self.threshold)
            return f"{name} {value:.4g}" + (f": {CHANGED_SLOWLY}" if far else "")
        if distance < usual:
            before = value_at(self.entry, usual)
            return f"{name} {value:.4g}: back towards the last one kept, from {before:.4g}"
        sign = "≥" if self.entry.grows else "≤"
        return f"{name} {value:.4g} {sign} {self.threshold:.4g} {AGAINST_LAST_KEPT}"


def neighbour_distances(
    entry: MeasureEntry, pictures: Iterable[tuple[Image, Image]], preparation: Preparation
) -> list[float]:
    """Return the distances between neighbours of a series.

    Parameters
    ----------
    entry
        The measure.
    pictures
        Pairs of neighbouring pictures.
    preparation
        The same as for the pictures to be judged.
    """
    distances = []
    for before, after in pictures:
        pair = preparation.together(preparation.alone(before), preparation.alone(after))
        distances.append(entry.distance(entry(pair.before, pair.after).value))
    return distances


def automatic_limit(entry: MeasureEntry, distances: Collection[float]) -> float:
    """Return the distance from which a picture differs, learned from the distances of neighbours.

    It is that of `quiet_limit`, but at least half of what counts as some change, and at least a
    quarter of that above the noise: the spread of calm neighbours may be next to nothing.
    """
    some = entry.distance(entry.some)
    return max(quiet_limit(distances), quiet_noise(distances) + some / 4, some / 2)


def quiet_noise(distances: Collection[float]) -> float:
    """Return the distance of neighbours between which nothing moves; 0 without neighbours.

    It is the median of the calmest quarter.
    """
    calm = sorted(distances)[: max(1, round(len(distances) / 4))]
    return statistics.median(calm) if calm else 0.0


def quiet_limit(distances: Collection[float], *, quiet: float = 0.5) -> float:
    """Return a distance that quiet neighbours do not reach: median + 8 σ of the quiet part.

    Parameters
    ----------
    distances
        Distances of neighbours.
    quiet
        The share of the distances, the lowest ones, that is taken to be quiet.
    """
    calm = sorted(distances)[: max(1, round(len(distances) * quiet))]
    median = statistics.median(calm)
    spread = statistics.median(abs(distance - median) for distance in calm)
    return median + _SPREADS * _SIGMA_OF_MAD * spread


def value_at(entry: MeasureEntry, distance: float) -> float:
    """Return the value of a measure at a distance from that of equal pictures."""
    if math.isinf(entry.identical):
        return -20 * math.log10(max(distance, 1e-9))
    return entry.identical + distance if entry.grows else entry.identical - distance
