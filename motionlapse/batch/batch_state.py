"""What the sources of a batch have in common: the archive, who is told, and how it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from motionlapse.batch.result import BatchResult, Listener
from motionlapse.clock import Clock
from motionlapse.errors import MotionlapseError, SinkError
from motionlapse.pipeline_settings import Settings

if TYPE_CHECKING:
    from motionlapse.sinks.archive_store import ArchiveStore


@dataclass(slots=True)
class Tally:
    """How often something was said, and the weightiest of it."""

    text: str = ""
    count: int = 0
    _weight: float = float("-inf")

    def add(self, text: str, weight: float) -> None:
        """Count one more; of two that weigh the same the first in the alphabet is kept.

        Which comes first is another one each time where several workers scan.
        """
        self.count += 1
        if weight > self._weight or (weight == self._weight and text < self.text):
            self.text, self._weight = text, weight


@dataclass(slots=True)
class Books:
    """What the sources of a batch have in common.

    Attributes
    ----------
    settings
        As a person gave them; they are stored with each run.
    listener, clock, should_stop
        As of `motionlapse.batch.batch.Batch`.
    total
        How many sources there are.
    result
        How it goes.
    """

    settings: Settings
    listener: Listener
    clock: Clock
    should_stop: Callable[[], bool]
    total: int
    result: BatchResult = field(default_factory=BatchResult)
    _store: ArchiveStore | None = None
    _told: set[str] = field(default_factory=set)
    _tallies: dict[str, Tally] = field(default_factory=dict)

    @property
    def archive_is_open(self) -> bool:
        """False as long as nothing could have been kept."""
        return self._store is not None

    @property
    def archive_exists(self) -> bool:
        """True if there is one to look into."""
        from motionlapse.sinks.archive_schema import FILE_NAME

        return (self.settings.sinks.out / FILE_NAME).exists()

    def store(self) -> ArchiveStore:
        """Return the archive, opened and made at the first call."""
        from motionlapse.sinks.archive_store import ArchiveStore

        if self._store is None:
            self._store = ArchiveStore(self.settings.sinks.out)
        return self._store

    def tell_once(self, text: str) -> None:
        """Tell what is as it should be; of many sources it need not be said for each."""
        if text not in self._told:
            self._told.add(text)
            self.listener.note(text)

    def tally(self, text: str, more: str, weight: float) -> None:
        """Count what may be so of many; see `motionlapse.batch.line.Line`."""
        self._tallies.setdefault(more, Tally()).add(text, weight)

    def tell_tallies(self) -> None:
        """Tell what was counted, each kind in one line; after that nothing is counted."""
        for more, tally in self._tallies.items():
            others = f"; {more.format(tally.count - 1)}" if tally.count > 1 else ""
            self.listener.note(tally.text + others)
        self._tallies = {}

    def fail(self, error: MotionlapseError) -> None:
        """Tell of a failure and remember its exit code.

        Of a full disk there would be the same to tell for each source that is left.
        """
        text = str(error)
        cause = text.partition(" (and ")[0]  # how often is no news
        if not isinstance(error, SinkError) or cause not in self._told:
            self._told.add(cause)
            self.listener.error(text)
        self.result.note(error.exit_code)

    def close(self) -> None:
        """Close the archive; may be called again."""
        if self._store is not None:
            self._store.close()
