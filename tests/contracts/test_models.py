"""What holds for every background model of the registry."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scenes import (
    SIZE,
    SQUARE,
    STEP_S,
    MakePlanes,
    feed,
    noisy_pictures,
    scene,
    share,
    with_square,
)

from motionlapse.background import MODELS
from motionlapse.types import BackgroundModel

WARM_UP_STEPS = 40

MakeModel = Callable[[], BackgroundModel]


@pytest.fixture(params=MODELS)
def make_model(request: pytest.FixtureRequest) -> MakeModel:
    entry = MODELS[request.param]
    return lambda: entry.make(entry.settings())


@pytest.fixture(params=[1, 3], ids=["grey", "colour"])
def planes_count(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def test_the_registry_knows_its_models(make_model: MakeModel) -> None:
    assert hasattr(make_model(), "apply")
    for name, entry in MODELS.items():
        assert name == name.lower()
        assert entry.summary
        assert entry.settings()


def test_there_is_no_background_before_the_first_frame(make_model: MakeModel) -> None:
    with pytest.raises(RuntimeError, match="before the first frame"):
        make_model().background()


def test_it_becomes_ready_and_stays_ready(
    make_model: MakeModel, make_planes: MakePlanes, planes_count: int
) -> None:
    seen = feed(make_model(), noisy_pictures(planes_count), make_planes, WARM_UP_STEPS)
    ready = [foreground.ready for foreground in seen]
    assert ready == sorted(ready)
    assert (ready[0], ready[20]) == (False, True)
    assert all(0 <= foreground.learning_rate <= 1 for foreground in seen)


def test_scores_and_moving_are_pictures_of_their_kind(
    make_model: MakeModel, make_planes: MakePlanes, planes_count: int
) -> None:
    model = make_model()
    seen = feed(model, noisy_pictures(planes_count), make_planes, 12)
    seen += feed(model, with_square(noisy_pictures(planes_count)), make_planes, 12)
    for foreground in seen:
        assert (foreground.score.shape, foreground.score.dtype) == (SIZE, np.uint8)
        if foreground.moving is None:
            continue
        assert (foreground.moving.shape, foreground.moving.dtype) == (SIZE, np.uint8)
        assert set(np.unique(foreground.moving)) <= {0, 255}


def test_inputs_are_not_modified(
    make_model: MakeModel, make_planes: MakePlanes, planes_count: int
) -> None:
    model, pictures = make_model(), noisy_pictures(planes_count)
    previous = np.zeros(SIZE, np.uint8)
    previous[SQUARE] = 255
    for _ in range(12):
        planes = make_planes(*next(pictures), padding=5)
        buffers = [part.buffer for part in (planes.luma, *(planes.chroma or ()))]
        before = [array.copy() for array in (*buffers, previous)]
        for buffer in buffers:
            buffer.flags.writeable = False
        model.apply(planes, elapsed_s=STEP_S, pace=1.0, previous=previous)
        after = (*buffers, previous)
        assert all(np.array_equal(a, b) for a, b in zip(after, before, strict=True))


def test_the_same_frames_give_the_same_foreground(
    make_model: MakeModel, make_planes: MakePlanes, planes_count: int
) -> None:
    one, other = make_model(), make_model()
    runs = [feed(model, noisy_pictures(planes_count), make_planes, 20) for model in (one, other)]
    for first, second in zip(*runs, strict=True):
        assert np.array_equal(first.score, second.score)
        assert np.array_equal(first.moving, second.moving)
        assert (first.ready, first.light_gain) == (second.ready, second.light_gain)
    assert np.array_equal(one.background(), other.background())


def test_padding_changes_nothing(
    make_model: MakeModel, make_planes: MakePlanes, planes_count: int
) -> None:
    tight, padded, pictures = make_model(), make_model(), noisy_pictures(planes_count)
    for index in range(20):
        picture = next(pictures)
        if index > 15:
            picture[0][SQUARE] = 255
        one, other = (
            model.apply(make_planes(*picture, padding=padding), elapsed_s=STEP_S, pace=1.0)
            for model, padding in ((tight, 0), (padded, 13))
        )
        assert np.array_equal(one.score, other.score)
        assert np.array_equal(one.moving, other.moving)
    assert np.array_equal(tight.background(), padded.background())


def test_noise_is_no_foreground(
    make_model: MakeModel, make_planes: MakePlanes, planes_count: int
) -> None:
    seen = feed(make_model(), noisy_pictures(planes_count), make_planes, WARM_UP_STEPS)
    shares = [share(foreground.score) for foreground in seen if foreground.ready]
    assert shares
    assert max(shares) < 0.01


def test_a_bright_square_is_foreground_and_the_rest_is_not(
    make_model: MakeModel, make_planes: MakePlanes, planes_count: int
) -> None:
    model, pictures = make_model(), noisy_pictures(planes_count)
    feed(model, pictures, make_planes, WARM_UP_STEPS)
    (seen,) = feed(model, with_square(pictures), make_planes, 1)
    assert share(seen.score[SQUARE]) > 0.95
    if seen.moving is not None:
        assert share(seen.moving[SQUARE]) > 0.95
        assert (seen.score[SQUARE][seen.moving[SQUARE] > 0] > 64).all()
    seen.score[SQUARE] = 0
    assert share(seen.score) < 0.01


def test_the_background_is_the_scene(
    make_model: MakeModel, make_planes: MakePlanes, planes_count: int
) -> None:
    model = make_model()
    feed(model, noisy_pictures(planes_count), make_planes, WARM_UP_STEPS)
    background = model.background()
    assert (background.shape, background.dtype) == (SIZE, np.uint8)
    # Models that keep samples show one of them, with its noise.
    assert abs(background.astype(int) - scene(planes_count)[0]).mean() < 2.5


def test_a_pace_of_zero_only_judges(
    make_model: MakeModel, make_planes: MakePlanes, planes_count: int
) -> None:
    model, pictures = make_model(), noisy_pictures(planes_count)
    feed(model, pictures, make_planes, WARM_UP_STEPS)
    before = model.background().copy()
    for level in (250, 250, 250, 0, 130):
        other = [np.full(SIZE, level, np.uint8) for _ in range(planes_count)]
        for picture in (other, next(pictures)):
            foreground = model.apply(make_planes(*picture), elapsed_s=STEP_S, pace=0.0)
            assert foreground.learning_rate == 0
    assert np.array_equal(model.background(), before)


def test_a_higher_pace_learns_faster(make_model: MakeModel, make_planes: MakePlanes) -> None:
    rates = []
    for pace in (1.0, 5.0):
        model, pictures = make_model(), noisy_pictures(1)
        feed(model, pictures, make_planes, WARM_UP_STEPS)
        planes = make_planes(*next(pictures))
        rates.append(model.apply(planes, elapsed_s=STEP_S, pace=pace).learning_rate)
    assert 0 < rates[0] < rates[1] < 1


def test_light_gain_is_that_of_the_light_or_none(
    make_model: MakeModel, make_planes: MakePlanes
) -> None:
    model, pictures = make_model(), noisy_pictures(1)
    feed(model, pictures, make_planes, WARM_UP_STEPS)
    dim = (next(pictures)[0] * 0.7).astype(np.uint8)
    gain = model.apply(make_planes(dim), elapsed_s=STEP_S, pace=0.0).light_gain
    assert gain is None or gain == pytest.approx(0.7, abs=0.02)


def test_after_the_opening_the_first_frame_is_judged(
    make_model: MakeModel, make_planes: MakePlanes, planes_count: int
) -> None:
    model, pictures = make_model(), noisy_pictures(planes_count)
    opening = [make_planes(*next(pictures), padding=3) for _ in range(9)]
    before = [plane.buffer.copy() for planes in opening for plane in planes]
    # Twice the warm-up of the slowest model.
    model.prime(opening, seconds=4.0)
    after = [plane.buffer for planes in opening for plane in planes]
    assert all(np.array_equal(a, b) for a, b in zip(after, before, strict=True))
    (quiet,) = feed(model, pictures, make_planes, 1)
    assert quiet.ready
    assert share(quiet.score) < 0.05
    (found,) = feed(model, with_square(pictures), make_planes, 1)
    assert share(found.score[SQUARE]) > 0.8


def test_what_leaves_during_the_opening_leaves_no_ghost(make_planes: MakePlanes) -> None:
    entry = MODELS["gaussian"]
    model, pictures = entry.make(entry.settings()), noisy_pictures(3)
    crowded = with_square(pictures)
    opening = [make_planes(*next(crowded if number < 4 else pictures)) for number in range(9)]
    model.prime(opening, seconds=2.0)
    (found,) = feed(model, crowded, make_planes, 1)
    assert share(found.score[SQUARE]) > 0.8
    (after,) = feed(model, pictures, make_planes, 1)
    assert share(after.score) < 0.01
