"""``motionlapse sift``: from thousands of stills to those that changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from motionlapse.cli.console import Json, LogFile, Quiet, Verbose, set_up_log
from motionlapse.cli.given import name_given, path_given
from motionlapse.cli.options import Config, Set, load_and_log_settings, with_setting_flags
from motionlapse.errors import ConfigError
from motionlapse.pipeline_settings import Settings
from motionlapse.settings import entries

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)

_TAKEN = ("measures.", "analysis.regions", "analysis.ignore", "analysis.mask_image")
_OTHER_SETTINGS = [e.key for e in entries(Settings) if not e.key.startswith(_TAKEN)]


@app.command()
@with_setting_flags(excluding=_OTHER_SETTINGS, measures=True)
def sift(
    stills: Annotated[
        list[str],
        typer.Argument(metavar="STILLS", parser=name_given, help="Folders, globs or pictures."),
    ],
    *,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="DIR", parser=path_given, help="Folder for the stills that are kept."
        ),
    ],
    link: Annotated[
        bool, typer.Option("--link", help="Hard-link kept stills there (the default).")
    ] = False,
    copy: Annotated[bool, typer.Option("--copy", help="Copy kept stills.")] = False,
    move: Annotated[bool, typer.Option("--move", help="Move kept stills.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only report what would be kept; write nothing.")
    ] = False,
    json: Json = False,
    config: Config = None,
    set_: Set = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_file: LogFile = None,
    **flags: object,
) -> None:
    """Keep only the stills that differ from the last one kept.

    By default the running background model decides (background), so that clouds and nightfall do
    not count as changes; any other measure compares each still with the last one kept. Corrupt
    stills are reported and never compared with. A second run into the same folder continues where
    the first ended.
    """
    set_up_log(quiet=quiet, verbose=verbose, log_file=log_file)
    if link + copy + move > 1:
        raise ConfigError("--link, --copy and --move cannot be used together")
    settings = load_and_log_settings(config, set_, flags)

    from motionlapse.cli.sift_output import sift_all

    code = sift_all(
        stills,
        out,
        "move" if move else "copy" if copy else "link",
        settings,
        dry=dry_run,
        json=json,
        bars=not quiet,
    )
    raise typer.Exit(code)
