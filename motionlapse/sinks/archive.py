"""The sink that writes a run into an archive: events when they end, scores as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import cv2

from motionlapse.errors import SinkError
from motionlapse.files import shown
from motionlapse.frames import Image
from motionlapse.sinks.archive_store import StoredRun
from motionlapse.sinks.candidates import Candidates, best
from motionlapse.sinks.clips import Clip
from motionlapse.sinks.event_book import EventBook
from motionlapse.sinks.score_bins import ScoreBins
from motionlapse.sinks.snapshots import Snapshot
from motionlapse.types import Analysis, Decision, Event, KeptEvent

_LONGEST_JOURNAL = 1000
_RETRY_S = 5.0  # of media time, between two tries of a database that cannot be written


@dataclass(frozen=True, slots=True)
class _Look:
    """The foreground of a frame that may become the mask of its event."""

    score: float
    mask: Image


class ArchiveSink:
    """Writes one run into an archive.

    It must come after the sinks of snapshots and clips, which report each one to `keep` and
    `keep_clip`.

    Parameters
    ----------
    store, run
        The archive, and the run in it.
    location
        The source's file or folder; for a camera, its name.
    start_wall
        Time of day at media time 0, aware, or None. Frames of live sources carry their own time of
        day, so that once the system's clock is corrected, times are right from then on.
    emit
        Told of each finished event, also when the archive cannot be written.
    on_start
        Told of each event that begins.
    on_snapshot
        Told of each snapshot: its event as far as it is known, with this one picture.
    show
        Turns a path into the text that is reported.
    """

    def __init__(
        self,
        store: EventBook,
        run: StoredRun,
        location: Path | str,
        start_wall: datetime | None,
        emit: Callable[[KeptEvent], None],
        *,
        on_start: Callable[[KeptEvent], None] = lambda _: None,
        on_snapshot: Callable[[KeptEvent], None] = lambda _: None,
        show: Callable[[Path], str] = shown,
    ) -> None:
        self._store = store
        self._run = run
        self._location = location
        self._start_wall = start_wall
        self._emit = emit
        self._on_start = on_start
        self._on_snapshot = on_snapshot
        self._show = show
        self._looks: Candidates[_Look] = Candidates(best)
        self._snapshots: list[Snapshot] = []
        self._clips: dict[int, Path] = {}
        self._bins = ScoreBins()
        self._number = run.last_event
        self._fault: SinkError | None = None
        self._journal: deque[Callable[[], None]] = deque()
        self._untold: deque[Snapshot] = deque()
        self._open: Event | None = None
        self._now_s = self._retry_s = 0.0

    def next_number(self) -> int:
        """Return the number of a new event; count on by itself while the archive fails."""
        before = self._number
        try:
            self._number = self._store.next_event(self._run)
            while self._number <= before:  # already used while the archive failed
                self._number = self._store.next_event(self._run)
        except SinkError as error:  # raised by the next write; the event is not lost
            self._number = before + 1
            self._fault = error
        return self._number

    def keep(self, snapshot: Snapshot) -> None:
        """Take a snapshot of an event that is not in the archive yet."""
        self._snapshots.append(snapshot)
        self._untold.append(snapshot)

    def keep_clip(self, clip: Clip) -> None:
        """Take the clip of an event that is not in the archive yet."""
        self._clips[clip.event] = clip.path

    def write(self, analysis: Analysis, decision: Decision) -> None:
        """Take one frame; see `motionlapse.types.Sink`."""
        frame = analysis.frame
        self._now_s = frame.time
        if frame.wall is not None:
            self._start_wall = frame.wall - timedelta(seconds=frame.time)
        looks = self._looks.step(decision, lambda: _Look(analysis.score.value, analysis.mask))
        chunk = self._bins.add(analysis.frame.time, analysis.score.value, decision.state)
        if chunk:
            self._note(partial(self._store.add_scores, self._run, [chunk]))
        if decision.closed:
            self._add(decision.closed, looks or [])
        if decision.opened:
            self._open = decision.opened
            self._on_start(self._kept(decision.opened, []))
        if self._open is not None:
            self._announce(self._open)
        if self._journal and self._now_s >= self._retry_s:
            self._write_journal()
        self._raise()

    def finish(self, decision: Decision) -> None:
        """Write the event that has ended, if any; see `motionlapse.types.Sink`."""
        if decision.closed:
            self._add(decision.closed, self._looks.finish(decision) or [])
        self._write_journal()
        self._raise()

    def close(self) -> None:
        """Write the scores and whatever else is left; may be called again."""
        if chunk := self._bins.take():
            self._note(partial(self._store.add_scores, self._run, [chunk]))
        self._write_journal()
        self._raise()

    # ---- the journal: changes that are not in the database yet -------------------------------

    def _note(self, action: Callable[[], None]) -> None:
        """Add a change to the journal; if too many wait, the oldest one is given up."""
        self._journal.append(action)
        if len(self._journal) > _LONGEST_JOURNAL:
            self._journal.popleft()

    def _write_journal(self) -> None:
        """Apply the changes; one that fails is tried again later."""
        while self._journal:
            try:
                self._journal[0]()
            except SinkError as error:
                self._retry_s = self._now_s + _RETRY_S
                self._journal.rotate(-1)  # one bad change must not hold up those behind it
                self._fault = error
                return
            self._journal.popleft()

    def _raise(self) -> None:
        """Raise the failure of a write, now that everything else has been done."""
        if self._fault is not None:
            error, self._fault = self._fault, None
            raise error

    # ---- events --------------------------------------------------------------------------------

    def _add(self, event: Event, looks: list[_Look]) -> None:
        self._announce(event)
        self._open = None
        snapshots = [shot for shot in self._snapshots if shot.event == event.number]
        self._snapshots = [shot for shot in self._snapshots if shot.event != event.number]
        clip = self._clips.pop(event.number, None)
        if clip is not None and not clip.exists():
            clip = None  # its name was noted when it began, but it could not be written
        kept = self._kept(event, snapshots, clip)
        self._note(
            partial(
                self._store.add_event,
                self._run,
                event,
                walls=(kept.start_wall, kept.end_wall),
                mask_png=_one_bit_png(looks[0].mask) if looks else b"",
                snapshots=[(shot.path, shot.time_s, shot.frame, shot.score) for shot in snapshots],
                clip=clip,
            )
        )
        self._write_journal()
        try:
            self._emit(kept)
        except SinkError as error:  # a failing standard output must hold back no other event
            self._fault = self._fault or error

    def _announce(self, event: Event) -> None:
        """Report those snapshots of an event that have not been reported yet."""
        while self._untold:
            shot = self._untold.popleft()
            self._on_snapshot(self._kept(event, [shot]))

    def _kept(self, event: Event, snapshots: list[Snapshot], clip: Path | None = None) -> KeptEvent:
        location = self._location
        return KeptEvent(
            source=self._show(location) if isinstance(location, Path) else location,
            event=event,
            start_wall=self._wall(event.start_s),
            end_wall=self._wall(event.end_s),
            snapshots=tuple(self._show(shot.path) for shot in snapshots),
            clip=None if clip is None else self._show(clip),
        )

    def _wall(self, time_s: float) -> datetime | None:
        start = self._start_wall
        return start + timedelta(seconds=time_s) if start else None


def _one_bit_png(mask: Image) -> bytes:
    _, png = cv2.imencode(".png", mask, [cv2.IMWRITE_PNG_BILEVEL, 1])
    return png.tobytes()
