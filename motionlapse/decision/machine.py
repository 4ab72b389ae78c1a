"""The protocol of what turns scores into events."""

from __future__ import annotations

from typing import Protocol

from motionlapse.types import ChangeScore, Decision


class EventMachine(Protocol):
    """Turns scores into events: `Decider`, and for a time-lapse `LapseDecider`."""

    def step(
        self, time: float, index: int, score: ChangeScore, *, ready: bool, missing_s: float = 0.0
    ) -> Decision:
        """Take the score of one frame."""

    def interrupt(self, reason: str, *, settle_s: float = 0.0) -> Decision:
        """Close what is open because no frames come for a while."""

    def finish(self, ending: str) -> Decision:
        """Close what is open because no more frames come."""
