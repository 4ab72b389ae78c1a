"""How a batch went, and who is told how it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from motionlapse.frames import SourceInfo
    from motionlapse.types import Analysis, Decision, KeptEvent


class Listener(Protocol):
    """Who is told how a batch goes."""

    def begin(self, info: SourceInfo, number: int, total: int) -> None:
        """Reading source `number` (from 1) of `total` begins."""

    def frame(self, analysis: Analysis, decision: Decision) -> None:
        """A frame has been done."""

    def event(self, kept: KeptEvent) -> None:
        """An event has ended and was kept."""

    def note(self, text: str) -> None:
        """Something that is as it should be, and not obvious."""

    def warning(self, text: str) -> None:
        """Something a person should know."""

    def error(self, text: str) -> None:
        """Something could not be read or written."""


@dataclass(slots=True)
class BatchResult:
    """How a batch went.

    Attributes
    ----------
    sources, events, frames
        How many were read, found, analysed.
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
    folders: list[Path] = field(default_factory=list)
    interrupted: bool = False
    exit_code: int = 0

    def note(self, code: int) -> None:
        """Remember a failure; the gravest counts."""
        self.exit_code = max(self.exit_code, code)
