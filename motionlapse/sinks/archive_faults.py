"""What went wrong with an archive's database, in words for people."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from pathlib import Path

from motionlapse.errors import SinkError, why

_PRIMARY = 0xFF  # SQLite's extended codes keep the plain one in their last byte
# SQLite takes this much at once for the index of a journal: with less left, what it calls an I/O
# error is a full disk.
_INDEX_BYTES = 32_768


def database_fault(error: sqlite3.Error | OSError, folder: Path) -> str:
    """Return the cause of a fault; a full disk is called what other results call it.

    A folder that is read-only is named as the cause, too.

    Parameters
    ----------
    error
        From SQLite or the file system.
    folder
        The archive.
    """
    full = os.strerror(errno.ENOSPC).lower()
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & _PRIMARY
    if code == sqlite3.SQLITE_FULL:
        return full
    if code == sqlite3.SQLITE_IOERR and _free_bytes(folder) < _INDEX_BYTES:
        return full
    # SQLite writes a journal beside the database, and says only that it cannot open something.
    unopened = code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
    if unopened and folder.is_dir() and not os.access(folder, os.W_OK):
        return "its folder is read-only"
    return why(error)


class InPlace:
    """Notices that a database was removed or replaced while it is open.

    SQLite goes on writing to a file that no name leads to any more, as if nothing had happened.

    Parameters
    ----------
    path
        The database, which is open.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._place = path.absolute()
        self._file = self._place.stat()

    def check(self) -> None:
        """Raise SinkError if its name leads to another file, or to none."""
        try:
            same = os.path.samestat(self._place.stat(), self._file)
        except (FileNotFoundError, NotADirectoryError):
            same = False
        if not same:
            raise SinkError(
                f"{self._path}: cannot be written: it was removed or replaced while it was in use"
            )


def _free_bytes(folder: Path) -> float:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return float("inf")
