"""New files that are held as long as they are written, so that nobody takes them for left over.

A lock ends with the process that has it, however that ends.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path
from typing import BinaryIO


def hold_new(path: Path) -> BinaryIO:
    """Make an empty file and hold it until the file that is returned is closed.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    while True:
        file = path.open("xb")
        if sys.platform == "win32":  # where what is open keeps its name, and nothing is removed
            file.close()
            return file
        with contextlib.suppress(OSError):  # a file system without locks
            lock(file, wait=True)
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()  # somebody saw it before it was held, and removed it


def lock(file: BinaryIO, *, wait: bool) -> None:
    """Take the lock of an open file; OSError where there are none.

    So it is, too, where another process holds it and is not waited for.
    """
    if sys.platform == "win32":
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
