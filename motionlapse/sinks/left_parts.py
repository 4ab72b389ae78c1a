"""Unfinished films, pictures and metrics that a killed program left beside their places.

A program holds a lock on each file that it is writing. A file that nobody has locked is dead.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from motionlapse.files import drop, put_new
from motionlapse.locks import lock
from motionlapse.sinks.whole_lines import cut_to_lines

# As `motionlapse.files.part_of` names them.
_PART = re.compile(r"\.(.+)\.[0-9a-f]{12}\.part", re.DOTALL)
_FILM_OR_PICTURE = re.compile(r".*\.(mp4|mkv|bmp|jpe?g|png|p[gp]m|tiff?|webp)", re.DOTALL)


def drop_dead(folder: Path, name: str | None = None) -> None:
    """Remove the unfinished files in a folder that nobody has locked: their programs were killed.

    On a file system without locks none are removed.

    Parameters
    ----------
    folder
        It need not exist.
    name
        The name that the file was to get; None for any film or picture.
    """
    for part, meant in _parts_in(folder):
        if _is_meant(meant, name):
            _drop_if_dead(part)


def keep_dead_lines(place: Path) -> list[Path]:
    """Give names to the unfinished files of a table that nobody has locked, cut to whole lines.

    Parameters
    ----------
    place
        Where the table was to be; names like it, as `motionlapse.files.free_name` gives, count too.

    Returns
    -------
    list
        Their new names, which were free.
    """
    like = re.compile(rf"{re.escape(place.stem)}(-\d+)?{re.escape(place.suffix)}")
    kept = []
    for part, meant in sorted(_parts_in(place.parent)):
        if like.fullmatch(meant):
            with contextlib.suppress(OSError), part.open("r+b") as file:
                lock(file, wait=False)
                header = len(file.readline())
                if cut_to_lines(file) <= header:
                    drop(part)
                else:
                    kept.append(put_new(part, part.with_name(meant)))
    return kept


def _parts_in(folder: Path) -> list[tuple[Path, str]]:
    """Return the unfinished files in a folder, each with the name that it was to get."""
    found = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:  # there may be a million
        for part in [entry.name for entry in entries if entry.name.endswith(".part")]:
            match = _PART.fullmatch(part)
            if match is not None:
                found.append((folder / part, match[1]))
    return found


def _is_meant(found: str, name: str | None) -> bool:
    return _FILM_OR_PICTURE.fullmatch(found.lower()) is not None if name is None else found == name


def _drop_if_dead(part: Path) -> None:
    with contextlib.suppress(OSError), part.open("r+b") as file:
        lock(file, wait=False)
        drop(part)
