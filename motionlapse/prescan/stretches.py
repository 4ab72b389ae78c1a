"""From what may be motion in a film to the stretches of it that are decoded."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from motionlapse.prescan.quiet import Signs
from motionlapse.sources.bursts import Group

# What is looked at before and after something suspicious: longer than a stir that opens an event.
# Where an event is open, it is followed to its end.
_MARGIN_S = 1.0
# To learn a scene from key frames and open the film once more costs as much as to decode 2 s; and
# fewer than three key frames teach nothing.
_GAP = 2


class Span(NamedTuple):
    """Media time from `start_s` to `end_s`."""

    start_s: float
    end_s: float


class Stretch(NamedTuple):
    """What is decoded in one go.

    Attributes
    ----------
    first, last
        The first group and the last, which may not be decoded to its end.
    end_s
        Media time at which it ends.
    """

    first: int
    last: int
    end_s: float


def suspicious_spans(groups: Sequence[Group], signs: Signs) -> list[Span]:
    """Return where motion may be, given what speaks for it."""
    spans = []
    for number, group in enumerate(groups):
        if signs.pictures[number]:
            # It came after the key frame before, and can be seen at this one.
            spans.append(Span(groups[max(0, number - 1)].start_s, group.start_s))
        if signs.totals[number]:
            spans.append(Span(group.start_s, group.end_s))
        if signs.bursts[number]:
            spans.append(Span(group.burst.start_s, group.burst.end_s))
    return spans


def stretches_around(spans: Iterable[Span], starts_s: Sequence[float]) -> list[Stretch]:
    """Return the stretches that hold all spans, with a second or more on either side.

    The film's first group is judged in any case. Stretches with fewer than two groups between them
    are one.

    Parameters
    ----------
    spans
        What is to be judged.
    starts_s
        When each group begins; at least one.
    """
    found = [_whole(0, starts_s)]
    for start_s, end_s in spans:
        first, until_s = _place(start_s - _MARGIN_S, starts_s), end_s + _MARGIN_S
        found.append(Stretch(first, _place(until_s, starts_s), until_s))
    return joined(sorted(found))


def whole_groups(first: int, last: int, starts_s: Sequence[float]) -> Stretch:
    """Return the stretch of some groups from beginning to end."""
    return _whole(last, starts_s)._replace(first=first)


def _whole(number: int, starts_s: Sequence[float]) -> Stretch:
    end_s = starts_s[number + 1] if number + 1 < len(starts_s) else float("inf")
    return Stretch(number, number, end_s)


def _place(time: float, starts_s: Sequence[float]) -> int:
    """Return the group in which a time lies."""
    return max(0, bisect_right(starts_s, time) - 1)


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return stretches that come in the order of their beginning, those that are close as one."""
    together: list[Stretch] = []
    for stretch in stretches:
        if together and stretch.first - together[-1].last - 1 < _GAP:
            last, end_s = max(together[-1][1:], stretch[1:])
            together[-1] = together[-1]._replace(last=last, end_s=end_s)
        else:
            together.append(stretch)
    return together


def skipped_groups(stretches: Iterable[Stretch], count: int) -> list[int]:
    """Return the groups of `count` of which no stretch judges anything, in order."""
    judged = {n for stretch in stretches for n in range(stretch.first, stretch.last + 1)}
    return [number for number in range(count) if number not in judged]
