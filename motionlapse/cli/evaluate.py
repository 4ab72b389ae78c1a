"""``motionlapse evaluate``: accuracy against ground truth."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from motionlapse.cli.completion import models as background_models
from motionlapse.cli.completion import offering
from motionlapse.cli.console import Json, LogFile, Quiet, Verbose, is_terminal, set_up_log
from motionlapse.cli.given import path_given
from motionlapse.cli.options import (
    Config,
    Set,
    load_and_log_settings,
    parameter_name,
    with_setting_flags,
)
from motionlapse.errors import ConfigError
from motionlapse.pipeline_settings import Settings
from motionlapse.settings import entries

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)

# What says how pictures are judged; which part of them is read, and what is kept, is given here.
_JUDGING = ("background.", "analysis.", "decision.")
# A time-lapse has neither masks of every frame nor events.
_OTHER_SETTINGS = [
    *(entry.key for entry in entries(Settings) if not entry.key.startswith(_JUDGING)),
    "decision.lapse.*",
]


@app.command()
@with_setting_flags(excluding=_OTHER_SETTINGS)
def evaluate(
    dataset: Annotated[
        list[Path],
        typer.Argument(
            metavar="DATASET",
            parser=path_given,
            help="Folders with input/ and groundtruth/, or the folder of the clips with --events.",
        ),
    ],
    *,
    events: Annotated[
        Path | None,
        typer.Option(
            "--events",
            metavar="EVENTS.csv",
            parser=path_given,
            help="Score events instead of masks, against this table of intervals.",
        ),
    ] = None,
    models: Annotated[
        str | None,
        typer.Option(
            "--models",
            metavar="A,B",
            autocompletion=offering(background_models, several=True),
            help="Evaluate several background models side by side.",
        ),
    ] = None,
    worst: Annotated[
        int | None,
        typer.Option(
            "--worst",
            metavar="N",
            min=1,
            help="Write pictures of each model's N worst frames: input, truth and mask (red: "
            "wrongly foreground, blue: wrongly background).",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", parser=path_given, help="Folder for the pictures of --worst."
        ),
    ] = None,
    fps: Annotated[
        str | None, typer.Option("--fps", metavar="RATE", help="Frame rate of the pictures [25].")
    ] = None,
    json: Json = False,
    config: Config = None,
    set_: Set = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_file: LogFile = None,
    **flags: object,
) -> None:
    """Measure the accuracy of masks, pixel by pixel, or of events against ground truth.

    Masks: recall, specificity, FPR, FNR, PWC, precision and F-measure as on changedetection.net.
    Events (--events): found, false, frames covered, delay. Every frame is always analysed.
    """
    set_up_log(quiet=quiet, verbose=verbose, log_file=log_file)
    if (worst is None) != (out is None):
        raise ConfigError("--worst N and --out DIR belong together: give both or neither")
    if events is not None and (worst is not None or fps is not None or len(dataset) != 1):
        raise ConfigError(
            "--events takes one folder, the one with the clips, and neither --worst nor --fps"
        )
    if models is not None and flags.get(parameter_name("background.model")) is not None:
        raise ConfigError(
            "--models and --background cannot be used together; name all models in --models"
        )
    flags[parameter_name("sources.fps")] = fps
    settings = load_and_log_settings(config, set_, flags)

    from motionlapse.cli.evaluate_output import show_events, show_masks
    from motionlapse.cli.evaluate_progress import EvaluationProgress

    names = _model_names(settings.background.model if models is None else models)
    with EvaluationProgress(json=json, bars=is_terminal(sys.stderr) and not quiet) as progress:
        if events is None:
            show_masks(progress, dataset, names, settings, worst, out)
        else:
            show_events(progress, events, dataset[0], names, settings)
    raise typer.Exit(progress.exit_code)


def _model_names(text: str) -> list[str]:
    from motionlapse.background import MODELS
    from motionlapse.errors import nearest

    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in MODELS:
            raise ConfigError(
                f"--models: no background model '{name}'; choose from "
                f"{', '.join(MODELS)}{nearest(name, MODELS)}"
            )
    if not names:
        raise ConfigError(f"--models: no model is named; choose from {', '.join(MODELS)}")
    return names
