"""The score over time as a graph, with both thresholds drawn in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from rich.segment import Segment
from rich.style import Style

from motionlapse.watch.chronicle import ScoreStep

Line = list[Segment]
Cell = tuple[str, Style | None]

_BARS = " ▁▂▃▄▅▆▇█"
_LABEL = 6
_QUIET, _NEAR, _ACTIVE = (Style.parse(name) for name in ("green", "yellow", "bold red"))
_ENTER, _EXIT, _AXIS = (Style.parse(name) for name in ("red", "yellow", "bright_black"))


def scale(score: float) -> float:
    """Return the height of a score: fine around the threshold, coarse far above it."""
    return math.log1p(4.0 * score)


def draw_graph(
    scores: Sequence[ScoreStep], width: int, height: int, *, exit_ratio: float
) -> list[Line]:
    """Return the graph as lines, the newest score at the right.

    Parameters
    ----------
    scores
        Oldest first, half a second each.
    width, height
        In cells, including the labels at the left.
    exit_ratio
        The lower threshold; the upper one is 1.
    """
    columns = max(1, width - _LABEL)
    shown = scores[-columns:]
    top = scale(max([2.0, *(step.highest for step in shown)]) * 1.05)
    marks = {_row(1.0, top, height): ("1.0", _ENTER)}
    low = _row(exit_ratio, top, height)
    if low not in marks:
        marks[low] = (f"{exit_ratio:.2g}", _EXIT)
    highest = max((step.highest for step in shown), default=0.0)
    peak = _row(highest, top, height)
    labels = dict(marks)
    if highest > 1.0 and peak not in labels:
        labels[peak] = (f"{highest:.3g}", _AXIS)
    lines = []
    for row in range(height):
        label, style = labels.get(row, ("", _AXIS))
        line: Line = [Segment(f"{label:>{_LABEL - 1}} ", style)]
        ruled = marks[row][1] if row in marks else None
        empty = ("┈" if ruled else " ", ruled)
        cells = [empty] * (columns - len(shown))
        cells += [_cell(step, row, top, height) or empty for step in shown]
        lines.append(line + _runs(cells))
    return lines


def _runs(cells: list[Cell]) -> Line:
    """Join neighbouring cells of one style into one segment, since each segment costs time."""
    return [
        Segment("".join(letter for letter, _ in run), style)
        for style, run in groupby(cells, key=lambda cell: cell[1])
    ]


def _row(score: float, top: float, height: int) -> int:
    """Return the row, counted from the top, in which the bar of a score ends."""
    return min(height - 1, max(0, height - 1 - int(scale(score) / top * height)))


def _cell(step: ScoreStep, row: int, top: float, height: int) -> Cell | None:
    filled = scale(step.highest) / top * height - (height - 1 - row)
    if filled <= 1 / 16:
        return None
    style = _ACTIVE if step.active else _NEAR if step.highest >= 0.5 else _QUIET
    return _BARS[min(8, max(1, round(filled * 8)))], style
