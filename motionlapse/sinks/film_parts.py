"""Films that are being written beside their places, and what a killed program left of such.

Who writes one holds a lock on it, which ends with the process, however that ends. What nobody holds
is of no use to anybody.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sys
from pathlib import Path
from typing import BinaryIO

from motionlapse.files import drop

# As `motionlapse.files.part_of` names them.
_PART = re.compile(r"\.(.+\.(?:mp4|mkv))\.[0-9a-f]{12}\.part", re.IGNORECASE | re.DOTALL)


def hold_new(part: Path) -> BinaryIO:
    """Make an empty part and hold it until the file that is returned is closed.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    while True:
        file = part.open("xb")
        if sys.platform == "win32":  # where what is open keeps its name, and nothing is removed
            file.close()
            return file
        with contextlib.suppress(OSError):  # a file system without locks
            _lock(file, wait=True)
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()  # somebody saw it before it was held, and removed it


def drop_dead(folder: Path, film: str | None = None) -> None:
    """Remove the parts in a folder that nobody holds: whoever wrote them was killed.

    Where a file system has no locks none are removed.

    Parameters
    ----------
    folder
        It need not be there.
    film
        The name of the film; None: any.
    """
    with contextlib.suppress(OSError):
        for part in list(folder.iterdir()):
            match = _PART.fullmatch(part.name)
            if match is not None and film in (None, match[1]):
                _drop_if_dead(part)


def _drop_if_dead(part: Path) -> None:
    with contextlib.suppress(OSError), part.open("r+b") as file:
        _lock(file, wait=False)
        drop(part)


def _lock(file: BinaryIO, *, wait: bool) -> None:
    """Take a lock that ends with the process; OSError where there are none.

    So it is, too, where another process holds it and is not waited for.
    """
    if sys.platform == "win32":
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
