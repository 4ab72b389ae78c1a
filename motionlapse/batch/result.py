"""The result of a batch, and who is told of its progress."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from motionlapse.errors import MotionlapseError

if TYPE_CHECKING:
    from motionlapse.frames import SourceInfo
    from motionlapse.types import KeptEvent


class Listener(Protocol):
    """Who is told of a batch's progress."""

    def search(self, name: str, number: int, total: int, what: str, share: float) -> None:
        """A prescan of a source has done `share` of one of its parts; the source begins later."""

    def begin(self, info: SourceInfo, number: int, total: int) -> None:
        """Reading source `number` (from 1) of `total` begins; others may be under way."""

    def progress(self, number: int, frames: int, time_s: float) -> None:
        """So many frames of source `number` are done, up to a media time."""

    def done(self, number: int) -> None:
        """Source `number` is finished, whether it was read, left out or failed."""

    def event(self, kept: KeptEvent, number: int) -> None:
        """An event of source `number` has ended and was kept."""

    def note(self, text: str) -> None:
        """Something that is as it should be, but not obvious."""

    def warning(self, text: str) -> None:
        """Something a person should know."""

    def error(self, text: str) -> None:
        """Something could not be read or written."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the run of one source went: a `motionlapse.pipeline.RunResult` without its libraries.

    Attributes
    ----------
    frames, end_s, state, failure, overlay
        As of `RunResult`.
    of_frames
        How many frames the source holds: more than `frames` where a prescan left some out.
    unwritten
        What could not be written, a line for each sink.
    films
        The films outside the archive that were made.
    """

    frames: int
    of_frames: int
    end_s: float
    state: str
    failure: MotionlapseError | None
    unwritten: tuple[str, ...]
    overlay: str | None
    films: tuple[Path, ...] = ()


@dataclass(slots=True)
class BatchResult:
    """How a batch went.

    Attributes
    ----------
    sources, events, frames
        How many were read, found, analysed.
    named, whole
        How many sources there were to read, and how many were read to the end.
    of_frames
        How many frames those sources hold: a prescan leaves most of them out.
    skipped
        How many sources were left out because the archive holds them already.
    unscanned
        How many sources could not be scanned because nothing could be kept of them.
    folders
        The archive's folders of the sources, in order.
    interrupted
        True if it was stopped before its end.
    exit_code
        What a program should end with; 0 if all went well.
    """

    sources: int = 0
    events: int = 0
    frames: int = 0
    of_frames: int = 0
    named: int = 0
    whole: int = 0
    folders: list[Path] = field(default_factory=list)
    skipped: int = 0
    unscanned: int = 0
    interrupted: bool = False
    exit_code: int = 0

    def note(self, code: int) -> None:
        """Remember a failure; the gravest counts."""
        self.exit_code = max(self.exit_code, code)
