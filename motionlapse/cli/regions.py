"""``motionlapse regions``: draw what is watched and what is ignored."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from motionlapse.cli.console import LogFile, Quiet, Verbose, logger, printing, set_up_log
from motionlapse.cli.options import Config, Set, load_settings, with_setting_flags
from motionlapse.pipeline_settings import Settings
from motionlapse.settings import entries

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)

_OTHER_SETTINGS = [
    entry.key for entry in entries(Settings) if entry.key.startswith(("sinks.", "decision."))
]
_PIECE_S = 60.0
_INTERRUPTED = 130


@app.command()
@with_setting_flags(excluding=_OTHER_SETTINGS)
def regions(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A film or a folder of stills.")],
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="Save here [--config, else ./motionlapse.toml]."
        ),
    ] = None,
    open_page: Annotated[
        bool | None,
        typer.Option("--open/--no-open", help="Open the page in a browser [where there is one]."),
    ] = None,
    config: Config = None,
    set_: Set = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_file: LogFile = None,
    **flags: object,
) -> None:
    """Open a page on which regions are drawn over the picture, and save them to a config file.

    The page shows which blobs of the first minute (or of --start and --duration) they catch. It is
    served on 127.0.0.1 alone, and the program ends when the page says done.
    """
    set_up_log(quiet=quiet, verbose=verbose, log_file=log_file)
    settings = load_settings(config, set_, flags).settings
    place = out or config or Path("motionlapse.toml")

    from motionlapse.report.region_file import check_regions, save_regions
    from motionlapse.report.region_scene import Scene
    from motionlapse.report.region_server import RegionServer
    from motionlapse.sources.footage import one_footage

    if settings.sources.duration is None and settings.sources.end is None:
        piece = settings.sources.model_copy(update={"duration": _PIECE_S})
        settings = settings.model_copy(update={"sources": piece})
    scene = Scene()
    scene.start(one_footage(source), settings)

    def save(regions: Sequence[str], ignore: Sequence[str]) -> str:
        check_regions(settings.analysis, scene.size, regions, ignore)
        save_regions(place, regions, ignore)
        logger.info("%s: %d regions, %d ignored", place, len(regions), len(ignore))
        return str(place)

    server = RegionServer(scene, source, settings.analysis.regions, settings.analysis.ignore, save)
    with printing():
        typer.echo(server.address)
    if _has_browser() if open_page is None else open_page:
        webbrowser.open(server.address)
    logger.info("draw on that page; Ctrl-C or its button Done ends")
    try:
        server.serve()
    except KeyboardInterrupt:
        raise typer.Exit(_INTERRUPTED) from None
    finally:
        scene.stop()


def _has_browser() -> bool:
    """Tell whether there is a screen on which a browser can open."""
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True
