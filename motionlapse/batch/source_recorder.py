"""The starter's side of a scan: it alone writes the archive and tells the listener."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionlapse.batch.books import Books
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


class Desk:
    """Serves the line of one source; a `motionlapse.batch.line.Line` for who is in this process.

    Parameters
    ----------
    books
        Of the batch.
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

    def __init__(self, books: Books, number: int, footage: Footage) -> None:
        self._books = books
        self._number = number
        self._footage = footage
        self._frames, self._time_s = 0, 0.0
        self._mark = file_mark(footage, books.settings)
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
        self._places = Places(self._books.store())
        self._place = self._places.reserve(self._footage.label, kind, self._footage.place)

    @property
    def place(self) -> Place:
        """The place that was reserved."""
        if self._place is None:
            raise SinkError(f"{self.name}: has no place in the archive")
        return self._place

    def left_films(self) -> list[tuple[Path, str]]:
        """Return the films that unfinished scans of the source left; see `OwnFilms`."""
        if not self._books.archive_exists:
            return []
        from motionlapse.sinks.archive_places import Places

        return Places(self._books.store()).left_films(self._footage.place)

    def close(self) -> None:
        """Give back what a source had that had no run; may be called again."""
        if self.films is not None:
            self.films.settle()
        if self._places is not None and self._place is not None and self.stored is None:
            try:
                self._places.release(self._place)
            except SinkError as error:  # it stays, without a run
                self._books.fail(error)
        self._place = None
        self._books.listener.done(self._number)

    def is_done(self) -> bool:
        """Tell whether the archive holds all of the source as it is, with the same settings.

        Where settings alone differ, a person is told which.
        """
        if not self._mark or not self._books.archive_exists:
            return False
        from motionlapse.sinks.archive_places import Places

        runs = Places(self._books.store()).whole_runs(self._footage.place, self._mark)
        differences = [differing(run, self._books.settings) for run in runs]
        if [] in differences:
            return True
        if differences:
            self._books.tell_once(
                f"scanned before with {other_words(differences[-1])}, so scanned again"
            )
        return False

    # ---- motionlapse.batch.line.Line -----------------------------------------------------------

    def begin(self, info: SourceInfo) -> StoredRun:
        """Add a run of the source."""
        books = self._books
        self.stored = books.store().begin_run(
            info,
            self._footage.place,
            books.settings.model_dump(mode="json"),
            books.clock.now(),
        )
        books.listener.begin(info, self._number, books.total)
        return self.stored

    def discard_run(self, run: StoredRun) -> None:
        """Forget a run that could not begin."""
        self.stored = None
        self._books.store().discard_run(run)

    def note_film(self, run: StoredRun, film: Path, mark: str) -> None:
        """Note a film outside the archive before it is put in its place."""
        self._books.store().note_film(run, film, mark)

    def next_event(self, run: StoredRun) -> int:
        """Give out a number."""
        return self._books.store().next_event(run)

    def add_event(self, run: StoredRun, event: Event, **rest: Any) -> None:
        """Add an event to the archive."""
        self._books.store().add_event(run, event, **rest)

    def add_scores(self, run: StoredRun, chunks: list[tuple[int, bytes]]) -> None:
        """Add scores to the archive."""
        self._books.store().add_scores(run, chunks)

    def keep(self, kept: KeptEvent) -> None:
        """Tell of an event, with its paths as a person would type them here."""
        from motionlapse.files import shown

        place = self._footage.place
        self._books.result.events += 1
        self._books.listener.event(
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
        self._books.listener.search(self.name, self._number, self._books.total, what, share)

    def progress(self, frames: int, time_s: float) -> bool:
        """Tell how far the source is; return whether its scan shall end."""
        self._frames, self._time_s = frames, time_s
        self._books.listener.progress(self._number, frames, time_s)
        return self.should_stop()

    def should_stop(self) -> bool:
        """Tell whether the scan shall end."""
        return self._books.should_stop()

    def note(self, text: str) -> None:
        """Pass on what is as it should be."""
        self._books.listener.note(text)

    def tally(self, text: str, more: str, weight: float) -> None:
        """Count what may be so of many."""
        self._books.tally(text, more, weight)

    def warning(self, text: str) -> None:
        """Pass on what a person should know."""
        self._books.listener.warning(text)

    def end(self, run: StoredRun, outcome: Outcome, faults: Sequence[Fault]) -> None:
        """Say how a run went, and write it down."""
        result = self._books.result
        result.sources += 1
        result.whole += outcome.state == "done"
        result.frames += outcome.frames
        result.of_frames += outcome.of_frames
        result.interrupted |= outcome.state == "interrupted"
        result.folders.append(run.folder)
        self._report(outcome, faults)
        whole = outcome.state == "done" and not outcome.unwritten
        # Of footage that has changed meanwhile nobody knows which state was scanned.
        unchanged = whole and file_mark(self._footage, self._books.settings) == self._mark
        self._books.store().end_run(
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
        books = self._books
        for fault in faults:
            if fault.lost:
                books.fail(SourceError(fault.text))
            else:
                books.listener.warning(fault.text)
        if outcome.overlay:
            books.listener.warning(
                f"{self._footage.name}: a clock seems to be written into the picture; "
                f'leave it out with --ignore "{outcome.overlay}"'
            )
        if outcome.failure:
            books.fail(outcome.failure)
        for unwritten in outcome.unwritten:
            books.fail(SinkError(unwritten))

    # ---- when it ends before its end -----------------------------------------------------------

    def abandon(self, why: str, films: Sequence[Path] = ()) -> None:
        """End a run that cannot tell how it went; the events that it had finished are kept.

        Parameters
        ----------
        why
            It ended.
        films
            The films outside the archive that were made all the same.
        """
        if self.stored is None:
            return
        self._books.result.sources += 1
        self._books.result.frames += self._frames
        self._books.result.of_frames += self._frames
        self._books.result.folders.append(self.stored.folder)
        self._books.store().end_run(
            self.stored,
            state="failed",
            frames=self._frames,
            end_s=self._time_s,
            faults=[why],
            films=film_marks(films),
        )
        if self.films is not None:
            self.films.settle(films)
