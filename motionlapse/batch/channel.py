"""The calls by which the scan of a source reports to the process that keeps the archive."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from motionlapse.sinks.event_book import EventBook
from motionlapse.types import Event, KeptEvent

if TYPE_CHECKING:
    from motionlapse.batch.result import Outcome
    from motionlapse.frames import Fault, SourceInfo
    from motionlapse.sinks.archive_store import StoredRun


class Channel(EventBook, Protocol):
    """Where the scan of one source reports to; `SourceRecorder` is the receiving end.

    Raises
    ------
    SinkError
        From what writes into the archive, where it cannot be written.
    """

    def begin(self, info: SourceInfo) -> StoredRun:
        """Add a run: the source is open, and the settings fit it."""

    def discard_run(self, run: StoredRun) -> None:
        """Forget a run that could not begin."""

    def note_film(self, run: StoredRun, film: Path, mark: str) -> None:
        """Note a film outside the archive before it is put in its place."""

    def keep(self, kept: KeptEvent) -> None:
        """Tell of a finished event; its paths are as the file system has them."""

    def search(self, what: str, share: float) -> None:
        """Tell which part of a prescan is under way, and its progress, 0 to 1."""

    def frame(self, time_s: float) -> None:
        """Tell of a frame that has been done."""

    def should_stop(self) -> bool:
        """Tell whether the scan shall end."""

    def note(self, text: str) -> None:
        """Tell something that is as it should be, but not obvious."""

    def tally(self, text: str, more: str, weight: float) -> None:
        """Count a remark that may hold for many sources: only the weightiest is told, at the end.

        Parameters
        ----------
        text
            The remark, told if none of its kind weighs more.
        more
            What is said of all others of its kind, with ``{}`` for their number.
        weight
            How much it matters.
        """

    def warning(self, text: str) -> None:
        """Tell something that a person should know."""

    def end(self, run: StoredRun, outcome: Outcome, faults: Sequence[Fault]) -> None:
        """End the run: how it went, and what was wrong with the source."""

    def abandon(self, why: str, films: Sequence[Path] = ()) -> None:
        """End a run that broke off; all that is known of it is which films were made."""


class RemoteChannel(ABC):
    """A channel to another process: each call is sent as a method's name and its arguments."""

    def __init__(self) -> None:
        self._frames = 0

    @abstractmethod
    def _ask(self, what: str, *args: Any, **named: Any) -> Any:
        """Have the method `what` of the recorder called, and return what it returns."""

    @abstractmethod
    def should_stop(self) -> bool:
        """Tell whether the scan shall end."""

    def frame(self, time_s: float) -> None:
        """Count a frame."""
        self._frames += 1
        self._progress(self._frames, time_s)

    @abstractmethod
    def search(self, what: str, share: float) -> None:
        """Tell how far a prescan is, now and then."""

    @abstractmethod
    def _progress(self, frames: int, time_s: float) -> None:
        """Tell how far it is, now and then."""

    def begin(self, info: SourceInfo) -> StoredRun:
        """See `Channel`."""
        self._frames = 0
        run: StoredRun = self._ask("begin", info)
        return run

    def discard_run(self, run: StoredRun) -> None:
        """See `Channel`."""
        self._ask("discard_run", run)

    def note_film(self, run: StoredRun, film: Path, mark: str) -> None:
        """See `Channel`."""
        self._ask("note_film", run, film, mark)

    def next_event(self, run: StoredRun) -> int:
        """See `Channel`."""
        return int(self._ask("next_event", run))

    def add_event(self, run: StoredRun, event: Event, **rest: Any) -> None:
        """See `Channel`."""
        self._ask("add_event", run, event, **rest)

    def add_scores(self, run: StoredRun, chunks: list[tuple[int, bytes]]) -> None:
        """See `Channel`."""
        self._ask("add_scores", run, chunks)

    def keep(self, kept: KeptEvent) -> None:
        """See `Channel`."""
        self._ask("keep", kept)

    def note(self, text: str) -> None:
        """See `Channel`."""
        self._ask("note", text)

    def tally(self, text: str, more: str, weight: float) -> None:
        """See `Channel`."""
        self._ask("tally", text, more, weight)

    def warning(self, text: str) -> None:
        """See `Channel`."""
        self._ask("warning", text)

    def end(self, run: StoredRun, outcome: Outcome, faults: Sequence[Fault]) -> None:
        """See `Channel`."""
        self._ask("end", run, outcome, list(faults))

    def abandon(self, why: str, films: Sequence[Path] = ()) -> None:
        """See `Channel`."""
        self._ask("abandon", why, films)
