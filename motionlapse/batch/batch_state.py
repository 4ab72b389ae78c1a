"""What the sources of a batch share: the archive, the listener, the result so far."""

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
    """How often a kind of remark was made, and the weightiest of them."""

    text: str = ""
    count: int = 0
    _weight: float = float("-inf")

    def add(self, text: str, weight: float) -> None:
        """Count one more; of two that weigh the same, the first in the alphabet is kept.

        With several workers they come in a different order each time.
        """
        self.count += 1
        if weight > self._weight or (weight == self._weight and text < self.text):
            self.text, self._weight = text, weight


@dataclass(slots=True)
class BatchState:
    """What the sources of a batch share.

    Attributes
    ----------
    settings
        As a person gave them; they are stored with each run.
    listener, clock, should_stop
        As of `motionlapse.batch.batch.Batch`.
    total
        How many sources there are.
    result
        Of the batch so far.
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
        """False until something could have been kept."""
        return self._store is not None

    @property
    def archive_exists(self) -> bool:
        """True if there is one to read."""
        from motionlapse.files import ARCHIVE_FILE

        return (self.settings.sinks.out / ARCHIVE_FILE).exists()

    def store(self) -> ArchiveStore:
        """Return the archive; the first call opens it, or makes it."""
        from motionlapse.sinks.archive_store import ArchiveStore

        if self._store is None:
            self._store = ArchiveStore(self.settings.sinks.out)
        return self._store

    def tell_once(self, text: str) -> None:
        """Tell something once for all sources that it applies to."""
        if text not in self._told:
            self._told.add(text)
            self.listener.note(text)

    def tally(self, text: str, more: str, weight: float) -> None:
        """Count a remark; see `motionlapse.batch.channel.Channel`."""
        self._tallies.setdefault(more, Tally()).add(text, weight)

    def tell_tallies(self) -> None:
        """Tell what was counted, each kind in one line, and start counting anew."""
        for more, tally in self._tallies.items():
            others = f"; {more.format(tally.count - 1)}" if tally.count > 1 else ""
            self.listener.note(tally.text + others)
        self._tallies = {}

    def fail(self, error: MotionlapseError) -> None:
        """Tell of a failure and remember its exit code.

        A cause that lies in the sinks, such as a full disk, is told once, not for every source.
        """
        text = str(error)
        cause = text.partition(" (and ")[0]  # how often does not matter
        if not isinstance(error, SinkError) or cause not in self._told:
            self._told.add(cause)
            self.listener.error(text)
        self.result.note(error.exit_code)

    def close(self) -> None:
        """Close the archive; may be called again."""
        if self._store is not None:
            self._store.close()
