"""Which frames are looked at: times and levels in, choices out. No pictures and no clock.

What is not looked at is held until the next look. Where the looks on both sides of it agree, both
that nothing moves or both that much does, it is dropped: no event begins or ends there. Where they
differ it is looked at after all, from the oldest on. So events begin and end where they would if
every frame were looked at, while between two looks there may be

======================================  ================================================
nothing moves, for 1 s, and no event    `PacingSettings.quiet_step`; 1/15 s if not adaptive
much moves in an event that is open     1/15 s
else: an event may begin or end         nothing is left out
======================================  ================================================

Of footage with less than 20 frames a second nothing is left out but disposable frames (below).

A frame that its source takes to be calm is not looked at while nothing moves, however long that is:
the next one that is not calm is.

With `PacingSettings.leaves_nonref` disposable ones (see `motionlapse.frames.Frame`) are never
looked at where the others come often enough: they need not be decoded. So are two of 25 a second
between others, as encoders like to put them. An event begins or ends one such frame late at most;
see `tests.video.test_pacing_on_footage`.

Elsewhere, where nothing hangs on which frame is looked at, it is one that is not disposable: the
last before the longest time is over while nothing moves, and up to 2/15 s after the last look where
much moves.
"""

from __future__ import annotations

from collections import deque
from enum import Enum, IntEnum

from motionlapse.frames import OFTEN_S
from motionlapse.pacing.settings import PacingSettings
from motionlapse.types import ChangeScore, State

_AUTO_STEP_S = 1 / 15
_ABOUT = 0.88  # "about 15": of 50 a second every third is taken, not every fourth
_SLOW_GAP_S = 1 / 20
_ROUNDING_S = 1e-3  # containers round times to milliseconds
# Times the threshold, from which an event does not end from one look to the next.
_PLENTY = 3.0
# A slow mover comes out of hiding in single frames that are foreground: with every fifth frame
# between them its event began 1 s late.
_CALM_S = 1.0
# Encoders put now one, now two or three disposable frames between others.
_PATTERN = 4


class Choice(Enum):
    """What becomes of a frame."""

    LEAVE = "leave"
    HOLD = "hold"
    LOOK = "look"


class Level(IntEnum):
    """How much moved in a frame that was looked at."""

    NONE = 0
    SOME = 1
    PLENTY = 2


def level_of(score: ChangeScore, *, ready: bool) -> Level:
    """Return the level of a score; what cannot be trusted is neither surely none nor plenty."""
    if not ready or score.light:
        return Level.SOME
    if score.value >= _PLENTY:
        return Level.PLENTY
    return Level.SOME if score.value > 0 else Level.NONE


class Policy:
    """Chooses frame by frame, in the order of their times.

    Parameters
    ----------
    settings
        The rate.
    most_held
        How many frames may wait; with more, one is looked at before its time.
    """

    def __init__(self, settings: PacingSettings, most_held: int) -> None:
        rate = settings.analyse_fps
        self._all = rate == "all"
        self._grid_s = (1 - 1e-2) / rate if isinstance(rate, float) else 0.0
        self._skips = settings.leaves_nonref
        self._quiet_s = settings.quiet_step if settings.adaptive else 0.0
        self._most_held = most_held
        self._held = self._calm = 0
        self._level = Level.SOME
        self._previous_s: float | None = None  # the frame before
        self._solid_s: float | None = None  # the last that was not disposable
        self._solid_gaps_s = deque((0.0,), _PATTERN)  # from one such to the next
        self._taken_s = float("-inf")  # the last that was not left out
        self._looked_s = float("-inf")
        self._stirred_s = float("-inf")

    def choose(
        self, time: float, *, disposable: bool = False, calm: bool = False, left_out: int = 0
    ) -> Choice:
        """Return what becomes of the next frame.

        Parameters
        ----------
        time
            Its media time, not before the last one.
        disposable
            Whether another one is looked at rather than this.
        calm
            Whether it is looked at only if another one is not quiet.
        left_out
            How many its source has left out before it: they count for how fast frames come.
        """
        first = self._previous_s is None
        gap_s = 0.0 if self._previous_s is None else (time - self._previous_s) / (left_out + 1)
        self._previous_s = time
        if not disposable:
            self._solid_gaps_s.append(0.0 if self._solid_s is None else time - self._solid_s)
            self._solid_s = time
        elif self._skips and self._come_often(time):
            return Choice.LEAVE
        if time - self._taken_s < self._grid_s:
            return Choice.LEAVE
        gap_s = max(gap_s, self._grid_s)
        self._taken_s = time
        if calm and not self._all and self._quiet_s and self._level is Level.NONE:
            self._calm += 1
            return Choice.HOLD
        due = self._is_due(time, gap_s, disposable=disposable)
        if self._all or first or self._held >= self._most_held or due:
            return Choice.LOOK
        self._held += 1
        return Choice.HOLD

    def _come_often(self, time: float) -> bool:
        """Tell whether frames that are not disposable come often, up to this time."""
        if self._solid_s is None:
            return False
        # The one in hand may be longer than those before it: encoders may change their pattern.
        most_s = max(time - self._solid_s, *self._solid_gaps_s)
        return self._solid_gaps_s[-1] > 0 and most_s <= OFTEN_S + _ROUNDING_S

    def _is_due(self, time: float, gap_s: float, *, disposable: bool) -> bool:
        if self._level is Level.SOME or gap_s > _SLOW_GAP_S + _ROUNDING_S:
            return True
        since_s = time - self._looked_s
        if self._level is Level.NONE and self._quiet_s:
            # The next frame, if it comes like this one, would be too late.
            next_s = gap_s if disposable else max(gap_s, *self._solid_gaps_s)
            return since_s + next_s > self._quiet_s + _ROUNDING_S
        return since_s >= _ABOUT * _AUTO_STEP_S * (2 if disposable else 1)

    def goes_back(self, level: Level) -> bool:
        """Tell whether a look shows that the held frames are to be looked at before it."""
        back = self._held + self._calm > 0 and level is not self._level
        self._held = self._calm = 0
        return back

    def saw(self, time: float, level: Level, state: State) -> None:
        """Take what a look has shown, in the order of times.

        Parameters
        ----------
        time
            Media time of the frame.
        level
            How much moved in it.
        state
            Where the event machine stands after it.
        """
        self._looked_s = time
        self._level = level
        # Where an event may open or close with any frame, none is left out. While one was fading
        # and every other frame was looked at, an end came 1.5 s early: one frame had reopened it.
        expected = {Level.NONE: State.QUIET, Level.PLENTY: State.ACTIVE}
        if level is not Level.NONE:
            self._stirred_s = time
        elif time - self._stirred_s < _CALM_S:
            self._level = Level.SOME
        if state is not expected.get(level):
            self._level = Level.SOME

    def rest(self) -> None:
        """Take note of a break: what is held is looked at now, and the frame after it too."""
        self._held = self._calm = 0
        self._previous_s = self._solid_s = None
        self._taken_s = float("-inf")
