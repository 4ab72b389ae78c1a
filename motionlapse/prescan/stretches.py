"""From signs of motion in a film to the stretches of it that are decoded."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from motionlapse.prescan.quiet import Signs
from motionlapse.sources.bursts import Group

# How much is decoded before and after anything suspicious: longer than motion takes to open an
# event. (An event that is open is followed to its end in any case.)
_MARGIN_S = 1.0
# Groups; stretches with fewer between them are joined. Learning the scene anew from key frames and
# opening the film again costs as much as decoding 2 s.
_GAP = 2


class Span(NamedTuple):
    """A span of media time, from `start_s` to `end_s`."""

    start_s: float
    end_s: float


class Stretch(NamedTuple):
    """A part of a film that is decoded without a break.

    Attributes
    ----------
    first, last
        The numbers of its first group and of its last, which may not be decoded to the end.
    end_s
        The media time at which it ends.
    """

    first: int
    last: int
    end_s: float


def suspicious_spans(groups: Sequence[Group], signs: Signs) -> list[Span]:
    """Return the spans in which motion may be, given the signs of it."""
    spans = []
    for number, group in enumerate(groups):
        if signs.pictures[number]:
            # What this key frame shows came at some time after the key frame before.
            spans.append(Span(groups[max(0, number - 1)].start_s, group.start_s))
        if signs.totals[number]:
            spans.append(Span(group.start_s, group.end_s))
        if signs.bursts[number]:
            spans.append(Span(group.burst.start_s, group.burst.end_s))
    return spans


def stretches_around(spans: Iterable[Span], starts_s: Sequence[float]) -> list[Stretch]:
    """Return the stretches that contain all spans, with a second or more on either side.

    The film's first group is always among them. Stretches with fewer than two groups between them
    are joined.

    Parameters
    ----------
    spans
        What must be decoded.
    starts_s
        The media time at which each group begins; at least one.
    """
    found = [_whole(0, starts_s)]
    for start_s, end_s in spans:
        first, until_s = _place(start_s - _MARGIN_S, starts_s), end_s + _MARGIN_S
        found.append(Stretch(first, _place(until_s, starts_s), until_s))
    return joined(sorted(found))


def whole_groups(first: int, last: int, starts_s: Sequence[float]) -> Stretch:
    """Return the stretch from the beginning of one group to the end of another."""
    return _whole(last, starts_s)._replace(first=first)


def _whole(number: int, starts_s: Sequence[float]) -> Stretch:
    end_s = starts_s[number + 1] if number + 1 < len(starts_s) else float("inf")
    return Stretch(number, number, end_s)


def _place(time: float, starts_s: Sequence[float]) -> int:
    """Return the number of the group that contains a time."""
    return max(0, bisect_right(starts_s, time) - 1)


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return stretches, given in order of their beginnings, with those close together joined."""
    together: list[Stretch] = []
    for stretch in stretches:
        if together and stretch.first - together[-1].last - 1 < _GAP:
            last, end_s = max(together[-1][1:], stretch[1:])
            together[-1] = together[-1]._replace(last=last, end_s=end_s)
        else:
            together.append(stretch)
    return together


def skipped_groups(stretches: Iterable[Stretch], count: int) -> list[int]:
    """Return the numbers of those of `count` groups that are in no stretch, in order."""
    judged = {n for stretch in stretches for n in range(stretch.first, stretch.last + 1)}
    return [number for number in range(count) if number not in judged]
