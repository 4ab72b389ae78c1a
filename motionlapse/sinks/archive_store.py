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
from motionlapse.errors import SinkError
from motionlapse.files import ARCHIVE_FILE, make_folder
from motionlapse.frames import SourceInfo
from motionlapse.sinks.archive_faults import InPlace, database_fault
from motionlapse.sinks.archive_schema import (
    OLDEST_SCHEMA,
    SCHEMA_VERSION,
    make_database,
    migrate,
)
from motionlapse.sinks.archive_sources import source_row, stored_location
from motionlapse.types import Event

_LOCK_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class StoredRun:
    """The place of one run of one source in the archive.

    Attributes
    ----------
    run_id, source_id
        Keys in the database.
    folder
        The source's folder in the archive; not made yet.
    last_event
        The number of the source's last event when the run began.
    """

    run_id: int
    source_id: int
    folder: Path
    last_event: int = 0


class ArchiveStore:
    """The database of an archive; it is made if there is none.

    Parameters
    ----------
    folder
        The archive.

    Raises
    ------
    SinkError
        From every method, if the database cannot be written, was made by a newer version, or was
        removed while it is open.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / ARCHIVE_FILE
        with self._faults():
            make_folder(folder)
            if not self._path.exists():
                make_database(self._path)
            self._db = sqlite3.connect(self._path, timeout=_LOCK_WAIT_S, isolation_level=None)
        try:
            self._set_up()
        except BaseException:
            self._db.close()
            raise

    def _set_up(self) -> None:
        with self._faults():
            self._db.execute("PRAGMA synchronous = NORMAL")  # whole after a crash, in WAL mode
            self._db.execute("PRAGMA foreign_keys = ON")
            version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
            self._in_place = InPlace(self._path)
        if OLDEST_SCHEMA <= version < SCHEMA_VERSION:
            with self.transaction() as db:
                version = migrate(db)
        if version == 0:
            raise SinkError(f"{self._path}: is empty or not an archive; choose another --out")
        if version != SCHEMA_VERSION:
            raise SinkError(
                f"{self._path}: has schema {version}, but this version of motionlapse knows "
                f"{SCHEMA_VERSION}; use a newer one, or another --out"
            )

    def close(self) -> None:
        """Close the database; may be called again."""
        self._db.close()

    def begin_run(
        self,
        info: SourceInfo,
        location: Path | str,
        settings: Mapping[str, object],
        started: datetime,
    ) -> StoredRun:
        """Add a run of a source, and the source where it is new.

        Parameters
        ----------
        info
            The source.
        location
            Its file or folder; for a camera, its name.
        settings
            Dotted keys and values, as JSON can hold them.
        started
            Wall time, aware.
        """
        with self.transaction() as db:
            source_id, folder = source_row(
                db, stored_location(location, self.folder), info.label, info.kind
            )
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
        with self.transaction() as db:
            db.execute("DELETE FROM runs WHERE id = ?", (run.run_id,))

    def end_run(
        self,
        run: StoredRun,
        *,
        state: str,
        frames: int,
        end_s: float,
        faults: list[str],
        mark: str = "",
        films: Mapping[Path, str] | None = None,
    ) -> None:
        """Record how a run ended.

        Parameters
        ----------
        state
            ``done``, ``interrupted`` or ``failed``.
        frames, end_s
            How many were analysed; media time of the last.
        faults
            What was wrong, one line for each fault.
        mark
            Identifies the footage; ``""`` unless all of it was scanned and kept.
        films
            Without a mark: the films that were made outside the archive, each with a mark that
            identifies it. They are added to those of `note_film`.
        """
        told = json.dumps(faults, ensure_ascii=False)
        with self.transaction() as db:
            left = "{}" if mark else self._with_films(db, run, films or {})
            db.execute(
                "UPDATE runs SET state = ?, frames = ?, end_s = ?, faults = ?, mark = ?, films = ?"
                " WHERE id = ?",
                (state, frames, end_s, told, mark, left, run.run_id),
            )

    def note_film(self, run: StoredRun, film: Path, mark: str) -> None:
        """Record a film before it is put in its place, so that it is known if the run is killed.

        Parameters
        ----------
        film
            Its path, outside the archive.
        mark
            Identifies it.
        """
        with self.transaction() as db:
            films = self._with_films(db, run, {film: mark})
            db.execute("UPDATE runs SET films = ? WHERE id = ?", (films, run.run_id))

    def _with_films(self, db: sqlite3.Connection, run: StoredRun, films: Mapping[Path, str]) -> str:
        """Return the films that are recorded for a run, with more of them added, as JSON."""
        archive = self.folder.resolve()
        # Names that are not valid text, too: JSON escapes what SQLite would refuse.
        more = {os.path.relpath(film.resolve(), archive): mark for film, mark in films.items()}
        row = db.execute("SELECT films FROM runs WHERE id = ?", (run.run_id,)).fetchone()
        return json.dumps(json.loads(row[0]) | more)

    def next_event(self, run: StoredRun) -> int:
        """Give out the number of the source's next event; no number is given out twice."""
        with self.transaction() as db:
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
            Time of day of its start and of its end.
        mask_png
            The mask of its best frame.
        snapshots
            (path, media time, frame index, score) of each.
        clip
            The path of its clip.
        """
        start, end = (moment.isoformat() if moment else None for moment in walls)
        row = (
            run.source_id, event.number, run.run_id, event.start_s, event.end_s, event.start_frame,
            event.end_frame, start, end, event.peak_s, event.peak_frame, event.peak_score,
            event.peak_fraction, event.reason, event.ending, json.dumps(event.regions), mask_png,
            None if clip is None else os.path.relpath(clip, self.folder),
        )  # fmt: skip
        with self.transaction() as db:
            # The number may have been given out while the database could not be asked.
            db.execute(
                "UPDATE sources SET last_event = MAX(last_event, ?) WHERE id = ?",
                (event.number, run.source_id),
            )
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
        with self.transaction() as db:
            db.executemany(
                "INSERT INTO scores (run_id, first_bin, bins) VALUES (?, ?, ?)",
                [(run.run_id, first, bins) for first, bins in chunks],
            )

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock: all changes made in the body take effect, or none does."""
        with self._faults():
            self._in_place.check()
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
            fault = database_fault(error, self.folder)
            raise SinkError(f"{self._path}: cannot be written: {fault}") from None
