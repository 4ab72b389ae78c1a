"""``motionlapse lapse``: a time-lapse film of kept pictures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from motionlapse.cli.console import LogFile, Quiet, Verbose, logger, printing, set_up_log
from motionlapse.cli.counting_bar import counting_bar
from motionlapse.cli.given import path_given
from motionlapse.errors import ConfigError, SourceError

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)

_INTERRUPTED = 130


@app.command()
def lapse(
    pictures: Annotated[
        list[Path],
        typer.Argument(
            metavar="ARCHIVE|STILLS",
            parser=path_given,
            help="An archive, a folder of stills, or stills.",
        ),
    ],
    *,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILM",
            parser=path_given,
            show_default=False,
            help="Write the film to this new .mp4 or .mkv file [lapse.mp4].",
        ),
    ] = Path("lapse.mp4"),
    fps: Annotated[
        float,
        typer.Option("--fps", metavar="RATE", show_default=False, help="Pictures per second [25]."),
    ] = 25.0,
    stamp: Annotated[
        bool,
        typer.Option("--stamp", help="Stamp each picture with the time at which it was taken."),
    ] = False,
    fit: Annotated[
        str | None,
        typer.Option(
            "--fit", metavar="WIDTHxHEIGHT", help="Size of the film [the most common picture size]."
        ),
    ] = None,
    deflicker: Annotated[
        bool, typer.Option("--deflicker", help="Even out the exposure from picture to picture.")
    ] = False,
    crossfade: Annotated[
        int,
        typer.Option(
            "--crossfade",
            metavar="N",
            min=0,
            max=60,
            show_default=False,
            help=(
                "Insert N blended pictures between each two; the film runs at N+1 times the "
                "rate [0]."
            ),
        ),
    ] = 0,
    all_runs: Annotated[
        bool, typer.Option("--all-runs", help="Include every run, not only each source's newest.")
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_file: LogFile = None,
) -> None:
    """Make a time-lapse film of what was kept, or of a folder of stills.

    Pictures of other sizes are scaled to fit; unreadable ones are left out and reported.
    """
    set_up_log(quiet=quiet, verbose=verbose, log_file=log_file)
    if not 0.1 <= fps <= 240:
        raise ConfigError(f"--fps {fps:g}: write a rate from 0.1 to 240")
    size = _size(fit)

    from motionlapse.report.lapse import LapseLook, make_lapse

    look = LapseLook(fps, stamp, size, deflicker, crossfade)
    try:
        with counting_bar("pictures", quiet=quiet) as on_picture:
            made = make_lapse(pictures, out, look, all_runs=all_runs, on_picture=on_picture)
    except (KeyboardInterrupt, SystemExit) as stopped:  # Ctrl-C, or SIGTERM with its own code
        logger.warning("interrupted: %s holds what was done so far", out)
        code = stopped.code if isinstance(stopped, SystemExit) else _INTERRUPTED
        raise SystemExit(code) from None
    for fault in made.faults:
        logger.error("%s", fault)
    with printing():
        typer.echo(str(out))
    logger.info("%d pictures, %.1f s", made.pictures, made.length_s)
    if made.faults:
        raise typer.Exit(SourceError.exit_code)


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d+)[x×](\d+)", text.strip().lower())
    size = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(16 <= side <= 8192 for side in size):
        raise ConfigError(f"--fit {text}: write WIDTHxHEIGHT, each from 16 to 8192 pixels")
    return size
