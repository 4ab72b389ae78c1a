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
from motionlapse.files import make_folder, write_whole


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
    try:
        text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        document = tomlkit.parse(text)
    except (OSError, UnicodeDecodeError, tomlkit.exceptions.ParseError) as error:
        raise ConfigError(f"{path}: cannot be read as TOML: {why(error)}") from None
    table = document.setdefault("analysis", tomlkit.table())
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: 'analysis' is not a table")
    table["regions"] = _lines(regions)
    table["ignore"] = _lines(ignore)
    make_folder(path.parent)
    write_whole(path, tomlkit.dumps(document).encode())


def _lines(polygons: Sequence[str]) -> Array:
    lines = tomlkit.array()
    lines.extend(polygons)
    return lines.multiline(len(polygons) > 1)
