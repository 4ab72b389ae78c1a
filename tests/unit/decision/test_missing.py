"""Time of which the pictures are missing is no part of how long motion lasts."""

from __future__ import annotations

import pytest

from motionlapse.decision.decider import Decider
from motionlapse.decision.missing import MissingTime
from motionlapse.decision.settings import DecisionSettings
from motionlapse.types import ChangeScore, State


def test_a_jump_of_the_index_tells_how_much_is_missing_once() -> None:
    missing = MissingTime()
    for index, time in [(0, 0.0), (1, 0.1), (11, 1.1), (12, 1.2), (32, 3.2)]:
        missing.take(index, time)
    assert missing.up_to(1) == 0.0
    assert missing.up_to(12) == pytest.approx(0.9)  # the frame at 11 stands for a tenth
    assert missing.up_to(12) == 0.0
    assert missing.up_to(40) == pytest.approx(1.9)


def test_frames_far_apart_miss_nothing_and_a_break_begins_anew() -> None:
    missing = MissingTime()
    missing.take(0, 0.0)
    missing.take(1, 5.0)
    assert missing.up_to(1) == 0.0
    missing.interrupt()
    missing.take(900, 60.0)
    assert missing.up_to(900) == 0.0


@pytest.mark.parametrize(("missing_s", "state"), [(0.0, State.ACTIVE), (0.96, State.RISING)])
def test_one_frame_after_a_gap(missing_s: float, state: State) -> None:
    decider = Decider(DecisionSettings())
    quiet, moving = ChangeScore(0.0, 0.0), ChangeScore(5.0, 0.02)
    for index in range(50):
        decider.step(index / 25, index, quiet, ready=True)
    told = decider.step(49 / 25 + 1.0, 74, moving, ready=True, missing_s=missing_s)
    assert told.state is state


def test_a_gap_after_motion_is_no_part_of_how_long_it_lasted() -> None:
    decider = Decider(DecisionSettings())
    quiet, moving = ChangeScore(0.0, 0.0), ChangeScore(5.0, 0.02)
    for index in range(3):
        decider.step(index / 25, index, moving if index else quiet, ready=True)
    told = decider.step(1.12, 28, quiet, ready=True, missing_s=1.0)
    assert told.reason.startswith("motion of 0.04 s was shorter than min_event")


def test_motion_on_both_sides_of_a_gap_lasts_as_long_as_it_was_seen() -> None:
    decider = Decider(DecisionSettings())
    moving = ChangeScore(5.0, 0.02)
    decider.step(0.0, 0, ChangeScore(0.0, 0.0), ready=True)
    decider.step(0.04, 1, moving, ready=True)
    states = [decider.step(1.04, 26, moving, ready=True, missing_s=0.96).state]
    states += [decider.step(1.04 + n / 25, 26 + n, moving, ready=True).state for n in range(1, 10)]
    assert states.index(State.ACTIVE) == 6  # 0.32 s with the two before, of which one is at 0.04 s
