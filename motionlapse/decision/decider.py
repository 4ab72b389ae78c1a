"""The event machine: scores in, events out. No pictures and no clock of its own.

::

    warming ──ready──▶ quiet ──score ≥ 1──▶ rising ──for min_event──▶ active ⇄ fading
       ▲                ▲                     │ below exit                     │ for hold
       └── not ready ───┴─────────────────────┴────────────────────────────────┘

To open an event the score must reach 1.0, stay above the exit ratio for `min_event`, and be at 1.0
then or later (what flares up once and fades is no event); to close it, it must stay below the exit
ratio for `hold`. The two thresholds are the hysteresis.

Where an event starts: frames above the exit ratio, whether or not they reach 1.0, are called *stir*
here. The event starts with the first frame of the stir that led to it. That stir lies at most
`hold` before the score reached 1.0, has no pause of `min_event` in it, and fills most of the time.

Where it ends: after a pause of `min_event`, stir keeps the event open, but belongs to it only if
the score reaches 1.0 again. (What a mover leaves behind goes on stirring around the exit ratio for
seconds, depending on frame rate and picture size.)

A frame stands for the time since the frame before it. So one frame of a slow time-lapse can last
`min_event`, and the same scene gives the same events at any frame rate.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from motionlapse.decision.motion import Motion
from motionlapse.decision.settings import DecisionSettings
from motionlapse.types import ChangeScore, Decision, Event, State
from motionlapse.units import format_duration, format_score

# Right after a change of the light: no score, and the background learns four times as fast.
_NOTHING = ChangeScore(value=0.0, fraction=0.0)
_HURRY = 4.0
_ROUNDING_S = 1e-9


class Decider:
    """Turns change scores into events.

    Parameters
    ----------
    settings
        Thresholds and durations.
    next_number
        Returns the number of a new event; by default they count from 1.
    """

    def __init__(
        self, settings: DecisionSettings, next_number: Callable[[], int] | None = None
    ) -> None:
        self._settings = settings
        self._next_number = next_number or itertools.count(1).__next__
        self._state = State.WARMING
        self._open: Motion | None = None
        self._rising: Motion | None = None
        self._resting: Motion | None = None  # closed, but motion within `merge` reopens it
        self._previous_s: float | None = None
        self._light_until_s = float("-inf")
        self._credit_s = 0.0  # the time that the first frame of rising motion stands for
        self._settle_s = 0.0  # how long nothing counts from the next frame on
        self._settled_s = float("-inf")
        self._reached_s = 0.0  # when rising motion reached 1.0
        self._lasted_s = 0.0  # from `_reached_s` to its last frame
        self._stirred_s = 0.0  # when an open event was last above the exit ratio
        self._stir: deque[tuple[float, int, ChangeScore]] = deque()  # frames above the exit ratio
        self._stirring_s: deque[float] = deque()  # the time that each of them stands for

    @property
    def state(self) -> State:
        """Where the machine stands."""
        return self._state

    @property
    def undecided(self) -> bool:
        """True while an event is open, may be about to open, or may be reopened within `merge`."""
        return bool(self._open or self._rising or self._resting or self._stir)

    def step(
        self, time: float, index: int, score: ChangeScore, *, ready: bool, missing_s: float = 0.0
    ) -> Decision:
        """Take the score of one frame.

        Parameters
        ----------
        time
            Media time in seconds, not before the last one.
        index
            The frame's index.
        score
            1.0 is the threshold.
        ready
            False while the background cannot be trusted; an open event is then closed.
        missing_s
            How much of the time since the last frame lacks pictures, and so is no lasting motion.
        """
        elapsed_s = 0.0 if self._previous_s is None else time - self._previous_s - missing_s
        self._reached_s += missing_s
        self._previous_s = time
        if self._settle_s:
            self._settled_s, self._settle_s = time + self._settle_s, 0.0
        if not ready:
            return self._warm("learning the background")
        if time < self._settled_s:
            return self._warm("settling after an interruption")
        if score.light and not self._settings.light_events:
            self._light_until_s = time + self._settings.light_hold
        if time < self._light_until_s:
            decision = self._step(time, index, _NOTHING, elapsed_s)
            return replace(decision, reason="light changed", pace=_HURRY)
        return self._step(time, index, score, elapsed_s)

    def _step(self, time: float, index: int, score: ChangeScore, elapsed_s: float) -> Decision:
        if self._open is not None:
            return self._follow(self._open, time, index, score)
        decision = self._watch(time, index, score, elapsed_s)
        return decision if decision.closed else replace(decision, closed=self._settle(time))

    def finish(self, ending: str) -> Decision:
        """Close what is open because no more frames come.

        Parameters
        ----------
        ending
            Why, in words, such as ``end of footage``.
        """
        closed = self._close_all(ending)
        self._state = State.QUIET
        return Decision(self._state, ending, pace=0.0, closed=closed)

    def interrupt(self, reason: str, *, settle_s: float = 0.0) -> Decision:
        """Close what is open because no frames come for a while.

        Parameters
        ----------
        reason
            Why, in words; the ending of the event that is open.
        settle_s
            For how many seconds from the next frame on nothing counts.
        """
        closed = self._close_all(reason)
        self._settle_s = settle_s
        self._previous_s = None  # the interruption is not time for which the next frame stands
        self._state = State.WARMING
        return Decision(self._state, reason, pace=0.0, closed=closed)

    # ---- one method a state ------------------------------------------------------------------

    def _warm(self, reason: str) -> Decision:
        closed = self._close_all("the background is learned anew")
        self._state = State.WARMING
        return Decision(self._state, reason, pace=1.0, closed=closed)

    def _watch(self, time: float, index: int, score: ChangeScore, elapsed_s: float) -> Decision:
        """Decide in states quiet and rising: does an event open?"""
        motion = self._rising
        self._remember(time, index, score, elapsed_s)
        if score.value < (1.0 if motion is None else self._settings.exit_ratio):
            self._rising = None
            self._state = State.QUIET
            words = f"{score.value:.2g} of the threshold"
            if score.value == 0:
                words = "the foreground stands still" if score.fraction else "no foreground"
            if motion is not None:
                words = f"motion of {self._lasted_s:.2g} s was shorter than min_event; {words}"
            return Decision(self._state, words, pace=1.0)
        if motion is None:
            motion = self._rising = self._begin()
            self._credit_s, self._reached_s = elapsed_s, time
        motion.extend(time, index, score)
        self._lasted_s = time - self._reached_s
        lasted_s = self._lasted_s + self._credit_s
        lasts = lasted_s + _ROUNDING_S >= self._settings.min_event
        if lasts and score.value >= 1.0:
            return self._confirm(motion, score)
        self._state = State.RISING
        least_s, reached = self._settings.min_event, format_score(score.value, digits=3)
        words = f"{reached} x threshold for {lasted_s:.2g} s of {least_s:g} s"
        if lasts:
            words = f"{score.value:.2g} of the threshold after {lasted_s:.2g} s: below again"
        return Decision(self._state, words, pace=1.0, motion=True)

    def _remember(self, time: float, index: int, score: ChangeScore, elapsed_s: float) -> None:
        """Keep stir, which may turn out to be the start of an event; forget it after a pause."""
        if score.value >= self._settings.exit_ratio:
            self._stir.append((time, index, score))
            self._stirring_s.append(elapsed_s)
        elif self._stir and self._is_pause(time - self._stir[-1][0]):
            self._forget_stir()
        while self._stir and time - self._stir[0][0] > self._settings.hold:
            self._stir.popleft()
            self._stirring_s.popleft()

    def _forget_stir(self) -> None:
        self._stir.clear()
        self._stirring_s.clear()

    def _begin(self) -> Motion:
        """Return the motion that has just reached 1.0, together with the stir before it.

        Stir is left out from the front until what remains fills most of the time up to now, so
        that an earlier, isolated flare is not taken for the start.
        """
        *earlier, (reached_s, _, _) = self._stir
        until_s = reached_s - self._stirring_s[-1]
        stirring_s = sum(self._stirring_s) - self._stirring_s[-1]
        for time, _, _ in earlier:
            lasts_s = self._stirring_s[0]
            if 2 * stirring_s > until_s - time + lasts_s:
                break
            stirring_s -= lasts_s
            self._stir.popleft()
            self._stirring_s.popleft()
        time, index, score = self._stir[0]
        motion = Motion(time, index, score, time, index, time, index)
        for stirring in self._stir:
            motion.extend(*stirring)
        return motion

    def _confirm(self, motion: Motion, score: ChangeScore) -> Decision:
        """Open an event, or reopen the last one: motion has lasted long enough."""
        self._rising = None
        self._forget_stir()
        self._stirred_s = motion.end_s
        self._state = State.ACTIVE
        words = f"foreground {format_score(score.value, digits=3)} x threshold"
        if self._resting is not None and self._may_merge(motion):
            self._open, self._resting = self._resting, None
            self._open.absorb(motion)
            return Decision(self._state, f"{words}, the event goes on", pace=1.0, motion=True)
        closed = self._release()
        self._open = motion
        motion.number = self._next_number()
        return Decision(
            self._state, words, pace=1.0, motion=True, opened=motion.event(), closed=closed
        )

    def _follow(self, motion: Motion, time: float, index: int, score: ChangeScore) -> Decision:
        """Decide in states active and fading: does the event go on?"""
        stirs = score.value >= self._settings.exit_ratio
        if stirs:
            self._stirred_s = time
        if score.value >= 1.0 or (stirs and not self._has_paused(motion, time)):
            motion.extend(time, index, score)
            self._state = State.ACTIVE
            words = f"foreground {format_score(score.value, digits=3)} x threshold"
            return Decision(self._state, words, pace=1.0, motion=True)
        quiet_s = time - self._stirred_s
        if quiet_s < self._settings.hold:
            self._state = State.FADING
            words = f"quiet for {quiet_s:.2g} s of {self._settings.hold:g} s"
            if stirs:
                words = f"{score.value:.2g} of the threshold, after a pause: not yet motion again"
            return Decision(self._state, words, pace=1.0)
        self._open, self._resting = None, motion
        self._state = State.QUIET
        words = f"the event ended at {format_duration(motion.end_s)}"
        return Decision(self._state, words, pace=1.0, closed=self._settle(time))

    def _has_paused(self, motion: Motion, time: float) -> bool:
        """Tell whether there was a pause, after which only a score of 1.0 extends the event."""
        return self._state is State.FADING and self._is_pause(time - motion.end_s)

    def _is_pause(self, lasted_s: float) -> bool:
        return lasted_s + _ROUNDING_S >= self._settings.min_event

    # ---- ending events -----------------------------------------------------------------------

    def _may_merge(self, later: Motion) -> bool:
        return (
            self._resting is not None and later.start_s - self._resting.end_s < self._settings.merge
        )

    def _settle(self, time: float) -> Event | None:
        """Return the resting event once nothing can reopen it; it then rests no longer."""
        if self._resting is None:
            return None
        started_s = self._stir[0][0] if self._stir else None
        started_s = started_s if self._rising is None else self._rising.start_s
        if started_s is not None and started_s - self._resting.end_s < self._settings.merge:
            return None
        if time - self._resting.end_s < self._settings.merge:
            return None
        return self._release()

    def _release(self) -> Event | None:
        resting, self._resting = self._resting, None
        return None if resting is None else resting.event("quiet for longer than hold")

    def _close_all(self, ending: str) -> Event | None:
        """Close the open event, or the resting one: opening an event ends the resting one."""
        closed = self._release() if self._open is None else self._open.event(ending)
        self._open = self._rising = None
        self._forget_stir()
        return closed
