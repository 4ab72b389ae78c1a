"""The pace as numbers: whatever moves and however frames come, nothing that matters is lost."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from motionlapse.pacing.policy import Choice, Level, Policy, level_of
from motionlapse.pacing.settings import PacingSettings
from motionlapse.types import ChangeScore, State

GAPS = st.lists(st.floats(0.001, 0.5), min_size=1, max_size=60)
STATES = {Level.NONE: State.QUIET, Level.SOME: State.RISING, Level.PLENTY: State.ACTIVE}


def follow(settings, gaps, levels, most_held=100):
    """Return the choices, and the frames that were looked at in the end, in their order."""
    policy = Policy(settings, most_held)
    times = [0.0, *itertools.accumulate(gaps)]
    choices, looked, held = [], [], []
    for index, time in enumerate(times):
        level = levels[index % len(levels)]
        choice = policy.choose(time)
        choices.append(choice)
        if choice is Choice.HOLD:
            held.append(index)
        if choice is Choice.LOOK:
            back = held if policy.goes_back(level) else []
            for seen in (*back, index):
                looked.append(seen)
                at = levels[seen % len(levels)]
                policy.saw(times[seen], at, STATES[at])
            held = []
        assert len(held) <= most_held
    return times, choices, looked


LEVELS = st.lists(st.sampled_from(Level), min_size=1, max_size=7)


@given(GAPS, LEVELS, st.integers(1, 5), st.booleans())
def test_auto_drops_frames_only_between_looks_that_agree(gaps, levels, most, adaptive):
    _, choices, looked = follow(PacingSettings(adaptive=adaptive), gaps, levels, most)
    assert Choice.LEAVE not in choices
    assert looked == sorted(looked)
    assert looked[0] == 0
    for before, after in itertools.pairwise(looked):
        if after - before > 1:
            ends = levels[before % len(levels)], levels[after % len(levels)]
            assert ends[0] is ends[1]
            assert ends[0] is not Level.SOME


@given(GAPS, LEVELS)
def test_slow_footage_is_looked_at_as_a_whole(gaps, levels):
    slow = [gap + 0.052 for gap in gaps]
    _, choices, _ = follow(PacingSettings(), slow, levels)
    assert set(choices) == {Choice.LOOK}


@given(GAPS, LEVELS)
def test_all_is_all(gaps, levels):
    _, choices, _ = follow(PacingSettings(analyse_fps="all"), gaps, levels)
    assert set(choices) == {Choice.LOOK}


@given(GAPS, LEVELS, st.floats(1, 60))
def test_a_rate_is_never_exceeded(gaps, levels, rate):
    times, _, looked = follow(PacingSettings(analyse_fps=rate), gaps, levels)
    for one, other in itertools.pairwise(looked):
        assert times[other] - times[one] >= 0.98 / rate


@pytest.mark.parametrize("fps", [24, 25, 29.97, 30, 50, 60, 120])
def test_a_quiet_scene_waits_no_longer_than_its_step(fps):
    gaps = [1 / fps] * int(4 * fps)
    for settings, longest, most in (
        (PacingSettings(), 0.201, 8),
        (PacingSettings(adaptive=False), 0.09, 17.1),
    ):
        times, _, looked = follow(settings, gaps, [Level.NONE])
        steps = [times[b] - times[a] for a, b in itertools.pairwise(looked)]
        assert max(steps) <= longest
        assert len(looked) / 4 <= most


def test_what_cannot_be_trusted_is_neither_none_nor_plenty():
    def level(value, *, ready=True, light=False):
        return level_of(ChangeScore(value, value, light=light), ready=ready)

    assert (level(0.0), level(0.1), level(9.0)) == (Level.NONE, Level.SOME, Level.PLENTY)
    assert level(0.0, ready=False) is Level.SOME
    assert level(9.0, light=True) is Level.SOME


@pytest.mark.parametrize("text", ["some", "0", "-3", "", True, "1e9"])
def test_what_is_no_rate_is_told(text):
    with pytest.raises(ValidationError, match="write auto, all or frames per second"):
        PacingSettings(analyse_fps=text)


@pytest.mark.parametrize(("text", "value"), [("auto", "auto"), ("all", "all"), ("12.5", 12.5)])
def test_rates_are_read(text, value):
    assert PacingSettings(analyse_fps=text).analyse_fps == value
