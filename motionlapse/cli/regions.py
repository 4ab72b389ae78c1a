"""``motionlapse regions``: draw what is watched and what is ignored."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motionlapse.cli.console import LogFile, Quiet, Verbose, logger, printing, set_up_log
from motionlapse.cli.given import name_given, path_given
from motionlapse.cli.options import Config, Set, load_and_log_settings, with_setting_flags
from motionlapse.errors import ConfigError
from motionlapse.pipeline_settings import Settings
from motionlapse.settings import entries

if TYPE_CHECKING:
    from motionlapse.frames import Source

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)

# The page shows what moves in a piece that is read once: nothing is decided, kept or left out.
_OTHER_SETTINGS = [
    entry.key
    for entry in entries(Settings)
    if entry.key.startswith(("sinks.", "decision.", "batch.", "sources.live."))
    or entry.key in ("sources.wall_start", "sources.prescan")
]
_PIECE_S = 60.0
_INTERRUPTED = 130


@app.command()
@with_setting_flags(excluding=_OTHER_SETTINGS)
def regions(
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
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            parser=path_given,
            help="Save the regions to this file; it may have some [--config, else "
            "./motionlapse.toml].",
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
    """Open a page for drawing regions over the picture, and save them to a config file.

    The page shows which blobs of the first minute (or of --start and --duration) lie in the
    regions. It is served on 127.0.0.1 only; its button Done ends the program.
    """
    set_up_log(quiet=quiet, verbose=verbose, log_file=log_file)
    # What is saved replaces the regions that are in the file, so those are what is shown.
    begun = out if config is None and out is not None and out.is_file() else config
    settings = load_and_log_settings(begun, set_, flags)
    place = out or config or Path("motionlapse.toml")

    from motionlapse.report.region_file import check_file, check_regions, save_regions
    from motionlapse.report.region_scene import Scene
    from motionlapse.report.region_server import RegionServer

    check_file(place)
    scene = Scene()
    name, open_source = _source(source, settings, scene.stopping)

    def save(regions: Sequence[str], ignore: Sequence[str]) -> str:
        check_regions(settings.analysis, scene.size, regions, ignore)
        save_regions(place, regions, ignore)
        logger.info("%s: %d regions, %d ignored", place, len(regions), len(ignore))
        return str(place)

    try:
        scene.start(open_source, settings)
        server = RegionServer(
            scene, name, settings.analysis.regions, settings.analysis.ignore, save
        )
        with printing():
            typer.echo(server.address)
        if _has_browser() if open_page is None else open_page:
            webbrowser.open(server.address)
        logger.info("draw on that page; to finish, press its button Done, or Ctrl-C here")
        server.serve()
    except KeyboardInterrupt:
        raise typer.Exit(_INTERRUPTED) from None
    finally:
        scene.stop()


def _source(
    name: str, settings: Settings, should_stop: Callable[[], bool]
) -> tuple[str, Callable[[], Source]]:
    """Return the name of a source as it may be shown, and what opens a piece of it.

    Raises
    ------
    SourceError
        If there is nothing of that name.
    ConfigError
        If a piece is asked for that a live source does not have.
    """
    from motionlapse.sources.address import parse_address
    from motionlapse.sources.footage import one_footage
    from motionlapse.sources.live_scene import LiveScene, is_live
    from motionlapse.sources.opening import open_footage

    sources = settings.sources
    if is_live(name):
        if sources.start or sources.end is not None:
            raise ConfigError("--start and --end are for recorded footage; give --duration")
        shown, most_s = parse_address(name).name, sources.duration or _PIECE_S
        return shown, lambda: LiveScene(name, sources, most_s=most_s, should_stop=should_stop)
    if sources.duration is None and sources.end is None:
        sources = sources.model_copy(update={"duration": _PIECE_S})
    footage = one_footage(name)
    return name, lambda: open_footage(footage, sources)


def _has_browser() -> bool:
    """Tell whether there is a screen on which a browser can open."""
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True
