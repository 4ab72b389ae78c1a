"""The places of recordings in an archive before they are scanned, and what was scanned before."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from motionlapse.sinks.archive_sources import source_row, stored_location
from motionlapse.sinks.archive_store import ArchiveStore


@dataclass(frozen=True, slots=True)
class Place:
    """A source's place in an archive.

    Attributes
    ----------
    source_id
        Its key in the database.
    folder
        Its folder; not made yet.
    last_event
        The last number that it has given out.
    """

    source_id: int
    folder: Path
    last_event: int


class Places:
    """Gives out places, and knows what was scanned.

    Parameters
    ----------
    store
        The archive.

    Raises
    ------
    SinkError
        From every method, if the database cannot be read or changed.
    """

    def __init__(self, store: ArchiveStore) -> None:
        self._store = store

    def reserve(self, label: str, kind: str, location: Path | str) -> Place:
        """Return the place of a source; a new one gets its folder now."""
        archive = self._store.folder
        with self._store.transaction() as db:
            source_id, folder = source_row(db, stored_location(location, archive), label, kind)
            last = db.execute("SELECT last_event FROM sources WHERE id = ?", (source_id,))
            return Place(source_id, archive / folder, int(last.fetchone()[0]))

    def release(self, place: Place) -> None:
        """Forget a place that no run was made of."""
        with self._store.transaction() as db:
            db.execute(
                "DELETE FROM sources WHERE id = ? AND last_event = 0"
                " AND NOT EXISTS (SELECT 1 FROM runs WHERE source_id = sources.id)",
                (place.source_id,),
            )

    def whole_runs(self, location: Path | str, mark: str) -> list[str]:
        """Return the settings, as JSON, of the runs that scanned and kept all of a source.

        Parameters
        ----------
        location
            As of `motionlapse.sinks.archive_store.ArchiveStore.begin_run`.
        mark
            Of the footage as it is now, as it was given to ``end_run``.
        """
        with self._store.transaction() as db:
            rows = db.execute(
                "SELECT settings FROM runs JOIN sources ON sources.id = source_id"
                " WHERE location = ? AND mark = ? AND mark != '' AND state = 'done'",
                (stored_location(location, self._store.folder), mark),
            )
            return [str(settings) for (settings,) in rows]

    def left_films(self, location: Path | str) -> list[tuple[Path, str]]:
        """Return the films that unfinished runs of a source left outside the archive.

        Returns
        -------
        list of (Path, str)
            Where each was put, and what tells it from any other.
        """
        archive = self._store.folder
        with self._store.transaction() as db:
            rows = db.execute(
                "SELECT films FROM runs JOIN sources ON sources.id = source_id"
                " WHERE location = ? AND films != '{}'",
                (stored_location(location, archive),),
            )
            films = [json.loads(text) for (text,) in rows]
        return [((archive / name).resolve(), mark) for one in films for name, mark in one.items()]
