"""How sources stand in an archive's database, and which folders they get."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from motionlapse.files import ARCHIVE_FILE

_RESERVED = {ARCHIVE_FILE, f"{ARCHIVE_FILE}-wal", f"{ARCHIVE_FILE}-shm"}


def stored_location(location: Path | str, archive: Path) -> str:
    """Return a location as the database has it: a path relative to the archive, else as it is."""
    place = (
        os.path.relpath(location.resolve(), archive.resolve())
        if isinstance(location, Path)
        else location
    )
    return os.fsencode(place).decode("utf-8", "backslashreplace")


def source_row(db: sqlite3.Connection, location: str, label: str, kind: str) -> tuple[int, str]:
    """Return id and folder of a source; a new one gets a folder that no other has."""
    query = "SELECT id, folder FROM sources WHERE location = ?"
    if row := db.execute(query, (location,)).fetchone():
        return int(row[0]), str(row[1])

    def taken(name: str) -> bool:
        query = "SELECT 1 FROM sources WHERE folder = ?"  # it has an index: archives may be large
        return name in _RESERVED or db.execute(query, (name,)).fetchone() is not None

    base = label.strip(". ") or "source"
    folder, number = base, 1
    while taken(folder):
        number += 1
        folder = f"{base}-{number}"
    cursor = db.execute(
        "INSERT INTO sources (location, folder, kind) VALUES (?, ?, ?)", (location, folder, kind)
    )
    return int(cursor.lastrowid or 0), folder
