"""The oldest events of an archive, for deleting them."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from motionlapse.sinks.archive_store import ArchiveStore

_OF_EVENT = re.compile(r"\.?event-(\d+)")  # finished, or being written (.part)


@dataclass(frozen=True, slots=True)
class OldEvent:
    """An event that may be deleted.

    Attributes
    ----------
    source_id, number
        Its key in the database.
    files
        Its snapshots and clip.
    """

    source_id: int
    number: int
    files: tuple[Path, ...]


class OldEvents:
    """Finds and deletes the oldest events of cameras; recorded footage is never touched.

    Parameters
    ----------
    store
        The archive, opened in this thread.

    Raises
    ------
    SinkError
        From every method, if the database cannot be read or changed.
    """

    def __init__(self, store: ArchiveStore) -> None:
        self._store = store

    def find(self, most: int, *, before: datetime | None = None) -> list[OldEvent]:
        """Return the oldest events, those that ended `before` a moment where one is given.

        Events without a time of day count from the beginning of their run.
        """
        limit = before.timestamp() if before else None
        with self._store.transaction() as db:
            rows = db.execute(
                "SELECT events.source_id, number, clip,"
                " unixepoch(COALESCE(events.end_wall, runs.started)) AS ended"
                " FROM events JOIN runs ON runs.id = run_id"
                " JOIN sources ON sources.id = events.source_id"
                " WHERE kind = 'camera' AND (? IS NULL OR ended < ?) ORDER BY ended, number"
                " LIMIT ?",
                (limit, limit, most),
            ).fetchall()
            found = []
            for source_id, number, clip, _ in rows:
                paths = db.execute(
                    "SELECT path FROM snapshots WHERE source_id = ? AND number = ?",
                    (source_id, number),
                )
                names = [str(path) for (path,) in paths] + ([str(clip)] if clip else [])
                files = tuple(self._store.folder / name for name in names)
                found.append(OldEvent(source_id, number, files))
            return found

    def abandoned(self, before: datetime) -> list[Path]:
        """Return files of events that were never finished, from old to new.

        A program that was killed, or lost its power, leaves them: no row names their event. The
        newest number of a source is left out: its event may be open, and when its files were
        written says little where the clock was set meanwhile, or they were touched.

        Parameters
        ----------
        before
            Only what was last written before this.
        """
        limit_s = before.timestamp()
        with self._store.transaction() as db:
            folders = db.execute(
                "SELECT id, folder, last_event FROM sources WHERE kind = 'camera'"
            ).fetchall()
            known = {
                (int(source_id), int(number))
                for source_id, number in db.execute("SELECT source_id, number FROM events")
            }
        found = []
        for source_id, name, newest in folders:
            with (
                contextlib.suppress(FileNotFoundError),
                os.scandir(self._store.folder / str(name)) as entries,
            ):
                for entry in entries:
                    match = _OF_EVENT.match(entry.name)
                    if match is None or int(match[1]) >= int(newest):
                        continue
                    if (int(source_id), int(match[1])) in known:
                        continue
                    written_s = entry.stat(follow_symlinks=False).st_mtime
                    if written_s < limit_s and entry.is_file(follow_symlinks=False):
                        found.append((written_s, Path(entry.path)))
        return [path for _, path in sorted(found)]

    @contextlib.contextmanager
    def deleting(self, events: list[OldEvent]) -> Iterator[None]:
        """Delete the rows of events if the body, which deletes their files, succeeds."""
        keys = [(event.source_id, event.number) for event in events]
        with self._store.transaction() as db:
            for table in ("snapshots", "events"):
                db.executemany(f"DELETE FROM {table} WHERE source_id = ? AND number = ?", keys)
            yield

    def drop_scores(self, before: datetime) -> None:
        """Delete the reduced scores of cameras from before a moment."""
        with self._store.transaction() as db:
            db.execute(
                "DELETE FROM scores WHERE EXISTS (SELECT 1 FROM runs JOIN sources"
                " ON sources.id = source_id WHERE runs.id = run_id AND kind = 'camera'"
                " AND unixepoch(COALESCE(start_wall, started)) + (first_bin + 120) * 0.5 < ?)",
                (before.timestamp(),),
            )
