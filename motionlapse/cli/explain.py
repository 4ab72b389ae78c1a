"""``motionlapse explain``: one frame, every layer, and why it did or did not count."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from motionlapse.cli.console import Json, LogFile, Quiet, Verbose, print_json, printing, set_up_log
from motionlapse.cli.given import name_given, path_given
from motionlapse.cli.options import (
    WATCH_ONLY,
    Config,
    Set,
    check_fps,
    load_and_log_settings,
    with_setting_flags,
)
from motionlapse.errors import ConfigError
from motionlapse.pipeline_settings import Settings
from motionlapse.settings import entries
from motionlapse.units import parse_duration

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)

# What is kept, and where reading ends, is given here.
_OTHER_SETTINGS = [
    entry.key
    for entry in entries(Settings)
    if entry.key.startswith(("sinks.", "batch."))
    or entry.key in ("sources.end", "sources.duration", "sources.prescan")
]


@app.command()
@with_setting_flags(excluding=[*_OTHER_SETTINGS, *WATCH_ONLY])
def explain(
    footage: Annotated[
        str,
        typer.Argument(metavar="FOOTAGE", parser=name_given, help="A film or a folder of stills."),
    ],
    *,
    at: Annotated[
        str, typer.Option("--at", metavar="TIME", help="Explain the frame shown at this time.")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE",
            parser=path_given,
            show_default=False,
            help="Write the picture to this .png file [explain.png].",
        ),
    ] = Path("explain.png"),
    json: Json = False,
    config: Config = None,
    set_: Set = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_file: LogFile = None,
    **flags: object,
) -> None:
    """Show every layer of one frame, and say why it did or did not count.

    The footage is scanned from its beginning (or --start) up to that frame, with the same settings
    as a scan, so that the frame is judged as a scan judges it.
    """
    set_up_log(quiet=quiet, verbose=verbose, log_file=log_file)
    at_s = _time(at)
    if out.suffix.lower() != ".png":
        raise ConfigError(f"--out {out}: the picture's name must end in .png")
    settings = load_and_log_settings(config, set_, flags)

    from motionlapse.cli.outputs import refuse_footage
    from motionlapse.files import check_writable, write_in_folder
    from motionlapse.made import Made, refuse_others
    from motionlapse.report.explain import as_png
    from motionlapse.report.explain import explain as explained
    from motionlapse.sources.footage import one_footage

    found = one_footage(footage)
    check_fps(flags, [found])
    refuse_footage({"--out": out}, [found])
    refuse_others(out, Made.PICTURE)
    check_writable(out)
    result = explained(found, settings, at_s)
    write_in_folder(out, as_png(result.picture))
    if json:
        print_json(result.record | {"picture": str(out)})
        return
    with printing():
        for line in result.lines:
            typer.echo(line)
        typer.echo(f"every layer: {out}")


def _time(text: str) -> float:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ConfigError(f"--at: {error}") from None
