"""Events as a table, JSON Lines or CSV: the same for ``scan`` and ``events``."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path, PurePath

from motionlapse.cli.console import Column, print_table, stdout_or_file
from motionlapse.sinks.event_records import CSV_COLUMNS, as_row
from motionlapse.types import KeptEvent
from motionlapse.units import format_duration

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


def print_events(kept: Sequence[KeptEvent]) -> None:
    """Print a table of events.

    Times are times of day where these are known, with the date where the table spans more than a
    day (of end and peak where it is not that of the start), and with the offset where it is not
    that of the local zone; else media times. The folder that all sources are in is left out.
    """
    names = _short_names({item.source for item in kept})
    moment = _moments([wall for item in kept for wall in (item.start_wall, item.end_wall) if wall])
    print_table(_COLUMNS, [_row(item, names[item.source], moment) for item in kept])


def _row(
    kept: KeptEvent, source: str, moment: Callable[[datetime, datetime | None], str]
) -> list[str]:
    event, start_wall = kept.event, kept.start_wall
    pictures = [Path(path).name for path in kept.snapshots]
    more = f" +{len(pictures) - 1}" if len(pictures) > 1 else ""

    def shown(time_s: float, after: datetime | None = None) -> str:
        if start_wall is None:
            return format_duration(time_s)
        return moment(start_wall + timedelta(seconds=time_s - event.start_s), after)

    return [
        source,
        str(event.number),
        shown(event.start_s),
        shown(event.end_s, start_wall),
        f"{event.end_s - event.start_s:.1f} s",
        shown(event.peak_s, start_wall),
        f"{event.peak_score:.1f}",
        f"{event.peak_fraction:.1%}",
        ", ".join(event.regions),
        (pictures[0] + more) if pictures else "",
    ]


def _moments(walls: Sequence[datetime]) -> Callable[[datetime, datetime | None], str]:
    """Return what writes a time of day, and the date if these need it and it is another one."""
    dated = len({wall.date() for wall in walls}) > 1
    # A summer and a winter of the local zone are both local.
    local = all(wall.utcoffset() == wall.astimezone().utcoffset() for wall in walls)
    form = "%H:%M:%S" if local else "%H:%M:%S%z"

    def moment(wall: datetime, after: datetime | None) -> str:
        same_day = after is not None and after.date() == wall.date()
        return f"{wall:%Y-%m-%d }{wall:{form}}" if dated and not same_day else f"{wall:{form}}"

    return moment


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
    SinkError
        If the file cannot be written.
    """
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(CSV_COLUMNS)
    rows.writerows(as_row(item) for item in kept)
    with stdout_or_file(path) as write:
        write(text.getvalue())
