"""``motionlapse report``: one HTML page to look through an archive with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from motionlapse.cli.console import Quiet, printing, say
from motionlapse.cli.counting_bar import counting_bar
from motionlapse.cli.given import path_given
from motionlapse.units import counted

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command()
def report(
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
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            parser=path_given,
            help="Write the page to this file [ARCHIVE/report.html].",
        ),
    ] = None,
    all_runs: Annotated[
        bool, typer.Option("--all-runs", help="Include every run, not only each source's newest.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Write an HTML page with the scores and the events of an archive.

    The page opens from disk, without a network. It links to pictures and clips in the archive.
    """
    from motionlapse.clock import SystemClock
    from motionlapse.report.archive_page import write_report

    with counting_bar("events", quiet=quiet) as on_event:
        now = SystemClock().now()
        made = write_report(archive, out, all_runs=all_runs, now=now, on_event=on_event)
    with printing():
        typer.echo(str(made.path))
    if made.missing:
        files = counted(made.missing, "snapshot or clip", "snapshots or clips")
        reason = f" ({made.closed})" if made.closed else ""
        say(f"warning: {files} of the archive cannot be found, and are left out{reason}")
    if not quiet:
        events = counted(made.events, "event")
        say(f"{events}, {made.size / 1e6:.2f} MB")
