"""From groups of pictures that may hold motion to the stretches of a film that are decoded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]


class Stretch(NamedTuple):
    """Groups that are decoded in one go.

    Attributes
    ----------
    lead
        The first; from here to `first` the background is learned, and nothing is judged.
    first, last
        The first and the last that are judged.
    """

    lead: int
    first: int
    last: int


def stretches_around(found: Flags, starts_s: Sequence[float], lead_s: float) -> list[Stretch]:
    """Return the stretches that hold all suspicious groups, with a group of margin on either side.

    The film's first group is judged in any case. Stretches that would touch are one.

    Parameters
    ----------
    found
        Which groups are suspicious, bool ``(N,)``, N at least 1.
    starts_s
        When each begins.
    lead_s
        How long the lead is at least, in whole groups; shorter only at the film's beginning.
    """
    judged = found.copy()
    judged[:-1] |= found[1:]
    judged[1:] |= found[:-1]
    judged[0] = True
    places = np.flatnonzero(judged)
    breaks = np.flatnonzero(np.diff(places) > 1)
    firsts, lasts = [0, *(breaks + 1)], [*breaks, len(places) - 1]
    runs = ((int(places[a]), int(places[b])) for a, b in zip(firsts, lasts, strict=True))
    return joined(Stretch(lead_of(first, starts_s, lead_s), first, last) for first, last in runs)


def lead_of(first: int, starts_s: Sequence[float], lead_s: float) -> int:
    """Return the group with which the lead of a stretch begins."""
    lead = first
    while lead > 0 and starts_s[first] - starts_s[lead] < lead_s:
        lead -= 1
    return lead


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return the stretches in order, those that touch as one."""
    whole: list[Stretch] = []
    for stretch in stretches:
        if whole and stretch.lead <= whole[-1].last + 1:
            whole[-1] = whole[-1]._replace(last=max(whole[-1].last, stretch.last))
        else:
            whole.append(stretch)
    return whole


def skipped_groups(stretches: Iterable[Stretch], count: int) -> list[int]:
    """Return the groups of `count` that no stretch judges, in order."""
    judged = {n for stretch in stretches for n in range(stretch.first, stretch.last + 1)}
    return [number for number in range(count) if number not in judged]
