"""``motionlapse calibrate``: learn what a quiet scene looks like, and propose thresholds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from motionlapse.cli.console import Json, LogFile, Quiet, Verbose, set_up_log
from motionlapse.cli.given import name_given, path_given
from motionlapse.cli.options import (
    Config,
    Set,
    flag_layers,
    load_and_log_settings,
    with_setting_flags,
)
from motionlapse.errors import ConfigError
from motionlapse.pipeline_settings import Settings
from motionlapse.settings import entries

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)

_TAKEN = (
    "measures.",
    "analysis.regions",
    "analysis.ignore",
    "analysis.mask_image",
    "analysis.scale",
    "sources.start",
    "sources.end",
    "sources.duration",
    "sources.fps",
)
_DECIDING = ("measures.measure", "measures.threshold")
_OTHER_SETTINGS = [
    e.key for e in entries(Settings) if e.key in _DECIDING or not e.key.startswith(_TAKEN)
]


@app.command()
@with_setting_flags(excluding=_OTHER_SETTINGS, measures=True)
def calibrate(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            parser=name_given,
            help="A film, a folder of stills, or a camera as for 'watch'.",
        ),
    ],
    *,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE",
            parser=path_given,
            show_default=False,
            help="Write the proposal to this file; '-' is stdout [motionlapse.toml].",
        ),
    ] = Path("motionlapse.toml"),
    measure: Annotated[
        list[str] | None,
        typer.Option(
            "--measure",
            metavar="NAME",
            help="Also learn this measure's spread and threshold (repeatable).",
        ),
    ] = None,
    json: Json = False,
    config: Config = None,
    set_: Set = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_file: LogFile = None,
    **flags: object,
) -> None:
    """Watch a scene in which nothing happens, and propose thresholds for it.

    Reports noise, flicker, drift and the highest change scores. Writes noise_floor, enter and exit,
    with the false alarms to expect, to a config file that 'scan' and 'watch' read.
    """
    set_up_log(quiet=quiet, verbose=verbose, log_file=log_file)
    settings = load_and_log_settings(config, set_, flags)
    prepares = [o.origin for o in flag_layers(flags) if min(o.values).startswith("measures.")]
    if prepares and not measure:
        raise ConfigError(
            f"{prepares[0]} applies only to measures; add --measure NAME (--scale sets the "
            "picture size for the background model)"
        )

    from motionlapse.cli.calibrate_output import calibrate_source

    code = calibrate_source(source, out, measure or [], settings, json=json, bars=not quiet)
    raise typer.Exit(code)
