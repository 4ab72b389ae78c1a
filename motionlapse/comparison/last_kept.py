"""Does a picture still differ from the last one that was kept?"""

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

# Day and night come over many pictures: what the median of so many has followed is no news.
_FOLLOWED, _LEAST_FOLLOWED = 9, 3
AGAINST_LAST_KEPT = "against the last one kept"
"""How the reason for which a picture was kept ends."""
CHANGED_SLOWLY = "changed slowly"
"""How the reason ends for which a picture that is far from the last kept was dropped."""

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
        What the measure says; None of the first picture.
    threshold
        From where on it differs.
    reason
        In words.
    times
        How many times the threshold it went: 1 and above is kept. 0 of the first.
    """

    keep: bool
    value: float | None
    threshold: float
    reason: str
    times: float = 0.0


class LastKept:
    """Judges pictures of one camera against the last that was kept, by one measure.

    A picture is kept when its distance from the last kept one leaves what it usually is by as much
    as the threshold is beyond noise: upwards when something comes, downwards when something goes.
    *Usually* is the median of the last nine pictures since then, carried on at the pace at which it
    changed, so that light which changes slowly, and things that grow slowly, are no news. The first
    picture is kept.

    Parameters
    ----------
    entry
        The measure.
    threshold
        A value of the measure; see `automatic_limit`.
    preparation
        What is done to pictures first.
    noise
        How far apart two pictures of the same are by noise alone; see `quiet_noise`. Where that is
        beyond the threshold it says nothing.

    Attributes
    ----------
    threshold, noise
        As above; may be set anew between two pictures.
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
        """Judge the next picture, and remember it if it is to be kept.

        Parameters
        ----------
        picture
            uint8, grey or BGR, not modified.

        Raises
        ------
        ConfigError
            If its size is not that of the last kept one (and nothing brings them to one width).
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
        """Learn how far a picture usually is that was not kept, without judging it."""
        if self._kept is not None:
            pair = self._preparation.together(self._kept, self._preparation.alone(picture))
            value = self.entry(pair.before, pair.after).value
            self._distances.append(self.entry.distance(value))

    def take(self, picture: Image) -> None:
        """Remember a picture as the last kept one, whatever it looks like."""
        self._keep(self._preparation.alone(picture))

    def _keep(self, ready: Ready) -> None:
        self._kept = ready
        self._distances.clear()

    def _usual(self, noise: float) -> float:
        """Return the distance to expect now: the median of the last, carried on as they went.

        What was kept is as far from itself as noise.
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
    """Return how far apart neighbours of a series are.

    Parameters
    ----------
    entry
        The measure.
    pictures
        Pairs of pictures that follow each other.
    preparation
        As for the pictures that will be judged.
    """
    distances = []
    for before, after in pictures:
        pair = preparation.together(preparation.alone(before), preparation.alone(after))
        distances.append(entry.distance(entry(pair.before, pair.after).value))
    return distances


def automatic_limit(entry: MeasureEntry, distances: Collection[float]) -> float:
    """Return the distance from which a picture differs, learned from those of neighbours.

    By `quiet_limit`; no less than half of what is read as some change, and by a quarter of that
    beyond noise, for the spread of calm neighbours may be next to nothing.
    """
    some = entry.distance(entry.some)
    return max(quiet_limit(distances), quiet_noise(distances) + some / 4, some / 2)


def quiet_noise(distances: Collection[float]) -> float:
    """Return how far apart neighbours are in which nothing moves; 0 without neighbours.

    It is the median of the calmest quarter.
    """
    calm = sorted(distances)[: max(1, round(len(distances) / 4))]
    return statistics.median(calm) if calm else 0.0


def quiet_limit(distances: Collection[float], *, quiet: float = 0.5) -> float:
    """Return what neighbours do not reach where nothing happens: median + 8 σ of the quiet part.

    Parameters
    ----------
    distances
        Of neighbours.
    quiet
        The share of them that is taken to be quiet: the lowest.
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
