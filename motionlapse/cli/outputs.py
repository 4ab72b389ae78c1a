"""Checks of output files before any work begins: what they must not replace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from motionlapse.errors import ConfigError, SourceError
from motionlapse.files import ARCHIVE_FILE, check_folder, check_writable, is_special, writing
from motionlapse.made import Made, refuse_others
from motionlapse.sinks.settings import SinkSettings
from motionlapse.sources.footage import Footage

_OF_ALL = ("--csv", "--log-file")  # one file for all sources together
_MADE = {"--csv": Made.EVENTS, "--metrics": Made.METRICS}


def check_outputs(
    footage: Iterable[Footage | SourceError],
    sinks: SinkSettings,
    csv: Path | None,
    log_file: Path | None,
) -> None:
    """Check the files that a scan will write besides its archive, before footage is read.

    Raises
    ------
    ConfigError
        If an output would replace footage or its folder, the archive's database, another output, or
        a file of another kind.
    SinkError
        If one cannot be written.
    """
    found = [one for one in footage if isinstance(one, Footage)]
    table = None if str(csv) == "-" else csv
    outputs = {
        "--masks": sinks.masks, "--metrics": sinks.metrics, "--join": sinks.join, "--csv": table,
        "--log-file": log_file,
    }  # fmt: skip
    refuse_footage(outputs, found)
    refuse_database(outputs, sinks.out)
    _refuse_each_other(outputs)
    if not found:
        return
    for flag, path in outputs.items():
        if path is None:
            continue
        if flag == "--masks" and not sinks.masks_film:
            check_folder(path)
        elif len(found) == 1 or flag in _OF_ALL:
            if flag in _MADE:
                refuse_others(path, _MADE[flag])
            check_writable(path)
        else:
            check_folder(path.parent)  # the files of each source get their names later


def _refuse_each_other(outputs: Mapping[str, Path | None]) -> None:
    flags: dict[Path, str] = {}
    for flag, path in outputs.items():
        if path is None:
            continue
        with writing(path):
            if is_special(path):
                continue
        place = path.resolve()
        if place in flags:
            raise ConfigError(
                f"{flag} {path}: {flags[place]} writes to the same file; name another"
            )
        flags[place] = flag


def refuse_footage(outputs: Mapping[str, Path | None], found: Iterable[Footage]) -> None:
    """Refuse to write over footage.

    Raises
    ------
    ConfigError
        Naming the flag.
    """
    read = [path for one in found for path in (one.path, *one.stills) if path.exists()]
    for flag, path in outputs.items():
        if path is None:
            continue
        with writing(path):
            same = path.exists() and any(known.samefile(path) for known in read)
        if same:
            raise ConfigError(f"{flag} {path}: this file is footage; choose another name")


def refuse_database(outputs: Mapping[str, Path | None], archive: Path) -> None:
    """Refuse to write over an archive's database, even if it does not exist yet.

    Raises
    ------
    ConfigError
        Naming the flag.
    """
    database = archive / ARCHIVE_FILE
    for flag, path in outputs.items():
        if path and _is_same(path, database):
            raise ConfigError(f"{flag} {path}: this file is the archive; choose another name")


def _is_same(path: Path, other: Path) -> bool:
    with writing(path):
        if path.exists() and other.exists():
            return path.samefile(other)
    return path.resolve() == other.resolve()
