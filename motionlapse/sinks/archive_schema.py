"""The archive's tables, and how a new archive comes to be."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from motionlapse.files import drop, part_of

SCHEMA_VERSION = 3
OLDEST_SCHEMA = 1

_SCHEMA = """
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    location TEXT NOT NULL UNIQUE,      -- relative to the archive
    folder TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    last_event INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources(id),
    started TEXT NOT NULL,
    version TEXT NOT NULL,
    settings TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    start_wall TEXT,
    state TEXT NOT NULL DEFAULT 'running',   -- done, interrupted or failed at its end
    frames INTEGER,
    end_s REAL,
    faults TEXT NOT NULL DEFAULT '[]',
    films TEXT NOT NULL DEFAULT '{}',   -- made outside by a run without a mark, and what each was
    mark TEXT NOT NULL DEFAULT ''       -- of the footage, where all of it was scanned and kept
);
CREATE TABLE events (
    source_id INTEGER NOT NULL REFERENCES sources(id),
    number INTEGER NOT NULL,
    run_id INTEGER NOT NULL REFERENCES runs(id),
    start_s REAL NOT NULL,
    end_s REAL NOT NULL,
    start_frame INTEGER NOT NULL,
    end_frame INTEGER NOT NULL,
    start_wall TEXT,
    end_wall TEXT,
    peak_s REAL NOT NULL,
    peak_frame INTEGER NOT NULL,
    peak_score REAL NOT NULL,
    peak_fraction REAL NOT NULL,
    reason TEXT NOT NULL,
    ending TEXT NOT NULL,
    regions TEXT NOT NULL,
    mask BLOB,                               -- of the best frame, 1-bit PNG at the size of analysis
    clip TEXT,
    PRIMARY KEY (source_id, number)
) WITHOUT ROWID;
CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    path TEXT NOT NULL,                      -- relative to the archive
    time_s REAL NOT NULL,
    frame INTEGER NOT NULL,
    score REAL NOT NULL,
    FOREIGN KEY (source_id, number) REFERENCES events(source_id, number)
);
CREATE INDEX snapshots_of_event ON snapshots (source_id, number);
CREATE INDEX runs_of_source ON runs (source_id);
CREATE TABLE scores (
    run_id INTEGER NOT NULL REFERENCES runs(id),
    first_bin INTEGER NOT NULL,              -- of half a second each
    bins BLOB NOT NULL,                      -- see score_bins
    PRIMARY KEY (run_id, first_bin)
) WITHOUT ROWID;
"""


# From each older version to the next.
_STEPS = {
    1: "ALTER TABLE runs ADD COLUMN mark TEXT NOT NULL DEFAULT ''",
    2: "ALTER TABLE runs ADD COLUMN films TEXT NOT NULL DEFAULT '{}'",
}


def migrate(db: sqlite3.Connection) -> int:
    """Bring an archive of an older version up to date; return the version that it has then.

    Must be called in a transaction: somebody else may be about to do the same.
    """
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    while version in _STEPS:
        db.execute(_STEPS[version])
        version += 1
        db.execute(f"PRAGMA user_version = {version}")
    return version


def make_database(path: Path) -> None:
    """Make the database beside its place and put it there, unless somebody else was faster.

    Switching a database to write-ahead logging is the one change that SQLite does not let several
    programs try at once.
    """
    part = part_of(path)
    try:
        with contextlib.closing(sqlite3.connect(part, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = OFF")  # nobody else sees it yet
            db.executescript(_SCHEMA)
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            db.execute("PRAGMA journal_mode = WAL")
        try:
            os.link(part, path)
        except FileExistsError:
            pass  # somebody else was faster
        except OSError:  # a file system without links
            if not path.exists():
                part.replace(path)
    finally:
        drop(part)
