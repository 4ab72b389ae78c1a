"""Events as a table, JSON Lines or CSV: the same for ``scan`` and ``events``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

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
    """Print a table of events."""
    print_table(_COLUMNS, [_row(item) for item in kept])


def _row(kept: KeptEvent) -> list[str]:
    event = kept.event
    pictures = [Path(path).name for path in kept.snapshots]
    more = f" +{len(pictures) - 1}" if len(pictures) > 1 else ""
    return [
        kept.source,
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
