from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from motionlapse.comparison.last_kept import (
    LastKept,
    automatic_limit,
    neighbour_distances,
    quiet_limit,
    quiet_noise,
    value_at,
)
from motionlapse.comparison.preparation import Preparation
from motionlapse.errors import ConfigError
from motionlapse.measures import MEASURES

MANHATTAN = MEASURES["manhattan"]


def flat(level, thing=0):
    picture = np.full((40, 60), level, np.uint8)
    if thing:
        picture[10:30, 20:40] += thing
    return picture


def kept(judge, pictures):
    return [number for number, picture in enumerate(pictures) if judge.judge(picture).keep]


def test_the_first_is_kept_then_what_comes_and_what_goes():
    series = [flat(50)] * 4 + [flat(50, 60)] * 4 + [flat(50)] * 4
    assert kept(LastKept(MANHATTAN, 3.0), series) == [0, 4, 8]


def test_light_that_changes_slowly_is_no_news_and_what_comes_in_it_is():
    dusk = [flat(200 - step) for step in range(100)]
    assert kept(LastKept(MANHATTAN, 4.0), dusk) == [0]
    dusk[60] = flat(140, 60)
    assert kept(LastKept(MANHATTAN, 4.0), dusk) == [0, 60, 61]


def test_light_that_jumps_is_news():
    assert kept(LastKept(MANHATTAN, 4.0), [flat(50)] * 5 + [flat(90)] * 5) == [0, 5]


@pytest.mark.parametrize(("name", "threshold"), [("ssim", 0.9), ("psnr", 30.0), ("mse", 50.0)])
def test_measures_that_fall_and_that_grow_decide_alike(name, threshold):
    series = [flat(50)] * 4 + [flat(50, 90)] * 4 + [flat(50)]
    assert kept(LastKept(MEASURES[name], threshold), series) == [0, 4, 8]


def test_a_verdict_says_why():
    judge = LastKept(MANHATTAN, 3.0)
    first = judge.judge(flat(50))
    assert (first.keep, first.value, first.reason) == (True, None, "the first")
    dropped = judge.judge(flat(51))
    assert (dropped.keep, dropped.value, dropped.threshold) == (False, 1.0, 3.0)
    assert judge.judge(flat(90)).reason == "manhattan 40 ≥ 3 against the last one kept"


def test_what_was_taken_or_followed_counts_as_if_judged():
    judged, told = LastKept(MANHATTAN, 3.0), LastKept(MANHATTAN, 3.0)
    told.take(flat(50))
    judged.judge(flat(50))
    for level in (51, 52, 53, 54):
        assert not judged.judge(flat(level)).keep
        told.follow(flat(level))
    for level in (55, 80):
        assert judged.judge(flat(level)) == told.judge(flat(level))


def test_another_size_is_an_error_not_a_guess():
    judge = LastKept(MANHATTAN, 3.0)
    judge.judge(flat(50))
    with pytest.raises(ConfigError, match="--resize"):
        judge.judge(np.zeros((20, 20), np.uint8))


def test_equal_pictures_are_never_kept_even_with_a_threshold_of_nothing():
    judge = LastKept(MANHATTAN, 0.0)
    assert kept(judge, [flat(50)] * 4) == [0]


def test_thresholds_are_learned_from_the_quiet_half():
    assert quiet_limit([1.0] * 9 + [50.0] * 9) == 1.0
    spread = quiet_limit([1.0, 1.1, 1.2, 1.3, 1.4, 30, 40, 50, 60])
    assert 1.2 < spread < 3.0
    rng = np.random.default_rng(1)
    noisy = [np.clip(120 + rng.normal(0, 3, (40, 60)), 0, 255).astype(np.uint8) for _ in range(31)]
    distances = neighbour_distances(MANHATTAN, itertools.pairwise(noisy), Preparation())
    found = automatic_limit(MANHATTAN, distances)
    quiet = max(MANHATTAN(a, b).value for a, b in itertools.pairwise(noisy))
    assert quiet < found < 3 * quiet
    assert min(distances) <= quiet_noise(distances) < quiet
    assert quiet_noise([]) == 0.0


def test_noise_does_not_count_twice():
    rng = np.random.default_rng(1)

    def noisy(level):
        return np.clip(level + rng.normal(0, 6, (40, 60)), 0, 255).astype(np.uint8)

    # Of two such pictures the mean difference is 6.8. The thing adds 4.3 to it.
    series = [noisy(flat(100, 30 if number in (5, 6) else 0)) for number in range(10)]
    assert kept(LastKept(MANHATTAN, 9.0), series) == [0]
    assert kept(LastKept(MANHATTAN, 9.0, noise=6.8), series) == [0, 5, 7]
    assert kept(LastKept(MANHATTAN, 3.0, noise=6.8), series) == list(range(10))


@pytest.mark.parametrize("entry", MEASURES.values(), ids=list(MEASURES))
def test_a_value_at_a_distance_is_at_that_distance(entry):
    assert entry.distance(value_at(entry, 0.25)) == pytest.approx(0.25)
    assert not math.isnan(value_at(entry, 0.0))
