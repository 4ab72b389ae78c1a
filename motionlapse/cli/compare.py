"""``motionlapse compare``: how different two pictures are, by every measure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from motionlapse.cli.completion import measures, offering
from motionlapse.cli.console import Json, LogFile, Quiet, Verbose, set_up_log
from motionlapse.cli.given import path_given
from motionlapse.cli.options import Config, Set, load_and_log_settings, with_setting_flags
from motionlapse.errors import ConfigError, SourceError
from motionlapse.files import reading, writing
from motionlapse.made import Made, refuse_others
from motionlapse.pipeline_settings import Settings
from motionlapse.settings import entries

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)

WATCHED = ("analysis.regions", "analysis.ignore", "analysis.mask_image")
_DECIDING = ("measures.measure", "measures.threshold")
_OTHER_SETTINGS = [
    entry.key
    for entry in entries(Settings)
    if entry.key in _DECIDING or not entry.key.startswith(("measures.", *WATCHED))
]


@app.command()
@with_setting_flags(excluding=_OTHER_SETTINGS, measures=True)
def compare(
    before: Annotated[
        Path, typer.Argument(metavar="BEFORE", parser=path_given, help="A picture, or a folder.")
    ],
    after: Annotated[
        Path, typer.Argument(metavar="AFTER", parser=path_given, help="A picture, or a folder.")
    ],
    *,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            "--measure",
            metavar="NAME",
            autocompletion=offering(measures),
            help="Use only this measure (repeatable) [two pictures: all; folders: background, "
            "ssim, ncc, hist_kl, phash].",
        ),
    ] = None,
    diff: Annotated[
        Path | None,
        typer.Option(
            "--diff",
            metavar="OUT.png",
            parser=path_given,
            help=(
                "Write a picture of both and their difference, with changes outlined; for "
                "folders, a folder."
            ),
        ),
    ] = None,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-if",
            metavar="CONDITION",
            help="Exit with code 5 if this holds, such as 'ssim<0.95' (repeatable).",
        ),
    ] = None,
    match: Annotated[
        bool,
        typer.Option(
            "--match", help="Pair the pictures of two folders by appearance instead of by name."
        ),
    ] = False,
    json: Json = False,
    config: Config = None,
    set_: Set = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_file: LogFile = None,
    **flags: object,
) -> None:
    """Show how different two pictures are, by every measure.

    'motionlapse list measures' says what each measure is good for.
    """
    set_up_log(quiet=quiet, verbose=verbose, log_file=log_file)
    settings = load_and_log_settings(config, set_, flags)
    for path in (before, after):
        with reading(path):
            if not path.exists():
                raise SourceError(f"{path}: no such file or folder")
    if before.is_dir() != after.is_dir():
        raise ConfigError(
            f"{before} and {after}: one is a folder and one is not; give two pictures or two "
            "folders"
        )
    if diff is not None:
        with writing(diff):
            same = diff.exists() and any(map(diff.samefile, (before, after)))
        if same:
            raise ConfigError(
                f"--diff {diff}: would overwrite what is being compared; choose another name"
            )
        if not before.is_dir():
            refuse_others(diff, Made.PICTURE)
    if match and not before.is_dir():
        raise ConfigError("--match needs two folders")

    from motionlapse.cli.compare_output import Asked, compare_folders, compare_pictures

    asked = Asked.of(measure or [], fail_if or [], folders=before.is_dir(), diff=diff, json=json)
    run = compare_folders if before.is_dir() else compare_pictures
    raise typer.Exit(run(before, after, asked, settings, match=match))
