"""The archive as a sink: events as they end, scores as they come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import cv2

from motionlapse.errors import SinkError
from motionlapse.frames import Image
from motionlapse.sinks.archive_store import ArchiveStore, StoredRun
from motionlapse.sinks.candidates import Candidates
from motionlapse.sinks.clips import Clip
from motionlapse.sinks.files import shown
from motionlapse.sinks.score_bins import ScoreBins
from motionlapse.sinks.snapshots import Snapshot
from motionlapse.types import Analysis, Decision, Event, KeptEvent


@dataclass(frozen=True, slots=True)
class _Look:
    """The foreground of a frame that may be an event's best."""

    score: float
    mask: Image


def _best(looks: list[_Look]) -> list[_Look]:
    return [max(looks, key=lambda look: look.score)]


class ArchiveSink:
    """Writes one run into an archive.

    Comes after the sinks of snapshots and clips, which tell it of each through `keep` and
    `keep_clip`.

    Parameters
    ----------
    store, run
        Where it goes.
    location
        The source's file or folder.
    start_wall
        Time of day at media time 0, aware, or None.
    emit
        Told of each finished event, also when the archive cannot be written.
    """

    def __init__(
        self,
        store: ArchiveStore,
        run: StoredRun,
        location: Path,
        start_wall: datetime | None,
        emit: Callable[[KeptEvent], None],
    ) -> None:
        self._store = store
        self._run = run
        self._location = location
        self._start_wall = start_wall
        self._emit = emit
        self._looks: Candidates[_Look] = Candidates(_best)
        self._snapshots: list[Snapshot] = []
        self._clips: dict[int, Path] = {}
        self._bins = ScoreBins()
        self._number = run.last_event
        self._numberless: SinkError | None = None

    def next_number(self) -> int:
        """Return the number of a new event; its own count goes on if the archive has none."""
        try:
            self._number = self._store.next_event(self._run)
        except SinkError as error:  # told at the next write; the event is not lost
            self._number += 1
            self._numberless = error
        return self._number

    def keep(self, snapshot: Snapshot) -> None:
        """Note a picture of an event that has not been written yet."""
        self._snapshots.append(snapshot)

    def keep_clip(self, clip: Clip) -> None:
        """Note the piece of video of an event that has not been written yet."""
        self._clips[clip.event] = clip.path

    def write(self, analysis: Analysis, decision: Decision) -> None:
        """Take one frame; see `motionlapse.types.Sink`."""
        looks = self._looks.step(decision, lambda: _Look(analysis.score.value, analysis.mask))
        chunk = self._bins.add(analysis.frame.time, analysis.score.value, decision.state)
        if decision.closed:
            self._add(decision.closed, looks or [])
        if self._numberless is not None:
            error, self._numberless = self._numberless, None
            raise error
        if chunk:
            self._store.add_scores(self._run, [chunk])

    def finish(self, decision: Decision) -> None:
        """Write what the last event leaves; see `motionlapse.types.Sink`."""
        if decision.closed:
            self._add(decision.closed, self._looks.finish(decision) or [])

    def close(self) -> None:
        """Write the scores that are left; may be called again."""
        if chunk := self._bins.take():
            self._store.add_scores(self._run, [chunk])

    def _add(self, event: Event, looks: list[_Look]) -> None:
        snapshots = [shot for shot in self._snapshots if shot.event == event.number]
        self._snapshots = [shot for shot in self._snapshots if shot.event != event.number]
        clip = self._clips.pop(event.number, None)
        walls = self._wall(event.start_s), self._wall(event.end_s)
        kept = KeptEvent(
            source=shown(self._location),
            event=event,
            start_wall=walls[0],
            end_wall=walls[1],
            snapshots=tuple(shown(shot.path) for shot in snapshots),
            clip=None if clip is None else shown(clip),
        )
        try:
            self._store.add_event(
                self._run,
                event,
                walls=walls,
                mask_png=_one_bit_png(looks[0].mask) if looks else b"",
                snapshots=[(shot.path, shot.time_s, shot.frame, shot.score) for shot in snapshots],
                clip=clip,
            )
        finally:
            self._emit(kept)

    def _wall(self, time_s: float) -> datetime | None:
        start = self._start_wall
        return start + timedelta(seconds=time_s) if start else None


def _one_bit_png(mask: Image) -> bytes:
    _, png = cv2.imencode(".png", mask, [cv2.IMWRITE_PNG_BILEVEL, 1])
    return png.tobytes()
