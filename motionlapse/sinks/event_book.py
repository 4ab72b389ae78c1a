"""The protocol by which the events of a run are written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

from motionlapse.sinks.archive_store import StoredRun
from motionlapse.types import Event


class EventBook(Protocol):
    """Where the events of a run are written: an archive's database, or a channel to its process."""

    def next_event(self, run: StoredRun) -> int:
        """Give out the number of an event; see `motionlapse.sinks.archive_store.ArchiveStore`."""

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
        """Add a finished event with its pictures."""

    def add_scores(self, run: StoredRun, chunks: list[tuple[int, bytes]]) -> None:
        """Add reduced scores."""
