"""What a killed program left of films, pictures and metrics that it wrote beside their places.

Who writes one holds a lock on it. What nobody holds is of no use to anybody.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from motionlapse.files import drop
from motionlapse.locks import lock

# As `motionlapse.files.part_of` names them.
_PART = re.compile(r"\.(.+)\.[0-9a-f]{12}\.part", re.DOTALL)
_FILM_OR_PICTURE = re.compile(r".*\.(mp4|mkv|bmp|jpe?g|png|p[gp]m|tiff?|webp)", re.DOTALL)


def drop_dead(folder: Path, name: str | None = None) -> None:
    """Remove the parts in a folder that nobody holds: whoever wrote them was killed.

    Where a file system has no locks none are removed.

    Parameters
    ----------
    folder
        It need not be there.
    name
        What the file was to be called; None: any film or picture.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:  # there may be a million
        for part in [entry.name for entry in entries if entry.name.endswith(".part")]:
            match = _PART.fullmatch(part)
            if match is not None and _is_meant(match[1], name):
                _drop_if_dead(folder / part)


def _is_meant(found: str, name: str | None) -> bool:
    return _FILM_OR_PICTURE.fullmatch(found.lower()) is not None if name is None else found == name


def _drop_if_dead(part: Path) -> None:
    with contextlib.suppress(OSError), part.open("r+b") as file:
        lock(file, wait=False)
        drop(part)
