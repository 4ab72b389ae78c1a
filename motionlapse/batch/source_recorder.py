"""The receiving end of a scan: it alone writes the archive and tells the listener."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionlapse.batch.batch_state import BatchState
from motionlapse.batch.own_films import OwnFilms, film_marks
from motionlapse.batch.result import Outcome
from motionlapse.batch.same_file import differing, file_mark, other_words
from motionlapse.errors import SinkError, SourceError
from motionlapse.sources.footage import Footage

if TYPE_CHECKING:
    from motionlapse.frames import Fault, SourceInfo
    from motionlapse.sinks.archive_places import Place, Places
    from motionlapse.sinks.archive_store import StoredRun
    from motionlapse.types import Event, KeptEvent


class SourceRecorder:
    """Records the scan of one source: a `motionlapse.batch.channel.Channel` in the main process.

    Parameters
    ----------
    batch
        What the source shares with the others.
    number
        The source's place among all, from 1.
    footage
        The source.

    Attributes
    ----------
    stored
        The run in the archive; None until it has begun.
    films
        The names of the films that are made of the source outside the archive.
    """

    def __init__(self, batch: BatchState, number: int, footage: Footage) -> None:
        self._batch = batch
        self._number = number
        self._footage = footage
        self._frames, self._time_s = 0, 0.0
        self._mark = file_mark(footage, batch.settings)
        self._places: Places | None = None
        self._place: Place | None = None
        self.films: OwnFilms | None = None
        self.stored: StoredRun | None = None

    @property
    def name(self) -> str:
        """The source as a person typed it."""
        return self._footage.name

    def reserve(self) -> None:
        """Give the source its folder in the archive before it is opened."""
        from motionlapse.sinks.archive_places import Places

        kind = "stills" if self._footage.stills else "recording"
        self._places = Places(self._batch.store())
        self._place = self._places.reserve(self._footage.label, kind, self._footage.place)

    @property
    def place(self) -> Place:
        """The place that was reserved."""
        if self._place is None:
            raise SinkError(f"{self.name}: has no place in the archive")
        return self._place

    def left_films(self) -> list[tuple[Path, str]]:
        """Return the films that unfinished scans of the source left; see `OwnFilms`."""
        if not self._batch.archive_exists:
            return []
        from motionlapse.sinks.archive_places import Places

        return Places(self._batch.store()).left_films(self._footage.place)

    def close(self) -> None:
        """Release the place and the film names of a source without a run; may be called again."""
        if self.films is not None:
            self.films.settle()
        if self._places is not None and self._place is not None and self.stored is None:
            try:
                self._places.release(self._place)
            except SinkError as error:  # it stays, without a run
                self._batch.fail(error)
        self._place = None
        self._batch.listener.done(self._number)

    def is_done(self) -> bool:
        """Tell whether the archive holds all of the source as it is, with the same settings.

        Where settings alone differ, a person is told which.
        """
        if not self._mark or not self._batch.archive_exists:
            return False
        from motionlapse.sinks.archive_places import Places

        runs = Places(self._batch.store()).whole_runs(self._footage.place, self._mark)
        differences = [differing(run, self._batch.settings) for run in runs]
        if [] in differences:
            return True
        if differences:
            self._batch.tell_once(
                f"scanned before with {other_words(differences[-1])}, so scanned again"
            )
        return False

    # ---- motionlapse.batch.channel.Channel -----------------------------------------------------

    def begin(self, info: SourceInfo) -> StoredRun:
        """Add a run of the source."""
        batch = self._batch
        self.stored = batch.store().begin_run(
            info,
            self._footage.place,
            batch.settings.model_dump(mode="json"),
            batch.clock.now(),
        )
        batch.listener.begin(info, self._number, batch.total)
        return self.stored

    def discard_run(self, run: StoredRun) -> None:
        """Forget a run that could not begin."""
        self.stored = None
        self._batch.store().discard_run(run)

    def note_film(self, run: StoredRun, film: Path, mark: str) -> None:
        """Note a film outside the archive before it is put in its place."""
        self._batch.store().note_film(run, film, mark)

    def next_event(self, run: StoredRun) -> int:
        """Give out the number of an event."""
        return self._batch.store().next_event(run)

    def add_event(self, run: StoredRun, event: Event, **rest: Any) -> None:
        """Add an event to the archive."""
        self._batch.store().add_event(run, event, **rest)

    def add_scores(self, run: StoredRun, chunks: list[tuple[int, bytes]]) -> None:
        """Add scores to the archive."""
        self._batch.store().add_scores(run, chunks)

    def keep(self, kept: KeptEvent) -> None:
        """Tell of an event, with its paths as a person would type them here."""
        from motionlapse.files import shown

        place = self._footage.place
        self._batch.result.events += 1
        self._batch.listener.event(
            replace(
                kept,
                source=shown(place) if isinstance(place, Path) else place,
                snapshots=tuple(shown(Path(path)) for path in kept.snapshots),
                clip=None if kept.clip is None else shown(Path(kept.clip)),
            ),
            self._number,
        )

    def frame(self, time_s: float) -> None:
        """Count a frame."""
        self.progress(self._frames + 1, time_s)

    def search(self, what: str, share: float) -> None:
        """Tell how far a prescan is."""
        self._batch.listener.search(self.name, self._number, self._batch.total, what, share)

    def progress(self, frames: int, time_s: float) -> bool:
        """Tell how far the source is; return whether its scan should end."""
        self._frames, self._time_s = frames, time_s
        self._batch.listener.progress(self._number, frames, time_s)
        return self.should_stop()

    def should_stop(self) -> bool:
        """Tell whether the scan should end."""
        return self._batch.should_stop()

    def note(self, text: str) -> None:
        """Pass a remark on to the listener."""
        self._batch.listener.note(text)

    def tally(self, text: str, more: str, weight: float) -> None:
        """Count a remark that may hold for many sources."""
        self._batch.tally(text, more, weight)

    def warning(self, text: str) -> None:
        """Pass a warning on to the listener."""
        self._batch.listener.warning(text)

    def end(self, run: StoredRun, outcome: Outcome, faults: Sequence[Fault]) -> None:
        """Report how a run went, and record it in the archive."""
        result = self._batch.result
        result.sources += 1
        result.whole += outcome.state == "done"
        result.frames += outcome.frames
        result.of_frames += outcome.of_frames
        result.interrupted |= outcome.state == "interrupted"
        result.folders.append(run.folder)
        self._report(outcome, faults)
        whole = outcome.state == "done" and not outcome.unwritten
        # Where footage has changed meanwhile, nobody knows which version was scanned.
        unchanged = whole and file_mark(self._footage, self._batch.settings) == self._mark
        self._batch.store().end_run(
            run,
            state=outcome.state,
            frames=outcome.frames,
            end_s=outcome.end_s,
            faults=[fault.text for fault in faults] + list(outcome.unwritten),
            mark=self._mark if unchanged else "",
            films={} if unchanged else film_marks(outcome.films),
        )
        if self.films is not None:
            self.films.settle(outcome.films, whole=unchanged)

    def _report(self, outcome: Outcome, faults: Sequence[Fault]) -> None:
        batch = self._batch
        for fault in faults:
            if fault.lost:
                batch.fail(SourceError(fault.text))
            else:
                batch.listener.warning(fault.text)
        if outcome.overlay:
            batch.listener.warning(
                f"{self._footage.name}: the picture seems to show a clock; leave it out with "
                f'--ignore "{outcome.overlay}"'
            )
        if outcome.failure:
            batch.fail(outcome.failure)
        for unwritten in outcome.unwritten:
            batch.fail(SinkError(unwritten))

    # ---- when a scan breaks off ----------------------------------------------------------------

    def abandon(self, why: str, films: Sequence[Path] = ()) -> None:
        """End a run that broke off and cannot tell how it went; its finished events are kept.

        Parameters
        ----------
        why
            What ended it.
        films
            The films outside the archive that were made nevertheless.
        """
        if self.stored is None:
            return
        self._batch.result.sources += 1
        self._batch.result.frames += self._frames
        self._batch.result.of_frames += self._frames
        self._batch.result.folders.append(self.stored.folder)
        self._batch.store().end_run(
            self.stored,
            state="failed",
            frames=self._frames,
            end_s=self._time_s,
            faults=[why],
            films=film_marks(films),
        )
        if self.films is not None:
            self.films.settle(films)
