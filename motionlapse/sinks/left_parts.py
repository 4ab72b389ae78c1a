"""What a killed program left of films and pictures that it wrote beside their places.

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
_PART = re.compile(r"\.(.+\.(?:mp4|mkv|jpg|png))\.[0-9a-f]{12}\.part", re.IGNORECASE | re.DOTALL)


def drop_dead(folder: Path, name: str | None = None) -> None:
    """Remove the parts in a folder that nobody holds: whoever wrote them was killed.

    Where a file system has no locks none are removed.

    Parameters
    ----------
    folder
        It need not be there.
    name
        That of the film or picture; None: any.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:  # there may be a million
        for part in [entry.name for entry in entries if entry.name.endswith(".part")]:
            match = _PART.fullmatch(part)
            if match is not None and name in (None, match[1]):
                _drop_if_dead(folder / part)


def _drop_if_dead(part: Path) -> None:
    with contextlib.suppress(OSError), part.open("r+b") as file:
        lock(file, wait=False)
        drop(part)
