"""Saving regions in a config file without changing anything else in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import tomlkit
import tomlkit.exceptions
from tomlkit.items import Array

from motionlapse.analysis.areas import WatchedArea
from motionlapse.analysis.prepare import choose_scale
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.errors import ConfigError, why
from motionlapse.files import check_writable, read_text, write_in_folder


def check_regions(
    settings: AnalysisSettings, size: tuple[int, int], regions: Sequence[str], ignore: Sequence[str]
) -> None:
    """Refuse polygons that do not fit the picture.

    Parameters
    ----------
    settings
        The settings, which limit the watched area further.
    size
        (width, height) of the source.
    regions, ignore
        Polygons as ``--region`` and ``--ignore`` take them.

    Raises
    ------
    ConfigError
        If one is not a polygon or lies outside the picture, or nothing is left to watch.
    """
    polygons = {"regions": tuple(regions), "ignore": tuple(ignore)}
    changed = settings.model_copy(update=polygons)
    scale = choose_scale(size, settings.scale)
    WatchedArea(changed, size, (size[0] // scale, size[1] // scale), scale)  # raises


def check_file(path: Path) -> None:
    """Make sure, before anybody draws, that `save_regions` can put regions into a file.

    Raises
    ------
    ConfigError
        If what is there is not TOML.
    SinkError
        If it cannot be written.
    """
    _read(path)
    check_writable(path)


def save_regions(path: Path, regions: Sequence[str], ignore: Sequence[str]) -> None:
    """Put ``regions`` and ``ignore`` into the table ``[analysis]`` of a TOML file.

    Parameters
    ----------
    path
        Created if it does not exist; comments and all other keys stay.
    regions, ignore
        Polygons.

    Raises
    ------
    ConfigError
        If the existing file is not TOML.
    SinkError
        If it cannot be written.
    """
    document, table = _read(path)
    table["regions"] = _lines(regions)
    table["ignore"] = _lines(ignore)
    write_in_folder(path, tomlkit.dumps(document).encode())


def _read(path: Path) -> tuple[tomlkit.TOMLDocument, dict[str, object]]:
    """Return what is in a file, and its table ``[analysis]``."""
    try:
        document = tomlkit.parse(read_text(path) if path.exists() else "")
    except (OSError, tomlkit.exceptions.ParseError) as error:
        raise ConfigError(f"{path}: cannot be read as TOML: {why(error)}") from None
    table = document.setdefault("analysis", tomlkit.table())
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: 'analysis' is not a table")
    return document, table


def _lines(polygons: Sequence[str]) -> Array:
    lines = tomlkit.array()
    lines.extend(polygons)
    return lines.multiline(len(polygons) > 1)
