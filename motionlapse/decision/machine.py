"""What the loop asks of whatever turns scores into events."""

from __future__ import annotations

from typing import Protocol

from motionlapse.types import ChangeScore, Decision


class EventMachine(Protocol):
    """What turns scores into events; see `motionlapse.decision.decider.Decider`."""

    def step(
        self, time: float, index: int, score: ChangeScore, *, ready: bool, missing_s: float = 0.0
    ) -> Decision:
        """Take the score of one frame."""

    def interrupt(self, reason: str, *, settle_s: float = 0.0) -> Decision:
        """Close what is open because no frames come for a while."""

    def finish(self, ending: str) -> Decision:
        """Close what is open because no more frames come."""
