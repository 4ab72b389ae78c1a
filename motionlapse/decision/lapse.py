"""The time-lapse: one frame each interval, kept only if it differs from the last one kept.

::

    learning ──for learn──▶ waiting ──every──▶ judging ──differs──▶ kept, and learning anew
                               ▲                  │
                               └──── the same ────┘

The background is learned from the picture that was kept, and from the frames right after it where
that is wanted (`learn`) or the model needs them (`ready`). While waiting, nothing is learned, so
slow changes add up until they count.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from motionlapse.decision.lapse_settings import LapseSettings
from motionlapse.types import ChangeScore, Decision, Event, State
from motionlapse.units import format_duration


class LapseDecider:
    """An event machine whose events are single pictures.

    Parameters
    ----------
    settings
        The interval; ``every`` must be given.
    next_number
        Called once for each picture that is kept.

    Attributes
    ----------
    kept
        True after a step that kept its frame: the background is then to be learned anew, from that
        very frame on.
    """

    def __init__(
        self,
        settings: LapseSettings,
        next_number: Callable[[], int] | None = None,
    ) -> None:
        if settings.every is None:
            raise ValueError("a time-lapse needs its interval")
        self._every_s = settings.every
        self._learn_s = min(settings.learn, settings.every)
        self._next_number = next_number or itertools.count(1).__next__
        self._due_s: float | None = None
        self._learned_s = 0.0
        self._last_s = 0.0
        self._settle_s = 0.0  # from the next frame on
        self._open: Event | None = None
        self.kept = False

    def wants(self, time: float) -> bool:
        """Tell whether the frame at a media time is to be analysed at all."""
        if self._settle_s and self._due_s is not None:
            self._due_s = max(self._due_s, time + self._settle_s)
        self._settle_s = 0.0
        return self._due_s is None or self._learned_s > 0 or time >= self._due_s

    def step(
        self,
        time: float,
        index: int,
        score: ChangeScore,
        *,
        ready: bool,
        missing_s: float = 0.0,  # noqa: ARG002  # a picture is kept for itself
    ) -> Decision:
        """Take the score of a frame that was wanted; see `motionlapse.decision.decider`."""
        self.kept = False
        if self._due_s is None:
            self._due_s = time + self._every_s
            nothing = ChangeScore(value=0.0, fraction=0.0)  # there is nothing to compare with
            return self._keep(time, index, nothing, "the first picture")
        if time < self._due_s or not ready:
            return self._learn(time, ready)
        self._learned_s = 0.0
        while self._due_s <= time:
            self._due_s += self._every_s
        if score.value >= 1.0:
            reason = score.measured or f"differs by {score.value:.3g} x threshold"
            return self._keep(time, index, score, reason)
        last = format_duration(self._last_s)
        said = score.measured or f"{score.value:.2g} of the threshold"
        words = f"{said}: like the picture of {last}"
        return Decision(State.QUIET, words, pace=0.0)

    def interrupt(self, reason: str, *, settle_s: float = 0.0) -> Decision:
        """Close what is open; the next picture is judged no sooner than after `settle_s`."""
        closed, self._open = self._open, None
        self._settle_s = max(self._settle_s, settle_s)
        return Decision(State.QUIET, reason, pace=0.0, closed=closed)

    def finish(self, ending: str) -> Decision:
        """Close what is open because no more frames come."""
        return self.interrupt(ending)

    def _keep(self, time: float, index: int, score: ChangeScore, reason: str) -> Decision:
        self._open = Event(
            number=self._next_number(),
            start_s=time,
            end_s=time,
            start_frame=index,
            end_frame=index,
            peak_s=time,
            peak_frame=index,
            peak_score=score.value,
            peak_fraction=score.fraction,
            reason=reason,
            regions=score.regions,
            ending="one picture",
        )
        self.kept, self._last_s, self._learned_s = True, time, time + self._learn_s
        return Decision(State.ACTIVE, reason, pace=1.0, motion=True, opened=self._open)

    def _learn(self, time: float, ready: bool) -> Decision:
        """Learn the kept picture, until `learn` has passed and the model is ready."""
        done = ready and time >= self._learned_s
        if done:
            self._learned_s = 0.0
        return Decision(State.WARMING, "learning the picture that was kept", pace=float(not done))
