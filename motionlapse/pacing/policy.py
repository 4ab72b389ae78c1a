"""Which frames are analysed: times and levels of motion in, choices out. No pictures, no clock.

A *look* is the analysis of a frame. Frames between two looks are held. If the looks before and
after them agree, because nothing moves in either or much moves in both, the held frames are
dropped: no event begins or ends there. If they differ, the held frames are analysed after all, the
oldest first. So events begin and end where they would if every frame were analysed. The longest
time between two looks is

===========================================  ===================================================
nothing has moved for 1 s, and no event      `PacingSettings.quiet_step`; 1/15 s if not adaptive
much moves in an event that is open          1/15 s
otherwise: an event may begin or end         every frame is analysed
===========================================  ===================================================

With fewer than 20 frames a second every frame is analysed, except for disposable ones (see below).

A frame that its source declares calm is not analysed while nothing moves, for however long; the
next frame that is not calm is.

With `PacingSettings.leaves_nonref`, disposable frames (see `motionlapse.frames.Frame`) are never
analysed if the other frames come often enough, so they need not be decoded. That is the case at 25
frames a second with two disposable frames between others, a pattern that encoders like. An event
begins or ends one such frame late at most; see `tests.video.test_pacing_on_footage`.

Otherwise frames that are not disposable are preferred where a choice is free: while nothing moves,
the last one before the longest time is over; while much moves, the first one after 1/15 s, or a
disposable one if 2/15 s have passed.
"""

from __future__ import annotations

from collections import deque
from enum import Enum, IntEnum

from motionlapse.frames import OFTEN_S
from motionlapse.pacing.settings import PacingSettings
from motionlapse.types import ChangeScore, State

_AUTO_STEP_S = 1 / 15
_ABOUT = 0.88  # "about 15": of 50 frames a second every third is analysed, not every fourth
_SLOW_GAP_S = 1 / 20
_ROUNDING_S = 1e-3  # containers round times to milliseconds
# A score of this many times the threshold does not fall below it from one look to the next.
_PLENTY = 3.0
# For how long nothing must have moved before frames are left out. A slow mover appears in single
# frames at first: when only every fifth frame was analysed between these, its event began 1 s late.
_CALM_S = 1.0
# Gaps that are remembered: encoders put one, two or three disposable frames between others.
_PATTERN = 4


class Choice(Enum):
    """What becomes of a frame."""

    LEAVE = "leave"
    HOLD = "hold"
    LOOK = "look"


class Level(IntEnum):
    """How much moved in a frame that was analysed."""

    NONE = 0
    SOME = 1
    PLENTY = 2


def level_of(score: ChangeScore, *, ready: bool) -> Level:
    """Return the level of a score; one that cannot be trusted is neither NONE nor PLENTY."""
    if not ready or score.light:
        return Level.SOME
    if score.value >= _PLENTY:
        return Level.PLENTY
    return Level.SOME if score.value > 0 else Level.NONE


class Policy:
    """Chooses frame by frame, in order of time.

    Parameters
    ----------
    settings
        How many frames are to be analysed.
    most_held
        How many frames may be held; when there are as many, the next frame is analysed early.
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
        # Media times of the last frame …
        self._previous_s: float | None = None
        self._solid_s: float | None = None  # … that was not disposable
        self._solid_gaps_s = deque((0.0,), _PATTERN)  # between successive ones that were not
        self._taken_s = float("-inf")  # … that was not left out
        self._looked_s = float("-inf")  # … that was analysed
        self._moved_s = float("-inf")  # … in which something moved

    def choose(
        self, time: float, *, disposable: bool = False, calm: bool = False, left_out: int = 0
    ) -> Choice:
        """Return what becomes of the next frame.

        Parameters
        ----------
        time
            Its media time in seconds, not before that of the last one.
        disposable
            Whether other frames are preferred to it.
        calm
            Whether its source declares that nothing moves in it.
        left_out
            How many frames its source has left out before it; they count for the frame rate.
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
        """Return whether frames that are not disposable come often enough, up to this time."""
        if self._solid_s is None:
            return False
        # The present gap may be longer than those before: encoders change their pattern.
        most_s = max(time - self._solid_s, *self._solid_gaps_s)
        return self._solid_gaps_s[-1] > 0 and most_s <= OFTEN_S + _ROUNDING_S

    def _is_due(self, time: float, gap_s: float, *, disposable: bool) -> bool:
        if self._level is Level.SOME or gap_s > _SLOW_GAP_S + _ROUNDING_S:
            return True
        since_s = time - self._looked_s
        if self._level is Level.NONE and self._quiet_s:
            # Whether the next frame, if frames keep coming like this, would be too late.
            next_s = gap_s if disposable else max(gap_s, *self._solid_gaps_s)
            return since_s + next_s > self._quiet_s + _ROUNDING_S
        return since_s >= _ABOUT * _AUTO_STEP_S * (2 if disposable else 1)

    def goes_back(self, level: Level) -> bool:
        """Return whether a look at this level means that the held frames must be analysed first."""
        back = self._held + self._calm > 0 and level is not self._level
        self._held = self._calm = 0
        return back

    def saw(self, time: float, level: Level, state: State) -> None:
        """Take what a look has shown; looks come in order of time.

        Parameters
        ----------
        time
            Media time of the frame.
        level
            How much moved in it.
        state
            The state of the event machine after it.
        """
        self._looked_s = time
        self._level = level
        # While an event may open or close with any frame, every frame is analysed. When only every
        # other one was while an event faded, it ended 1.5 s early: the missed frame had revived it.
        expected = {Level.NONE: State.QUIET, Level.PLENTY: State.ACTIVE}
        if level is not Level.NONE:
            self._moved_s = time
        elif time - self._moved_s < _CALM_S:
            self._level = Level.SOME
        if state is not expected.get(level):
            self._level = Level.SOME

    def rest(self) -> None:
        """Note a break: the held frames are analysed now, and so is the first frame after it."""
        self._held = self._calm = 0
        self._previous_s = self._solid_s = None
        self._taken_s = float("-inf")
