"""OpenCV's models: rates in seconds, repeatable results, and judging without learning."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from motionlapse.background import MODELS
from motionlapse.background.cnt import CNT
from motionlapse.frames import Image, Planes
from motionlapse.types import BackgroundModel

NAMES = ["mog2", "knn", "cnt", "gsoc", "lsbp"]
SIZE = (48, 64)
SQUARE = (slice(12, 36), slice(16, 48))

MakePlanes = Callable[..., Planes]


def make(name: str) -> BackgroundModel:
    return MODELS[name].make(MODELS[name].settings())


def pictures(*, square: bool = False, noise: float = 0.5, seed: int = 5) -> Iterator[list[Image]]:
    """Yield a smooth scene of three planes, with a camera's noise."""
    random = np.random.default_rng(seed)
    ramp = np.tile(np.linspace(60, 140, SIZE[1]), (3, SIZE[0], 1))
    if square:
        ramp[(0, *SQUARE)] += 80
    while True:
        noisy = ramp + random.normal(0, noise, ramp.shape)
        yield list(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))


def learn(model: BackgroundModel, make_planes: MakePlanes, *, seconds: float, fps: int) -> None:
    scene = pictures()
    for index in range(round(seconds * fps)):
        model.apply(make_planes(*next(scene)), elapsed_s=(index > 0) / fps, pace=1.0)


@pytest.fixture
def four_threads() -> Iterator[None]:
    before = cv2.getNumThreads()
    cv2.setNumThreads(4)
    yield
    cv2.setNumThreads(before)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("elapsed_s", "pace"), [(0.1, 0.0), (0.0, 1.0)])
def test_without_pace_or_time_it_judges_and_learns_nothing(
    name: str, elapsed_s: float, pace: float, make_planes: MakePlanes
) -> None:
    model = make(name)
    learn(model, make_planes, seconds=3, fps=10)
    before = model.background().copy()
    square, empty = pictures(square=True), pictures()
    for _ in range(60):
        seen = model.apply(make_planes(*next(square)), elapsed_s=elapsed_s, pace=pace)
        assert seen.learning_rate == 0
        assert seen.score[SQUARE].mean() > 250
        seen.score[SQUARE] = 0
        assert not seen.score.any()
    assert np.array_equal(model.background(), before)
    seen = model.apply(make_planes(*next(empty)), elapsed_s=0.1, pace=1.0)
    assert (seen.score > 0).mean() < 0.01


@pytest.mark.parametrize("name", NAMES)
def test_the_first_frame_is_the_background_even_at_pace_0(
    name: str, make_planes: MakePlanes
) -> None:
    model = make(name)
    model.apply(make_planes(*next(pictures())), elapsed_s=0.0, pace=0.0)
    assert model.background().shape == SIZE


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("four_threads")
def test_threads_and_other_users_of_random_numbers_change_nothing(
    name: str, make_planes: MakePlanes
) -> None:
    runs = []
    for disturb in (False, True):
        model, scores = make(name), []
        for index, picture in zip(range(60), pictures(noise=12), strict=False):
            if disturb:
                cv2.setRNGSeed(index)
                cv2.randu(np.empty((9, 9), np.uint8), 0, 255)
            planes = make_planes(*picture)
            scores.append(model.apply(planes, elapsed_s=0.1 * (index > 0), pace=1.0).score.copy())
        runs.append([*scores, model.background()])
    assert all(np.array_equal(*pair) for pair in zip(*runs, strict=True))
    assert cv2.getNumThreads() == 4


@pytest.mark.parametrize("name", NAMES)
def test_a_change_is_followed_in_seconds_not_in_frames(name: str, make_planes: MakePlanes) -> None:
    took = []
    for fps in (8, 24):
        model = make(name)
        learn(model, make_planes, seconds=6, fps=fps)
        for index, picture in enumerate(pictures(square=True)):
            score = model.apply(make_planes(*picture), elapsed_s=1 / fps, pace=1.0).score
            if score[SQUARE].mean() < 25:
                took.append((index + 1) / fps)
                break
            assert index < 60 * fps, "never"
    assert took[1] / took[0] == pytest.approx(1, abs=0.5)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_caller_does_with_a_picture_later_changes_nothing(
    name: str, make_planes: MakePlanes
) -> None:
    kept, spoiled = make(name), make(name)
    for index, picture in zip(range(20), pictures(noise=8), strict=False):
        scores = []
        for model in (kept, spoiled):
            planes = make_planes(*picture)
            seen = model.apply(planes, elapsed_s=0.1 * (index > 0), pace=1.0)
            scores.append(seen.score.copy())
            if model is spoiled:
                for part in (planes.luma, *(planes.chroma or ())):
                    part.buffer[:] = 0
        assert np.array_equal(*scores)
    assert np.array_equal(kept.background(), spoiled.background())


def test_counts_follow_the_interval_and_outlast_a_gap(make_planes: MakePlanes) -> None:
    model, scene = CNT(), pictures()
    counter = model._model

    def step(elapsed_s: float, pace: float = 1.0) -> tuple[int, int]:
        model.apply(make_planes(*next(scene)), elapsed_s=elapsed_s, pace=pace)
        return counter.getMinPixelStability(), counter.getMaxPixelStability()

    step(0.0)
    assert step(0.1) == (5, 300)
    assert step(0.1, pace=2.0) == (2, 150)
    assert step(3600.0) == (5, 273)  # a gap: a tenth more, and back again
    assert step(0.1) == (5, 300)
    for _ in range(80):
        step(60.0)
    assert step(60.0) == (1, 2)  # a time-lapse


def test_counting_is_not_ready_before_it_can_be(make_planes: MakePlanes) -> None:
    settings = MODELS["cnt"].settings.model_validate({"stable": 2.0, "warm_up": 0.0})
    model = MODELS["cnt"].make(settings)
    seen = [
        model.apply(make_planes(*picture), elapsed_s=0.1 * (index > 0), pace=1.0)
        for index, picture in zip(range(30), pictures(), strict=False)
    ]
    ready = [foreground.ready for foreground in seen]
    assert ready == sorted(ready)
    assert 20 <= ready.index(True) <= 22
    assert not seen[ready.index(True)].score.any()
