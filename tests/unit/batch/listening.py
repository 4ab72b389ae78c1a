from __future__ import annotations

from motionlapse.frames import SourceInfo
from motionlapse.types import KeptEvent


class Heard:
    """Remembers what a listener is told."""

    def __init__(self) -> None:
        self.events: list[KeptEvent] = []
        self.said: list[str] = []

    def search(self, name: str, number: int, total: int, what: str, share: float) -> None:
        self.said.append(f"search {name} {number}/{total}")

    def begin(self, info: SourceInfo, number: int, total: int) -> None:
        self.said.append(f"begin {info.name} {number}/{total}")

    def progress(self, number: int, frames: int, time_s: float) -> None:
        self.said.append(f"progress {frames}")

    def done(self, number: int) -> None:
        self.said.append(f"done {number}")

    def event(self, kept: KeptEvent, number: int) -> None:
        self.events.append(kept)

    def note(self, text: str) -> None:
        self.said.append(text)

    warning = error = note
