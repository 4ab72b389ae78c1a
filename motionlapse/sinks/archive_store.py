"""The archive's database: its tables, and each change to them as one transaction.

Several programs may write at the same time: the journal is a write-ahead log, every change takes
the write lock at its beginning, and numbers of events are given out under that lock.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from motionlapse._version import __version__
from motionlapse.errors import SinkError, why
from motionlapse.frames import SourceInfo
from motionlapse.sinks.archive_schema import FILE_NAME, SCHEMA_VERSION, make_database
from motionlapse.types import Event

_LOCK_WAIT_S = 30.0
_RESERVED = {FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"}


@dataclass(frozen=True, slots=True)
class StoredRun:
    """Where one scan of one source is written.

    Attributes
    ----------
    run_id, source_id
        Keys in the database.
    folder
        The source's folder in the archive; not made yet.
    last_event
        The last number that the source had given out when the run began.
    """

    run_id: int
    source_id: int
    folder: Path
    last_event: int = 0


class ArchiveStore:
    """The database of an archive, made if there is none.

    Parameters
    ----------
    folder
        The archive.

    Raises
    ------
    SinkError
        From every method, if the database cannot be written or was made by a newer version.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / FILE_NAME
        with self._faults():
            folder.mkdir(parents=True, exist_ok=True)
            if not self._path.exists():
                make_database(self._path)
            self._db = sqlite3.connect(self._path, timeout=_LOCK_WAIT_S, isolation_level=None)
            self._db.execute("PRAGMA synchronous = NORMAL")  # whole after a crash, in WAL mode
            self._db.execute("PRAGMA foreign_keys = ON")
            version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version != SCHEMA_VERSION:
            raise SinkError(
                f"{self._path}: has schema {version}, this version of motionlapse knows "
                f"{SCHEMA_VERSION}; use a newer one, or another --out"
            )

    def close(self) -> None:
        """Close the database; may be called again."""
        self._db.close()

    def begin_run(
        self, info: SourceInfo, location: Path, settings: Mapping[str, object], started: datetime
    ) -> StoredRun:
        """Add a run of a source, and the source where it is new.

        Parameters
        ----------
        info
            The source.
        location
            Its file or folder.
        settings
            Dotted keys and values, as JSON can hold them.
        started
            Wall time, aware.
        """
        place = os.path.relpath(location.resolve(), self.folder.resolve())
        place = os.fsencode(place).decode("utf-8", "backslashreplace")
        with self._transaction() as db:
            source_id, folder = self._source(db, place, info)
            cursor = db.execute(
                "INSERT INTO runs"
                " (source_id, started, version, settings, width, height, start_wall)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    source_id,
                    started.isoformat(timespec="seconds"),
                    __version__,
                    json.dumps(settings),
                    info.width,
                    info.height,
                    info.start_wall.isoformat() if info.start_wall else None,
                ),
            )
            last = db.execute("SELECT last_event FROM sources WHERE id = ?", (source_id,))
            return StoredRun(
                int(cursor.lastrowid or 0), source_id, self.folder / folder, int(last.fetchone()[0])
            )

    def discard_run(self, run: StoredRun) -> None:
        """Forget a run that could not begin."""
        with self._transaction() as db:
            db.execute("DELETE FROM runs WHERE id = ?", (run.run_id,))

    def end_run(
        self, run: StoredRun, *, state: str, frames: int, end_s: float, faults: list[str]
    ) -> None:
        """Say how a run ended: ``done``, ``interrupted`` or ``failed``."""
        with self._transaction() as db:
            db.execute(
                "UPDATE runs SET state = ?, frames = ?, end_s = ?, faults = ? WHERE id = ?",
                (state, frames, end_s, json.dumps(faults, ensure_ascii=False), run.run_id),
            )

    def next_event(self, run: StoredRun) -> int:
        """Give out the next number of the source; no number is given twice."""
        with self._transaction() as db:
            row = db.execute(
                "UPDATE sources SET last_event = last_event + 1 WHERE id = ? RETURNING last_event",
                (run.source_id,),
            ).fetchone()
            return int(row[0])

    def add_event(
        self,
        run: StoredRun,
        event: Event,
        *,
        walls: tuple[datetime | None, datetime | None],
        mask_png: bytes,
        snapshots: list[tuple[Path, float, int, float]],
        clip: Path | None = None,
    ) -> None:
        """Add a finished event with its pictures.

        Parameters
        ----------
        walls
            Time of day of its start and end.
        mask_png
            The foreground of its best frame.
        snapshots
            (path, media time, frame index, score) of each picture.
        clip
            Its piece of video.
        """
        start, end = (moment.isoformat() if moment else None for moment in walls)
        row = (
            run.source_id, event.number, run.run_id, event.start_s, event.end_s, event.start_frame,
            event.end_frame, start, end, event.peak_s, event.peak_frame, event.peak_score,
            event.peak_fraction, event.reason, event.ending, json.dumps(event.regions), mask_png,
            None if clip is None else os.path.relpath(clip, self.folder),
        )  # fmt: skip
        with self._transaction() as db:
            db.execute(f"INSERT INTO events VALUES ({', '.join('?' * len(row))})", row)
            db.executemany(
                "INSERT INTO snapshots (source_id, number, path, time_s, frame, score)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (run.source_id, event.number, os.path.relpath(path, self.folder), *rest)
                    for path, *rest in snapshots
                ],
            )

    def add_scores(self, run: StoredRun, chunks: list[tuple[int, bytes]]) -> None:
        """Add reduced scores: (first bin, packed bins) of each chunk; see `score_bins`."""
        with self._transaction() as db:
            db.executemany(
                "INSERT INTO scores (run_id, first_bin, bins) VALUES (?, ?, ?)",
                [(run.run_id, first, bins) for first, bins in chunks],
            )

    @staticmethod
    def _source(db: sqlite3.Connection, place: str, info: SourceInfo) -> tuple[int, str]:
        """Return id and folder of a source; a new one gets a folder that no other has."""
        query = "SELECT id, folder FROM sources WHERE location = ?"
        if row := db.execute(query, (place,)).fetchone():
            return int(row[0]), str(row[1])
        taken = {str(name) for (name,) in db.execute("SELECT folder FROM sources")}
        base = info.label.strip(". ") or "source"
        folder, number = base, 1
        while folder in taken or folder in _RESERVED:
            number += 1
            folder = f"{base}-{number}"
        cursor = db.execute(
            "INSERT INTO sources (location, folder, kind) VALUES (?, ?, ?)",
            (place, folder, info.kind),
        )
        return int(cursor.lastrowid or 0), folder

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._faults():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise SinkError(f"{self._path}: cannot be written: {why(error)}") from None
