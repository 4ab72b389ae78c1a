"""Who is told of a watch's progress, and the result of a watch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from motionlapse.frames import SourceInfo
from motionlapse.sources.live_status import LiveStatus
from motionlapse.types import Analysis, Decision, KeptEvent
from motionlapse.watch.housekeeping import DiskUse


class Listener(Protocol):
    """Who is told; `status`, `disk`, `debug` and `warning` may be called from other threads."""

    def begin(self, info: SourceInfo, folder: Path) -> None:
        """The first picture has come; what is kept goes into `folder`."""

    def status(self, status: LiveStatus) -> None:
        """The source has changed its state."""

    def frame(self, analysis: Analysis, decision: Decision) -> None:
        """A frame has been done."""

    def idle(self) -> None:
        """No frame has come for a moment."""

    def started(self, kept: KeptEvent) -> None:
        """An event has begun."""

    def event(self, kept: KeptEvent) -> None:
        """An event has ended and was kept."""

    def snapshot(self, path: str) -> None:
        """A picture has been written."""

    def disk(self, use: DiskUse) -> None:
        """The disk was looked at."""

    def debug(self, text: str) -> None:
        """A detail for the log."""

    def say(self, text: str) -> None:
        """Something worth knowing."""

    def warning(self, text: str) -> None:
        """Something a person should know."""

    def error(self, text: str) -> None:
        """Something could not be read or written."""


@dataclass(slots=True)
class WatchResult:
    """How a watch went.

    Attributes
    ----------
    events, frames
        How many there were.
    exit_code
        What a program should end with; 0 if all went well.
    """

    events: int = 0
    frames: int = 0
    exit_code: int = 0
