"""Tells a live source what was seen, so that it knows when nothing moves."""

from __future__ import annotations

from motionlapse.pacing.policy import Level, level_of
from motionlapse.sources.holding import Holding
from motionlapse.types import Analysis, Decision, State


def tell(holding: Holding, analysis: Analysis, decision: Decision) -> None:
    """Tell of one frame.

    Parameters
    ----------
    holding
        Decides which packets of the source are held.
    analysis, decision
        What was seen in the frame and made of it.
    """
    level = level_of(analysis.score, ready=analysis.ready)
    holding.judged(
        analysis.frame.time,
        calm=level is Level.NONE and decision.state is State.QUIET,
        still=level is Level.NONE,
        much=level is Level.PLENTY and decision.state is State.ACTIVE,
        opened_s=decision.opened.start_s if decision.opened else None,
    )
