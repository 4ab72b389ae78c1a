"""``motionlapse events``: reads an archive back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motionlapse.cli.console import Csv, Json, print_json, say
from motionlapse.cli.given import path_given
from motionlapse.errors import ConfigError

if TYPE_CHECKING:
    from motionlapse.sinks.archive_reader import ArchiveReader, EventFilter

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command()
def events(
    archive: Annotated[
        Path,
        typer.Argument(
            metavar="ARCHIVE",
            parser=path_given,
            show_default=False,
            help="The folder that was given as --out [captures].",
        ),
    ] = Path("captures"),
    *,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="TEXT", help="Only sources with this text in their name."),
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="NAME", help="Only motion in this region.")
    ] = None,
    min_score: Annotated[
        float | None,
        typer.Option(
            "--min-score", metavar="N", help="Only events with a peak score of at least N."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="TIME",
            help="Only events since this time: 18:30 (today, or yesterday if that is still to "
            "come), or 2026-05-04T18:30:00.",
        ),
    ] = None,
    all_runs: Annotated[
        bool, typer.Option("--all-runs", help="Include every run, not only each source's newest.")
    ] = False,
    plot: Annotated[
        bool,
        typer.Option("--plot", help="Draw a chart of each day: hours across, peak scores upwards."),
    ] = False,
    json: Json = False,
    csv: Csv = None,
) -> None:
    """List, filter and export what an archive holds."""
    from motionlapse.cli.event_output import print_events, write_csv
    from motionlapse.files import reading
    from motionlapse.sinks.archive_reader import ArchiveReader, EventFilter
    from motionlapse.sinks.event_records import as_record

    wanted = EventFilter(
        all_runs=all_runs,
        source=source,
        region=region,
        min_score=_comparable(min_score),
        since=_moment(since),
    )
    if plot and (json or (csv is not None and str(csv) == "-")):
        raise ConfigError(
            "--plot prints to standard output; it cannot be used with --json or --csv -"
        )
    if json and csv is not None and str(csv) == "-":
        raise ConfigError("--json and --csv - both write to standard output; name a file for one")
    with reading(archive):
        opened = ArchiveReader(archive)
    with opened as reader:
        found = list(reader.events(wanted))
        notes = [] if all_runs else list(reader.unfinished())
        instead = "" if found else _what_there_is(reader, wanted)
    if csv is not None:
        write_csv(csv, found)
    if json:
        for kept in found:
            print_json(as_record(kept))
    elif found and plot:
        from motionlapse.cli.day_plot import print_day_plots

        print_day_plots(found)
    elif found and (csv is None or str(csv) != "-"):
        print_events(found)
    if not found:
        asked = replace(wanted, since=None) != EventFilter(all_runs=all_runs)
        begin = "" if wanted.since is None else f" since {wanted.since:%Y-%m-%dT%H:%M:%S%z}"
        say(f"{archive}: no events{begin}{' that match' if asked else ''}{instead}")
    for note in notes:
        say(note)


def _what_there_is(reader: ArchiveReader, wanted: EventFilter) -> str:
    """Return what a person may have meant by a source or a region that no event is of."""
    every = replace(wanted, source=None, region=None, min_score=None, since=None)
    kept = list(reader.events(every))
    sources = dict.fromkeys(run.source for run in reader.runs(all_runs=True))
    regions = sorted({region for item in kept for region in item.event.regions})
    if wanted.source is not None and not any(wanted.source in name for name in sources):
        return f"; no source has '{wanted.source}' in its name; sources: {_some(list(sources))}"
    if kept and wanted.region is not None and wanted.region not in regions:
        return f"; none is in region '{wanted.region}'; regions with events: {_some(regions)}"
    return ""


def _some(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def _comparable(score: float | None) -> float | None:
    if score is not None and math.isnan(score):
        raise ConfigError("--min-score: 'nan' is not a number")
    return score


def _moment(text: str | None) -> datetime | None:
    from motionlapse.clock import SystemClock
    from motionlapse.units import parse_moment

    try:
        return None if text is None else parse_moment(text, SystemClock().now(), past=True)
    except ValueError as error:
        raise ConfigError(f"--since: {error}") from None
