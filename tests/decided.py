"""Runs of the event machine on scores that a test has chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from motionlapse.decision.decider import Decider
from motionlapse.decision.settings import DecisionSettings
from motionlapse.types import ChangeScore, Decision, Event

TICK_S = 1 / 64


@dataclass(frozen=True)
class Step:
    """One frame."""

    time: float
    index: int
    score: ChangeScore
    ready: bool


def decide(chosen: DecisionSettings, steps: Sequence[Step]) -> list[Decision]:
    decider = Decider(chosen)
    decisions = [decider.step(s.time, s.index, s.score, ready=s.ready) for s in steps]
    return [*decisions, decider.finish("end of footage")]


def closed_events(decisions: Sequence[Decision]) -> list[Event]:
    return [decision.closed for decision in decisions if decision.closed]
