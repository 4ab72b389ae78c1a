"""The fused kernels, through the model, against `gaussian_reference`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from gaussian_reference import State, Step, blue_green_red, most_credit
from gaussian_scenes import Frames, random_frames, visit
from hypothesis import given, settings
from hypothesis import strategies as st

from motionlapse.background.gaussian import Gaussian
from motionlapse.background.gaussian_settings import GaussianSettings
from motionlapse.background.looks_kernel import sample_looks
from motionlapse.frames import Image, Planes

MakePlanes = Callable[..., Planes]

seeds = st.integers(0, 2**32 - 1)
# Without clouds, and on pictures too small for a global gain: light has tests of its own. So have
# outlines, which do not look at these pictures; what they might tell is put in their place.
model_settings = st.builds(
    GaussianSettings,
    k=st.floats(1, 4),
    noise_floor=st.floats(2, 20),
    dark_floor=st.floats(0.2, 1),
    time_constant=st.floats(0.1, 4),
    absorb=st.none() | st.floats(0.3, 4),
    candidate_match=st.floats(0.3, 1),
    candidate_miss=st.floats(0, 6),
    ghost_credit=st.floats(0, 5),
    own_edges=st.just(1000.0),
    standing=st.floats(0.1, 1),
    shadow=st.floats(0.3, 1),
    cloud_time=st.just(1e9),
)


def check_step(model: Gaussian, step: Step, score: Image, moving: Image) -> None:
    """Compare what is sure; the rest is float32's to decide."""
    sure = ~step.unsure
    expected = np.floor(step.score)
    whole = abs(step.score - np.rint(step.score)) < 0.02
    assert (abs(expected - score) <= whole)[sure].all()
    assert np.array_equal((moving > 0)[sure], step.moving[sure])
    ours = State.of(model)
    for found, truth in (
        (ours.means, step.state.means),
        (ours.variances, step.state.variances),
        (ours.credits, step.state.credits),
    ):
        assert np.allclose(found[..., sure], truth[..., sure], rtol=2e-5, atol=2e-3)
    followed = sure & step.followed
    for found, truth in (
        (ours.following, step.state.following),
        (ours.ages, step.state.ages),
    ):
        assert np.allclose(found[..., followed], truth[..., followed], rtol=2e-5, atol=2e-3)


def follow(
    make_planes: MakePlanes, model: Gaussian, frames: Frames, steps_s: list[float], pace: float
) -> tuple[Counter[str], float]:
    """Feed frames, comparing each step; return what happened and the share of unsure pixels."""
    options, did, unsure = model._settings, Counter[str](), []
    random = np.random.default_rng(len(frames))
    model.apply(make_planes(*frames[0]), elapsed_s=0.0, pace=1.0)
    previous = np.zeros(frames.shape[2:], np.uint8)
    for index, picture in enumerate(frames[1:]):
        step_s, before = steps_s[index % len(steps_s)], State.of(model)
        look = blue_green_red(*picture) if len(picture) == 3 else picture.astype(np.float64)
        looks_beside = model._frames % 2 == 0
        told = random.choice(4, size=previous.shape, p=[0.88, 0.05, 0.05, 0.02]).astype(np.uint8)
        model._outlines.state = model._outlines.state._replace(told=told)
        seen = model.apply(
            make_planes(*picture, padding=index % 3),
            elapsed_s=step_s, pace=pace, previous=previous,
        )  # fmt: skip
        hue = model._hue.state.tolerance
        step = Step(options, before, look, step_s, pace, looks_beside, told, hue, did)
        assert set(np.unique(seen.moving)) <= {0, 255}
        assert seen.learning_rate == pytest.approx(step.rate)
        check_step(model, step, seen.score, seen.moving)
        unsure.append(step.unsure.mean())
        previous = np.where(seen.score > 64, np.uint8(255), np.uint8(0))
    return did, float(np.mean(unsure))


def check_bounds(model: Gaussian) -> None:
    options, state = model._settings, State.of(model)
    level = state.means[0, state.means.shape[1] // 2]
    least = options.noise_floor**2 * np.clip(level / 128, options.dark_floor, 1) ** 2
    assert (state.variances[0] >= least * (1 - 1e-5)).all()
    assert (state.credits >= 0).all()
    assert (state.credits[[0, 2]] <= np.float32(most_credit(options))).all()


@pytest.mark.parametrize("planes", [1, 3], ids=["grey", "colour"])
@pytest.mark.parametrize("make_frames", [random_frames, visit])
@settings(max_examples=60)
@given(
    seed=seeds,
    options=model_settings,
    steps_s=st.lists(st.just(0.0) | st.floats(0.01, 0.4), min_size=2, max_size=4),
    pace=st.sampled_from([0.0, 0.5, 1.0, 1.0, 1.0, 3.0]),
)
def test_kernels_do_what_the_formulas_say(
    make_planes: MakePlanes,
    make_frames: Callable[[int, int, int], Frames],
    planes: int,
    seed: int,
    options: GaussianSettings,
    steps_s: list[float],
    pace: float,
) -> None:
    model = Gaussian(options)
    follow(make_planes, model, make_frames(seed, planes, 14), steps_s, pace)
    check_bounds(model)


@pytest.mark.parametrize("planes", [1, 3], ids=["grey", "colour"])
def test_every_decision_is_compared(make_planes: MakePlanes, planes: int) -> None:
    did, unsure = Counter[str](), []
    for make_frames, seeds_of in ((random_frames, 32), (visit, 12)):
        for seed in range(seeds_of):
            options = GaussianSettings(cloud_time=1e9, time_constant=0.8, own_edges=1000)
            model = Gaussian(options)
            frames = make_frames(seed, planes, 80)
            seen, share = follow(make_planes, model, frames, [0.05, 0.09], 1.0)
            did += seen
            unsure.append(share)
    expected = {
        "foreground",
        "learn",
        "ghost",
        "told",
        "object",
        "miss",
        "wait",
        "restart",
        "promotion",
    }
    expected |= {"return", "exchange"} | ({"shadow"} if planes == 3 else set())
    assert {name for name, times in did.items() if times >= 10} == expected
    assert np.mean(unsure) < 0.02


@given(seed=seeds, stride=st.sampled_from([1, 4, 16]), padding=st.sampled_from([0, 1, 13]))
def test_samples_are_the_planes_in_colour(seed: int, stride: int, padding: int) -> None:
    random = np.random.default_rng(seed)
    height, width = random.integers(1, 40, 2)
    buffers = random.integers(0, 256, (3, height, width + padding), dtype=np.uint8)
    buffers.flags.writeable = False
    shape = (-(-height // stride), -(-width // stride))
    grey, colour = (np.empty((count, *shape), np.float32) for count in (1, 3))
    sample_looks(*buffers, grey, stride)
    sample_looks(*buffers, colour, stride)
    pictures = buffers[:, ::stride, :width:stride].astype(np.float64)
    assert np.array_equal(grey[0], pictures[0])
    assert np.allclose(colour, blue_green_red(*pictures), rtol=1e-5, atol=1e-3)


@given(seed=seeds)
def test_a_young_background_is_the_mean_of_what_was_seen(
    make_planes: MakePlanes, seed: int
) -> None:
    random = np.random.default_rng(seed)
    frames = random.integers(100, 110, (8, 1, 5, 7), dtype=np.uint8)
    model = Gaussian(GaussianSettings(time_constant=3600.0, cloud_time=1e9))
    for index, picture in enumerate(frames):
        model.apply(make_planes(*picture), elapsed_s=0.1 * (index > 0), pace=1.0)
    # The first frame lasted no time: it counts for nothing.
    assert np.allclose(model.background(), frames[1:, 0].mean(axis=0), atol=0.52)


@pytest.mark.parametrize("pace", [1.0, 0.1])
@pytest.mark.parametrize("absorb", [1.0, None])
def test_a_pixel_learns_alike_whatever_its_row_holds(
    make_planes: MakePlanes, absorb: float | None, pace: float
) -> None:
    options = GaussianSettings(cloud_time=1e9, absorb=absorb)
    alone, beside_another = Gaussian(options), Gaussian(options)
    for index in range(250):
        picture = np.full((5, 7), 100 if index < 200 else 105, np.uint8)
        other = picture.copy()
        other[2, 6] = 250 if index % 2 else 100
        for model, seen in ((alone, picture), (beside_another, other)):
            model.apply(make_planes(seen), elapsed_s=0.1 * (index > 0), pace=pace)
        means = [float(model._mean[0, 2, 2]) for model in (alone, beside_another)]
        assert means[0] == pytest.approx(means[1], abs=0.01)
