"""A day's activity in the terminal: hours across, score up."""

from __future__ import annotations

import math
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from motionlapse.cli.console import is_terminal, printing
from motionlapse.types import KeptEvent
from motionlapse.units import counted, format_duration

_HEIGHT = 8
_MARGIN = 7
_NARROWEST, _WIDEST = 24, 240
_DAY_S = 86_400.0
_BLOCKS = " ▁▂▃▄▅▆▇█"
_ASCII = " .:-=+*#@"
_TICKS_S = (1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600)


def print_day_plots(kept: Sequence[KeptEvent]) -> None:
    """Print a plot for every day; events without a time of day are plotted by media time.

    Each column is a stretch of time; its height is the highest peak score of an event in it, on a
    logarithmic axis that starts at 1, where events open.
    """
    width = max(_NARROWEST, min(_columns() - _MARGIN, _WIDEST))
    days: defaultdict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for item in kept:
        day, start_s, end_s = _place(item)
        days[day].append((start_s, end_s, item.event.peak_score))
    with printing():
        for day, spans in sorted(days.items()):
            whole_day = not day.startswith("media time")
            length_s = _DAY_S if whole_day else max(end for _, end, _ in spans) or 1.0
            sys.stdout.write(f"{day}: {_counted(spans)}\n")
            for line in plot_lines(spans, length_s, width, by_the_clock=whole_day):
                sys.stdout.write(f"{line}\n")


def plot_lines(
    spans: Iterable[tuple[float, float, float]],
    length_s: float,
    width: int,
    *,
    by_the_clock: bool,
    symbols: str | None = None,
) -> list[str]:
    """Return the lines of a plot.

    Parameters
    ----------
    spans
        (start, end, score) of each event, in seconds from the left edge.
    length_s
        What the width stands for.
    width
        Of the plot without its axis, in characters.
    by_the_clock
        True for hours of a day, False for media time.
    symbols
        Nine characters from empty to full; by default what stdout can show.
    """
    symbols = symbols or (_BLOCKS if _shows_blocks() else _ASCII)
    highest: dict[int, float] = {}
    for start_s, end_s, score in spans:
        first = min(width - 1, int(start_s / length_s * width))
        last = min(width - 1, int(end_s / length_s * width))
        for column in range(first, last + 1):
            highest[column] = max(highest.get(column, 0.0), score)
    top = 10 ** math.ceil(math.log10(max(10.0, *highest.values(), 10.0)))
    lines = []
    for row in range(_HEIGHT, 0, -1):
        cells = "".join(_cell(highest, column, row, top, symbols) for column in range(width))
        lines.append(f"{_axis(row, top):>{_MARGIN - 2}} |{cells.rstrip()}")
    ticks, labels = _ticks(length_s, width, by_the_clock=by_the_clock)
    return [*lines, " " * (_MARGIN - 1) + ticks, " " * (_MARGIN - 1) + labels.rstrip()]


def _cell(highest: Mapping[int, float], column: int, row: int, top: float, symbols: str) -> str:
    if column not in highest:
        return " "
    # A score of 1 still shows.
    share = max(0.06, math.log(max(highest[column], 1.0)) / math.log(top))
    eighths = round((share * _HEIGHT - (row - 1)) * 8)
    return symbols[max(0, min(8, eighths))]


def _axis(row: int, top: float) -> str:
    """Return what stands beside a row: the score at its upper edge, for the powers of ten."""
    decades = round(math.log10(top))
    for power in range(decades + 1):
        if row == max(1, round(power / decades * _HEIGHT)):
            return str(10**power)
    return ""


def _ticks(length_s: float, width: int, *, by_the_clock: bool) -> tuple[str, str]:
    room = 3 if by_the_clock else 9
    every_s = next((t for t in _TICKS_S if t / length_s * width >= room), length_s / 2)
    if by_the_clock:
        every_s = max(3600, every_s)
    ticks, labels = ["-"] * width, [" "] * (width + room)
    for number in range(int(length_s / every_s) + 1):
        column = int(number * every_s / length_s * width)
        words = (
            f"{round(number * every_s / 3600):02d}"
            if by_the_clock
            else format_duration(number * every_s, decimals=0)
        )
        if column < width:
            ticks[column] = "+"
            labels[column : column + len(words)] = words
    return "+" + "".join(ticks), " " + "".join(labels)


def _place(item: KeptEvent) -> tuple[str, float, float]:
    """Return the day of an event, and its start and end in seconds from that day's beginning."""
    event, wall = item.event, item.start_wall
    if wall is None:
        return f"media time of {item.source}", event.start_s, event.end_s
    start_s = wall.hour * 3600 + wall.minute * 60 + wall.second + wall.microsecond / 1e6
    return f"{wall:%Y-%m-%d}", start_s, min(_DAY_S, start_s + event.end_s - event.start_s)


def _counted(spans: Sequence[tuple[float, float, float]]) -> str:
    moved_s = sum(end - start for start, end, _ in spans)
    events = counted(len(spans), "event")
    return f"{events}, {format_duration(moved_s, decimals=0)} of motion; height: peak score"


def _columns() -> int:
    """Return how wide lines may be; 80 where stdout is no terminal and COLUMNS does not say."""
    if is_terminal(sys.stdout) or os.environ.get("COLUMNS"):
        return shutil.get_terminal_size().columns
    return 80


def _shows_blocks() -> bool:
    try:
        _BLOCKS.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
