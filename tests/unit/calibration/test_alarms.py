from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.calibration.alarms import DAY_S, Excursions, excursions
from motionlapse.calibration.light import describe
from motionlapse.calibration.noise import NoiseMeter
from motionlapse.calibration.proposal import propose, stands_out
from motionlapse.calibration.watching import Watched
from motionlapse.decision.decider import Decider
from motionlapse.decision.settings import DecisionSettings
from motionlapse.types import ChangeScore

TIMES = [n / 10 for n in range(100)]


def peaks_of(shares, times=TIMES):
    return excursions(times, shares, min_event_s=0.2, hold_s=1, exit_ratio=0.5).peaks


def test_a_flash_shorter_than_an_event_is_no_excursion():
    shares = [0.0] * 100
    shares[50] = 0.5
    assert peaks_of(shares) == ()
    shares[50:54] = [0.5, 0.2, 0.3, 0.2]
    assert peaks_of(shares) == (0.3,)
    shares[50:54] = [0.5, 0.1, 0.3, 0.2]
    assert peaks_of(shares) == (0.2,), "down to half of it, and no further"


def test_excursions_nearer_than_the_hold_are_one():
    shares = [0.0] * 100
    for begin in (10, 16, 60):
        shares[begin : begin + 4] = [0.1] * 4
    assert peaks_of(shares) == (0.1, 0.1)
    found = excursions(TIMES, shares, min_event_s=0.2, hold_s=1, exit_ratio=0.5)
    assert found.seconds == pytest.approx(9.9)


def test_without_a_hold_only_rest_ends_an_excursion():
    shares = [0.0] * 100
    for begin in (10, 16, 60):
        shares[begin : begin + 4] = [0.1] * 4
    found = excursions(TIMES, shares, min_event_s=0.2, hold_s=0, exit_ratio=0.5)
    assert found.peaks == (0.1, 0.1, 0.1)
    slow = [n * 3.0 for n in range(100)]  # frames farther apart than the hold
    assert len(peaks_of(shares, slow)) == 3


@given(
    shares=st.lists(st.sampled_from([0.0, 0.001, 0.002, 0.003, 0.004]), min_size=1, max_size=40),
    gaps=st.lists(st.sampled_from([0.02, 0.05, 0.15, 0.3, 1.0]), min_size=40, max_size=40),
    enter=st.sampled_from([0.0009, 0.0019, 0.0029, 0.0039]),
)
def test_the_decider_opens_an_event_where_a_peak_is_above_its_threshold(shares, gaps, enter):
    usual = DecisionSettings()
    times = list(itertools.accumulate(gaps[: len(shares)]))
    decider = Decider(usual)
    steps = [
        decider.step(time, n, ChangeScore(share / enter, share), ready=True)
        for n, (time, share) in enumerate(zip(times, shares, strict=True))
    ]
    found = excursions(
        times,
        shares,
        min_event_s=usual.min_event,
        hold_s=usual.hold,
        exit_ratio=usual.exit_ratio,
    )
    assert any(step.opened for step in steps) == (max(found.peaks, default=0) >= enter)


def test_rates_of_an_exponential_tail_are_found_again():
    peaks = np.random.default_rng(4).exponential(0.001, 4000)
    seen = Excursions(tuple(peaks), DAY_S)
    for enter in (0.002, 0.004):
        truth = 4000 * math.exp(-enter / 0.001)
        assert seen.a_day(enter) == pytest.approx(truth, rel=0.25)
    enter = seen.threshold_for(1.0, 0.0007)
    assert 0.007 < enter < 0.0105
    assert seen.a_day(enter) <= 1


def test_where_nothing_was_seen_the_bound_says_how_little_that_is():
    seen = Excursions((), 3600.0)
    assert seen.a_day(0.0007) == 0
    assert seen.bound_a_day == 72
    assert seen.threshold_for(1.0, 0.0007) == 0.0007


@given(
    st.lists(st.floats(1e-5, 1.0), min_size=1, max_size=40),
    st.floats(1e-4, 0.5),
    st.floats(1.01, 3.0),
)
def test_a_higher_threshold_gives_no_more_alarms(peaks, enter, more):
    seen = Excursions(tuple(peaks), 60.0)
    assert seen.a_day(min(1.0, enter * more)) <= seen.a_day(enter) * (1 + 1e-9)


def test_one_frame_has_neither_flicker_nor_drift():
    light = describe([1.0], [90.0])
    assert (light.mean, light.flicker, light.drift, light.steps) == (90.0, 0.0, 0.0, 0)


@pytest.mark.parametrize("sigma", [0.8, 2.0, 6.0])
def test_noise_is_measured_beside_a_mover(sigma):
    rng = np.random.default_rng(5)
    meter = NoiseMeter()
    for step in range(20):
        picture = 100 + rng.normal(0, sigma, (80, 100))
        picture[20:40, 4 * step : 4 * step + 10] = 240
        meter.add(np.clip(np.rint(picture), 0, 255).astype(np.uint8))
    [level] = [level for level in meter.levels() if level.low == 96]
    assert level.sigma == pytest.approx(sigma, rel=0.12)


def test_repeated_pictures_are_not_taken_for_silence():
    rng = np.random.default_rng(6)
    meter = NoiseMeter()
    for _ in range(10):
        picture = np.clip(100 + rng.normal(0, 3, (80, 100)), 0, 255).astype(np.uint8)
        for _ in range(3):
            meter.add(picture)
    [level] = [level for level in meter.levels() if level.low == 96]
    assert level.sigma == pytest.approx(3, rel=0.12)


@pytest.mark.parametrize(
    ("peaks", "alone"),
    [
        ([0.0023, 0.0003], True),  # a mover among leaves
        ([0.0023], True),
        ([0.0023, 0.0009, 0.0011], False),  # gusts
        ([0.0008], False),  # hardly more than the threshold
        ([], False),
    ],
)
def test_a_moment_that_stands_out_is_told_from_noise(peaks, alone):
    assert stands_out(peaks, 0.0007) == alone


def watched_of(shares, **decision):
    """Return what was seen in a minute and a half with these moving shares, ten a second."""
    watched = Watched((160, 120), floor=8.0, decision=DecisionSettings(**decision))
    watched.times_s = [n / 10 for n in range(len(shares))]
    watched.judged_s = watched.times_s
    watched.brightness = [100.0] * len(shares)
    watched.moving = {factor: list(shares) for factor in (0.75, 1.0, 1.25, 1.5, 2.0, 3.0)}
    return watched


def warnings_of(shares):
    return propose(watched_of(shares)).warnings


def test_a_moment_in_a_calm_scene_stands_out():
    shares = [0.0] * 900
    shares[400:420] = [0.0035] * 20
    [warning] = warnings_of(shares)
    assert warning.startswith("one moment stands out: at 40.0 s 0.35% of the picture moved")


def test_the_highest_moment_of_a_scene_that_never_rests_does_not_stand_out():
    shares = [0.002] * 900
    shares[400:420] = [0.0035] * 20
    [warning] = warnings_of(shares)
    assert warning.startswith("never at rest: half of the time at least 0.2% of the picture moved")
    assert "at 40.0 s 0.35%" in warning
    assert "--ignore" in warning


def test_what_is_proposed_holds_for_the_durations_that_were_set():
    shares = [0.0] * 900
    for begin in range(50, 900, 50):
        shares[begin] = 0.002  # 0.1 s long each: no event as usual
    usual, quick = propose(watched_of(shares)), propose(watched_of(shares, min_event=0.1))
    assert usual.enter == DecisionSettings().enter
    assert usual.kept == {}
    assert quick.enter > 0.002
    assert quick.alarms_a_day <= 1
    assert quick.usual_alarms_a_day == 0, "with the settings that come with the program"
    assert quick.kept == {"min_event": 0.1}
