"""New files that are locked while they are written, so that nobody takes them for dead ones.

A lock ends with the process that has it, however that ends.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path
from typing import BinaryIO


def hold_new(path: Path, *, shared: bool = False) -> BinaryIO:
    """Make an empty file and keep it locked until the file that is returned is closed.

    Write through the returned file. Opening it a second time is no good: on a network drive (SMB)
    the lock keeps everybody else from writing, this program included; and ext4 writes a file that
    was truncated to the disk when it is closed, which takes several times as long.

    Parameters
    ----------
    path
        A name that is free.
    shared
        True if something else, such as FFmpeg, will open the file and write it. If the lock would
        forbid that, it is released.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    while True:
        file = path.open("xb")
        with contextlib.suppress(OSError):  # a file system without locks
            lock(file, wait=True)
            if shared and not _others_may_write(path):
                unlock(file)
        if path.exists():
            return file
        file.close()  # somebody found it before it was locked, and removed it


def ready_to_rename(file: BinaryIO) -> None:
    """Flush a file that is held; on Windows close it, for there an open file cannot be renamed."""
    if sys.platform == "win32":
        file.close()
    else:
        file.flush()


def _others_may_write(path: Path) -> bool:
    try:
        with path.open("r+b", buffering=0) as other:
            other.write(b"\0")
            other.truncate(0)
    except OSError:
        return False
    return True


def lock(file: BinaryIO, *, wait: bool) -> None:
    """Take the lock of an open file; OSError where there are none.

    So it is, too, where another process holds it and is not waited for.
    """
    if sys.platform == "win32":
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


def unlock(file: BinaryIO) -> None:
    """Give the lock of an open file back, which it has."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_UN)
