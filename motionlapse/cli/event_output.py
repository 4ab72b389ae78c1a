"""Events as a table, JSON Lines or CSV: the same for ``scan`` and ``events``."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from pathlib import Path, PurePath

from motionlapse.cli.console import Column, print_table, stdout_or_file
from motionlapse.made import Made, refuse_others
from motionlapse.sinks.event_records import CSV_COLUMNS, as_row
from motionlapse.types import KeptEvent
from motionlapse.units import format_duration

_CLOCK = Column("clock")
_COLUMNS = (
    Column("source", shrinks=True),
    Column("event", number=True),
    Column("start", number=True),
    Column("end", number=True),
    Column("length", number=True, rank=2),
    Column("peak", number=True, rank=1),
    Column("score", number=True),
    Column("area", number=True, rank=3),
    Column("regions", rank=4),
    Column("kept", rank=5),
)
_CLOCK_AT = 2  # the column before which the clock stands


def print_events(kept: Sequence[KeptEvent]) -> None:
    """Print a table of events.

    Where times of day are known there is a column with that of each event's start, with the date
    where the table spans more than a day, and with the offset where it is not that of the local
    zone. The folder that all sources are in is left out.
    """
    names = _short_names({item.source for item in kept})
    rows = [_row(item, names[item.source]) for item in kept]
    if not any(item.start_wall for item in kept):
        print_table(_COLUMNS, rows)
        return
    clocks = _clocks([item.start_wall for item in kept])
    for row, clock in zip(rows, clocks, strict=True):
        row.insert(_CLOCK_AT, clock)
    print_table((*_COLUMNS[:_CLOCK_AT], _CLOCK, *_COLUMNS[_CLOCK_AT:]), rows)


def _row(kept: KeptEvent, source: str) -> list[str]:
    event = kept.event
    pictures = [Path(path).name for path in kept.snapshots]
    more = f" +{len(pictures) - 1}" if len(pictures) > 1 else ""
    return [
        source,
        str(event.number),
        format_duration(event.start_s),
        format_duration(event.end_s),
        f"{event.end_s - event.start_s:.1f} s",
        format_duration(event.peak_s),
        f"{event.peak_score:.1f}",
        f"{event.peak_fraction:.1%}",
        ", ".join(event.regions),
        (pictures[0] + more) if pictures else "",
    ]


def _clocks(walls: Sequence[datetime | None]) -> list[str]:
    """Return times of day, with date and offset where all of them need it; ``""`` for None."""
    known = [wall for wall in walls if wall is not None]
    dated = len({wall.date() for wall in known}) > 1
    # A summer and a winter of the local zone are both local.
    local = all(map(_is_local, known))
    form = ("%Y-%m-%d " if dated else "") + ("%H:%M:%S" if local else "%H:%M:%S%z")
    return [wall.strftime(form) if wall else "" for wall in walls]


def _is_local(wall: datetime) -> bool:
    """Tell whether a time has the offset of the local zone; in the first year no zone has one."""
    try:
        return wall.utcoffset() == wall.astimezone().utcoffset()
    except (OverflowError, ValueError, OSError):
        return False


def _short_names(sources: Collection[str]) -> Mapping[str, str]:
    """Return each source without the folder that all of them are in."""
    if any("://" in source for source in sources):
        return {source: source for source in sources}
    levels = zip(*(PurePath(source).parent.parts for source in sources), strict=False)
    shared = sum(1 for _ in takewhile(lambda names: len(set(names)) == 1, levels))
    return {source: str(PurePath(*PurePath(source).parts[shared:])) for source in sources}


def write_csv(path: Path, kept: Iterable[KeptEvent]) -> None:
    """Write events as CSV with a heading; ``-`` is stdout.

    Raises
    ------
    ConfigError
        If the file is there, and no such table.
    SinkError
        If the file cannot be written.
    """
    if str(path) != "-":
        refuse_others(path, Made.EVENTS)
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(CSV_COLUMNS)
    rows.writerows(as_row(item) for item in kept)
    with stdout_or_file(path) as write:
        write(text.getvalue())
