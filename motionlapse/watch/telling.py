"""Tells a live source what was seen in its frames, so that it decodes less while nothing moves."""

from __future__ import annotations

from motionlapse.pacing.policy import Level, level_of
from motionlapse.pacing.settings import PacingSettings
from motionlapse.sources.holding import Holding
from motionlapse.types import Analysis, Decision, State


def allow(holding: Holding, pacing: PacingSettings | None) -> None:
    """Set whether packets of the source may be left undecoded.

    Parameters
    ----------
    holding
        Decides which packets of the source are decoded.
    pacing
        Which frames are analysed; None if all are wanted.
    """
    holding.allowed = pacing is not None and pacing.leaves_quiet
    holding.leaving.allowed = pacing is not None and pacing.leaves_nonref


def tell(holding: Holding, analysis: Analysis, decision: Decision) -> None:
    """Report on one frame.

    Parameters
    ----------
    holding
        Decides which packets of the source are held.
    analysis, decision
        The result of analysing the frame, and what was decided on it.
    """
    level = level_of(analysis.score, ready=analysis.ready)
    holding.judged(
        analysis.frame.time,
        calm=level is Level.NONE and decision.state is State.QUIET,
        still=level is Level.NONE,
        standing=bool(analysis.blobs),
        opened_s=decision.opened.start_s if decision.opened else None,
    )
