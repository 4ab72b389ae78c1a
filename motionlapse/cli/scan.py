"""``motionlapse scan``: from footage to events."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motionlapse.cli.console import (
    Csv,
    Json,
    LogFile,
    Quiet,
    Verbose,
    is_terminal,
    log_fault,
    set_up_log,
)
from motionlapse.cli.first_run import compile_kernels
from motionlapse.cli.given import name_given
from motionlapse.cli.options import (
    WATCH_ONLY,
    Config,
    Set,
    check_fps,
    load_and_log_settings,
    parameter_name,
    with_setting_flags,
)
from motionlapse.errors import ConfigError, MotionlapseError, SinkError

if TYPE_CHECKING:
    from motionlapse.batch.result import BatchResult
    from motionlapse.cli.scan_output import ScanOutput

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command()
@with_setting_flags(excluding=WATCH_ONLY)
def scan(  # the flags document themselves
    footage: Annotated[
        list[str],
        typer.Argument(
            metavar="FOOTAGE", parser=name_given, help="Films, folders, globs or stills."
        ),
    ],
    *,
    json: Json = False,
    csv: Csv = None,
    config: Config = None,
    set_: Set = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_file: LogFile = None,
    **flags: object,
) -> None:
    """Find the events in recorded video or stills, and keep snapshots of them.

    Results are kept in an archive (--out), which 'motionlapse events' lists. Write times as 90,
    90s, 1m30s or 00:01:30.5, and shares as 0.004 or 0.4%.
    """
    set_up_log(quiet=quiet, verbose=verbose, log_file=log_file)
    # NumPy and OpenCV load OpenBLAS, whose threads spin for a sixth of a second when they start. No
    # matrix here is large enough to be worth that.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if all(flags.get(parameter_name(f"batch.{key}")) is not None for key in ("workers", "cluster")):
        raise ConfigError("--workers is for scans on this machine; a --cluster has its own workers")
    settings = load_and_log_settings(config, set_, flags)
    compile_kernels()

    from motionlapse.batch.batch import Batch
    from motionlapse.cli.outputs import check_outputs
    from motionlapse.cli.scan_output import ScanOutput
    from motionlapse.cli.stopping import Stop
    from motionlapse.clock import SystemClock
    from motionlapse.sources.footage import find_footage

    to_stdout = csv is not None and str(csv) == "-"
    if json and to_stdout:
        raise ConfigError("--json and --csv - both write to standard output; name a file for one")
    bars = is_terminal(sys.stderr) and not quiet
    with Stop() as stop, ScanOutput(json=json, table=not to_stdout, bars=bars) as output:
        found = list(find_footage(footage))
        check_fps(flags, found)
        check_outputs(found, settings.sinks, csv, log_file)
        batch = Batch(settings, output, SystemClock(), lambda: stop.asked or output.deaf)
        result = batch.scan(found)
        if settings.sinks.report and result.sources:
            _report(settings.sinks.out, output, result)
        output.finish(result, settings.sinks.out, csv)
    if fault := log_fault():
        output.error(fault)
        result.note(SinkError.exit_code)
    raise typer.Exit(stop.exit_code if stop.asked else result.exit_code)


def _report(archive: Path, output: ScanOutput, result: BatchResult) -> None:
    """Write the page of the archive; a fault is reported, and does not end the scan."""
    from motionlapse.clock import SystemClock
    from motionlapse.report.archive_page import write_report

    try:
        made = write_report(archive, now=SystemClock().now())
    except MotionlapseError as error:
        output.error(str(error))
        result.note(error.exit_code)
    else:
        output.note(f"report: {made.path}")
