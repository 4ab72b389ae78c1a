"""Reading an archive back."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from motionlapse.closing import Closing
from motionlapse.errors import SourceError, why
from motionlapse.files import ARCHIVE_FILE, shown
from motionlapse.sinks.archive_records import KeptPicture, RecordedEvent, RunRecord
from motionlapse.sinks.archive_schema import OLDEST_SCHEMA, SCHEMA_VERSION
from motionlapse.sinks.score_bins import ScoreBin, unpack_bins
from motionlapse.types import Event, KeptEvent

_EVENT_COLUMNS = (
    "number, start_s, end_s, start_frame, end_frame, peak_s, peak_frame, peak_score, "
    "peak_fraction, reason, regions, ending"
)
_NEWEST = "SELECT MAX(id) FROM runs GROUP BY source_id"


def _event(columns: list[Any]) -> Event:
    """Return an event from the values of `_EVENT_COLUMNS`."""
    values = dict(zip(_EVENT_COLUMNS.split(", "), columns, strict=True))
    return Event(**values | {"regions": tuple(json.loads(values["regions"]))})


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted; None asks nothing.

    Attributes
    ----------
    all_runs
        True: of every run; False: of each source's newest.
    source
        Part of the source's name.
    region
        The name of a region that moved.
    min_score
        The least peak score.
    since
        Earliest start by the time of day, aware; events without one do not pass.
    """

    all_runs: bool = False
    source: str | None = None
    region: str | None = None
    min_score: float | None = None
    since: datetime | None = None

    def passes(self, kept: KeptEvent) -> bool:
        """Tell whether an event is wanted."""
        return (
            (self.source is None or self.source in kept.source)
            and (self.region is None or self.region in kept.event.regions)
            and (self.min_score is None or kept.event.peak_score >= self.min_score)
            and (
                self.since is None
                or (kept.start_wall is not None and kept.start_wall >= self.since)
            )
        )


class ArchiveReader(Closing):
    """An archive, opened for reading alone.

    Parameters
    ----------
    folder
        The archive.

    Raises
    ------
    SourceError
        If there is no archive in `folder`, or its database cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        path = folder / ARCHIVE_FILE
        if folder.name == ARCHIVE_FILE and folder.is_file():
            raise SourceError(f"{folder}: name the folder of that file instead: {folder.parent}")
        if not path.is_file():
            raise SourceError(f"{folder}: not an archive; it has no {ARCHIVE_FILE}")
        try:
            self._db = sqlite3.connect(_address(path), uri=True, timeout=30)
            self._db.execute("PRAGMA query_only = ON")
            version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        except sqlite3.Error as error:
            raise SourceError(f"{path}: cannot be read: {why(error)}") from None
        if not OLDEST_SCHEMA <= version <= SCHEMA_VERSION:
            raise SourceError(
                f"{path}: has schema {version}, but this version of motionlapse knows "
                f"{SCHEMA_VERSION}"
            )

    def close(self) -> None:
        """Close the database; may be called again."""
        self._db.close()

    def events(self, wanted: EventFilter | None = None) -> Iterator[KeptEvent]:
        """Yield the events, sources in the order of their first run, then by number."""
        for recorded in self.recorded_events(wanted):
            yield recorded.kept

    def recorded_events(self, wanted: EventFilter | None = None) -> Iterator[RecordedEvent]:
        """Yield the same with their masks."""
        wanted = wanted or EventFilter()
        # A camera's runs continue one another; those of a film repeat one another.
        newest = "" if wanted.all_runs else f"WHERE kind = 'camera' OR run_id IN ({_NEWEST})"
        rows = self._rows(
            "SELECT run_id, source_id, location, kind, start_wall, end_wall, clip, mask, "
            f"{_EVENT_COLUMNS} FROM events JOIN sources ON sources.id = source_id {newest} "
            "ORDER BY source_id, number"
        )
        for run_id, source_id, location, kind, start, end, clip, mask, *columns in rows:
            event = _event(columns)
            snapshots = self._snapshots(source_id, event.number)
            kept = KeptEvent(
                source=location if kind == "camera" else self._shown(location),
                event=event,
                start_wall=datetime.fromisoformat(start) if start else None,
                end_wall=datetime.fromisoformat(end) if end else None,
                snapshots=tuple(path for path, _, _ in snapshots),
                clip=self._shown(clip) if clip else None,
            )
            if wanted.passes(kept):
                best = max(snapshots, key=lambda item: item[2])[0] if snapshots else None
                yield RecordedEvent(run_id, source_id, kept, best, bytes(mask or b""))

    def runs(self, *, all_runs: bool = False) -> Iterator[RunRecord]:
        """Yield the runs, sources in the order of their first, each source's newest or all."""
        newest = "" if all_runs else f"WHERE runs.id IN ({_NEWEST})"
        rows = self._rows(
            "SELECT runs.id, source_id, location, kind, start_wall, end_s, state, settings "
            f"FROM runs JOIN sources ON sources.id = source_id {newest} ORDER BY source_id, runs.id"
        )
        for run_id, source_id, location, kind, start, end_s, state, settings in rows:
            yield RunRecord(
                run_id,
                source_id,
                location if kind == "camera" else self._shown(location),
                kind,
                datetime.fromisoformat(start) if start else None,
                end_s,
                state,
                json.loads(settings),
            )

    def pictures(self, wanted: EventFilter | None = None) -> Iterator[KeptPicture]:
        """Yield the snapshots of the events that are wanted, a source's in order of time."""
        starts = {run.run_id: run.start_wall for run in self.runs(all_runs=True)}
        for recorded in self.recorded_events(wanted):
            number, start = recorded.kept.event.number, starts[recorded.run_id]
            for path, time_s, _ in self._snapshots(recorded.source_id, number):
                yield KeptPicture(
                    Path(path), time_s, start + timedelta(seconds=time_s) if start else None
                )

    def unfinished(self) -> Iterator[str]:
        """Yield a line for each source whose newest run did not reach its end, but others did."""
        rows = self._rows(
            "SELECT location, state, (SELECT COUNT(*) FROM runs WHERE source_id = newest.source_id)"
            " FROM runs AS newest JOIN sources ON sources.id = source_id"
            " WHERE newest.id IN (SELECT MAX(id) FROM runs GROUP BY source_id)"
            " AND state != 'done' AND kind != 'camera'"
        )
        for location, state, count in rows:
            if count > 1:
                yield (
                    f"{self._shown(location)}: the newest of {count} runs is {state}; "
                    "--all-runs shows the others too"
                )

    def scores(self, run_id: int) -> Iterator[ScoreBin]:
        """Yield a run's reduced scores in order of time."""
        rows = self._rows(
            "SELECT first_bin, bins FROM scores WHERE run_id = ? ORDER BY first_bin", (run_id,)
        )
        for first, packed in rows:
            yield from unpack_bins(first, packed)

    def mask_png(self, source_id: int, number: int) -> bytes:
        """Return the foreground of an event's best frame as a 1-bit PNG; ``b""`` without."""
        rows = self._rows(
            "SELECT mask FROM events WHERE source_id = ? AND number = ?", (source_id, number)
        )
        return bytes(rows[0][0] or b"") if rows else b""

    def _snapshots(self, source_id: int, number: int) -> list[tuple[str, float, float]]:
        """Return path, media time and score of each snapshot in order of time."""
        rows = self._rows(
            "SELECT path, time_s, score FROM snapshots WHERE source_id = ? AND number = ? "
            "ORDER BY time_s",
            (source_id, number),
        )
        return [(self._shown(path), time_s, score) for path, time_s, score in rows]

    def _rows(self, query: str, values: tuple[object, ...] = ()) -> list[Any]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise SourceError(
                f"{self._folder / ARCHIVE_FILE}: cannot be read: {why(error)}"
            ) from None

    def _shown(self, stored: str) -> str:
        return stored if "://" in stored else shown(self._folder.resolve() / stored)


def _address(path: Path) -> str:
    """Return how SQLite opens a database to read it.

    Who may write opens it so: only such a reader takes its ``-wal`` and ``-shm`` away again. Who
    may not can read a database beside which there are none only as one that nobody changes.
    """
    place = path.resolve()
    if os.access(place, os.W_OK) and os.access(place.parent, os.W_OK):
        mode = "rw"
    elif place.with_name(f"{place.name}-wal").exists():
        mode = "ro"
    else:
        mode = "ro&immutable=1"
    return f"{place.as_uri()}?mode={mode}"
