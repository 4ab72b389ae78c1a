"""``motionlapse watch``: a live camera."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from motionlapse.cli.console import (
    Json,
    LogFile,
    Quiet,
    Verbose,
    is_terminal,
    log_fault,
    logger,
    set_up_log,
)
from motionlapse.cli.first_run import compile_kernels
from motionlapse.cli.given import name_given
from motionlapse.cli.options import (
    FOOTAGE_ONLY,
    Config,
    Set,
    flag_layers,
    load_and_log_settings,
    with_setting_flags,
)
from motionlapse.errors import ConfigError, SinkError
from motionlapse.measures.settings import RUNNING_MODEL

if TYPE_CHECKING:
    from motionlapse.pipeline_settings import Settings

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command()
@with_setting_flags(excluding=FOOTAGE_ONLY, measures=True)
def watch(  # the flags document themselves
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="SOURCE",
            parser=name_given,
            help="0, /dev/video0, rtsp://…, http(s)://…, a film (played at its own pace), or demo:",
        ),
    ] = None,
    *,
    dashboard: Annotated[
        bool | None,
        typer.Option("--dashboard/--no-dashboard", help="Show a dashboard [on a terminal]."),
    ] = None,
    json: Json = False,
    config: Config = None,
    set_: Set = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_file: LogFile = None,
    **flags: object,
) -> None:
    """Watch a live camera, and keep snapshots of its events.

    Without SOURCE, the configured one (sources.live.source) or camera 0 is watched. Results are
    kept in an archive (--out), which 'motionlapse events' lists.
    """
    set_up_log(quiet=quiet, verbose=verbose, log_file=log_file)

    def load() -> Settings:
        settings = load_and_log_settings(config, set_, flags)
        _check_measure(settings, flags)
        return settings

    settings = load()
    shown = is_terminal(sys.stdout) and not json if dashboard is None else dashboard
    if shown and json:
        raise ConfigError("--dashboard and --json cannot be used together")
    if shown and not is_terminal(sys.stdout):
        raise ConfigError("--dashboard: standard output is not a terminal")

    compile_kernels()
    from motionlapse.cli.watch_run import watch_until_the_end

    code = watch_until_the_end(source, settings, load, json=json, dashboard=shown, quiet=quiet)
    if fault := log_fault():
        logger.error("%s", fault)
        code = max(code, SinkError.exit_code)
    raise typer.Exit(code)


def _check_measure(settings: Settings, flags: Mapping[str, object]) -> None:
    """Refuse flags of a measure where no measure decides.

    Raises
    ------
    ConfigError
        Names the flag, and what it needs.
    """
    given = [
        layer.origin for layer in flag_layers(flags) if min(layer.values).startswith("measures.")
    ]
    if not given:
        return
    if settings.decision.lapse.every is None:
        raise ConfigError(f"{given[0]} applies only to time-lapse; add --every TIME")
    others = [flag for flag in given if flag != "--measure"]
    if settings.measures.measure == RUNNING_MODEL and others:
        raise ConfigError(
            f"{others[0]} applies only to a measure; add --measure NAME (for the background "
            "model, --enter sets the threshold and --scale the picture size)"
        )
