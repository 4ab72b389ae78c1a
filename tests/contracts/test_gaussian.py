"""What the mean/σ model promises beyond every model: objects that stay, and light."""

from __future__ import annotations

import numpy as np
import pytest
from scenes import SQUARE, STEP_S, MakePlanes, Pictures, feed, noisy_pictures, share, with_square

from motionlapse.background.gaussian import Gaussian
from motionlapse.background.gaussian_settings import GaussianSettings
from motionlapse.frames import Image
from motionlapse.types import Foreground

STANDING_S = GaussianSettings().standing
PROMOTION_S = GaussianSettings().time_constant
MOST_CREDIT_S = GaussianSettings().time_constant * 8


@pytest.fixture(params=[1, 3], ids=["grey", "colour"])
def planes_count(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def until(masks: list[Image | None], step_s: float = STEP_S) -> float:
    """Return the seconds from the first frame until at most a tenth of the square is left."""
    left = [share(mask[SQUARE]) for mask in masks if mask is not None]
    assert left[0] > 0.8  # some pixels of the scene look alike, or like their own shadow
    return next(index for index, part in enumerate(left) if part < 0.1) * step_s


def times(seen: list[Foreground], step_s: float = STEP_S) -> tuple[float, float]:
    """Return when the square has ceased to be moving, and to be foreground."""
    return until([one.moving for one in seen], step_s), until([one.score for one in seen], step_s)


@pytest.mark.parametrize("known_s", [0.5, 3.0, 20.0])
def test_what_is_put_down_stands_still_and_becomes_background(
    make_planes: MakePlanes, planes_count: int, known_s: float
) -> None:
    model, pictures = Gaussian(), noisy_pictures(planes_count)
    feed(model, pictures, make_planes, round(known_s / STEP_S))
    still, gone = times(feed(model, with_square(pictures), make_planes, 200))
    assert still == pytest.approx(STANDING_S, abs=0.2)
    # Its edges say that it is a thing, however short the scene has been known.
    assert gone == pytest.approx(MOST_CREDIT_S, rel=0.1)


@pytest.mark.parametrize("known_s", [0.5, 3.0, 20.0])
def test_what_no_edge_tells_of_becomes_background_when_it_is_known_for_longer(
    make_planes: MakePlanes, planes_count: int, known_s: float
) -> None:
    model, pictures = Gaussian(), noisy_pictures(planes_count)
    feed(model, pictures, make_planes, round(known_s / STEP_S), masked=False)
    seen = feed(model, with_square(pictures), make_planes, 200, masked=False)
    assert times(seen)[1] == pytest.approx(
        max(min(known_s, MOST_CREDIT_S), PROMOTION_S), rel=0.1, abs=0.3
    )


def test_what_comes_after_a_thing_that_had_stood_there_stands_as_soon(
    make_planes: MakePlanes, planes_count: int
) -> None:
    model, pictures = Gaussian(GaussianSettings(shadow=1.0)), noisy_pictures(planes_count)
    feed(model, pictures, make_planes, round(20 / STEP_S))
    feed(model, with_square(pictures), make_planes, round(6 / STEP_S))
    # What the place has known for 6 s is forgotten in one; what has come is not new by then.
    seen = feed(model, with_square(pictures, 25), make_planes, 40)
    left = [share(one.moving[SQUARE]) for one in seen if one.moving is not None]
    assert share(seen[-1].score[SQUARE]) > 0.9
    assert max(left[round(STANDING_S / STEP_S) + 1 :]) < 0.2  # noise hides some


@pytest.mark.parametrize("known_s", [0.5, 3.0, 20.0])
def test_what_is_taken_away_uncovers_background(
    make_planes: MakePlanes, planes_count: int, known_s: float
) -> None:
    # Without colour to tell by, much of the scene would be a shadow of the bright thing.
    model, pictures = Gaussian(GaussianSettings(shadow=1.0)), noisy_pictures(planes_count)
    feed(model, with_square(pictures), make_planes, round(known_s / STEP_S))
    still, gone = times(feed(model, pictures, make_planes, 200))
    # What fits the background beside it is credited faster, never slower.
    assert still <= STANDING_S + 0.2
    assert gone <= max(min(known_s, MOST_CREDIT_S), PROMOTION_S) * 1.1 + 0.3


def test_a_place_that_looks_like_its_surroundings_is_uncovered_faster(
    make_planes: MakePlanes,
) -> None:
    flat = np.full((60, 80), 100, np.uint8)
    covered = flat.copy()
    covered[SQUARE] = 200
    seconds = []
    for ghost_credit in (0.0, 3.0):
        model = Gaussian(GaussianSettings(ghost_credit=ghost_credit))
        feed(model, iter([[covered]] * 40), make_planes, 40, masked=False)
        seen = feed(model, iter([[flat]] * 100), make_planes, 100, masked=False)
        seconds.append(times(seen)[1])
    assert seconds[1] <= seconds[0] - 0.3


def test_what_stood_there_for_a_while_leaves_the_old_background(
    make_planes: MakePlanes, planes_count: int
) -> None:
    model, pictures = Gaussian(GaussianSettings(absorb=3.0)), noisy_pictures(planes_count)
    feed(model, pictures, make_planes, 30)
    stood = feed(model, with_square(pictures), make_planes, 60)
    assert share(stood[-1].score[SQUARE]) < 0.01
    (after,) = feed(model, pictures, make_planes, 1)
    assert share(after.score) < 0.01


def primed(pictures: Pictures, make_planes: MakePlanes, before: object = None) -> Gaussian:
    model = Gaussian()
    model.prime([make_planes(*next(pictures)) for _ in range(3)], seconds=4.0)
    model.remember(before)
    return model


def test_the_looks_of_a_model_before_are_known(make_planes: MakePlanes, planes_count: int) -> None:
    pictures = noisy_pictures(planes_count)
    bare = primed(pictures, make_planes)
    occupied = primed(with_square(pictures), make_planes, before=bare)
    again = primed(with_square(pictures), make_planes, before=occupied)
    for model in occupied, again:
        (uncovered,) = feed(model, pictures, make_planes, 1)
        assert share(uncovered.score) < 0.01


def test_nothing_else_is_known(make_planes: MakePlanes, planes_count: int) -> None:
    pictures = noisy_pictures(planes_count)
    other_size = Gaussian()
    other_size.prime(
        [make_planes(*(plane[::2, ::2].copy() for plane in next(pictures)))], seconds=1
    )
    for before in None, Gaussian(), other_size, primed(with_square(pictures), make_planes):
        model = primed(with_square(pictures), make_planes, before)
        (uncovered,) = feed(model, pictures, make_planes, 1)
        assert share(uncovered.score[SQUARE]) > 0.5  # some pixels look like the square's shadow
    model = primed(pictures, make_planes, before=primed(pictures, make_planes))
    (covered,) = feed(model, with_square(pictures), make_planes, 1)
    assert share(covered.score[SQUARE]) > 0.8


def test_a_step_of_light_is_no_foreground(make_planes: MakePlanes, planes_count: int) -> None:
    model, pictures = Gaussian(), noisy_pictures(planes_count)
    feed(model, pictures, make_planes, 40)
    neutral = np.array([0, 128, 128][:planes_count])[:, None, None]
    dim = [
        list(np.rint(neutral + (np.array(next(pictures)) - neutral) * 0.6).astype(np.uint8))
        for _ in range(10)
    ]
    seen = feed(model, iter(dim), make_planes, 10)
    assert max(share(one.score) for one in seen) < 0.01
    assert seen[0].light_gain == pytest.approx(0.6, abs=0.02)


def test_what_was_burnt_out_is_background_when_the_exposure_is_turned_down(
    make_planes: MakePlanes, planes_count: int
) -> None:
    model, pictures = Gaussian(), noisy_pictures(planes_count)
    burnt = iter([with_patch(next(pictures), 1.0) for _ in range(40)])
    feed(model, burnt, make_planes, 40)
    darker = iter([with_patch(next(pictures), 0.6) for _ in range(10)])
    seen = feed(model, darker, make_planes, 10)
    assert seen[0].light_gain == pytest.approx(0.6, abs=0.02)
    assert max(share(one.score) for one in seen) < 0.01


def with_patch(picture: list[Image], exposure: float) -> list[Image]:
    """Return a picture at an exposure, with a patch that is twice as bright as white at 1."""
    neutral = np.array([0, 128, 128][: len(picture)])[:, None, None]
    light = np.array(picture, np.float64) - neutral
    light[:, *SQUARE] = 0
    light[0][SQUARE] = 510
    return list(np.clip(neutral + light * exposure, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("step_s", [1 / 30, 0.1, 0.2])
# In one of five frames, at least, light is measured.
@pytest.mark.parametrize("looks", range(20, 25))
def test_what_has_just_come_is_no_light(
    make_planes: MakePlanes, planes_count: int, looks: int, step_s: float
) -> None:
    model, pictures = Gaussian(), noisy_pictures(planes_count)
    feed(model, pictures, make_planes, looks, step_s=step_s)
    before = model.background().astype(int)
    feed(model, with_square(pictures), make_planes, 1, step_s=step_s)
    beside = np.delete(model.background() - before, np.r_[SQUARE[0]], axis=0)
    assert abs(beside.mean()) < 0.2


def test_the_rate_of_frames_does_not_matter(make_planes: MakePlanes, planes_count: int) -> None:
    found = []
    for fps in (10, 30):
        model, pictures = Gaussian(), noisy_pictures(planes_count)
        feed(model, pictures, make_planes, 3 * fps, step_s=1 / fps)
        seen = feed(model, with_square(pictures), make_planes, 20 * fps, step_s=1 / fps)
        found.append(times(seen, 1 / fps))
    assert np.allclose(*found, rtol=0, atol=0.3)


def test_a_shadow_is_no_foreground(make_planes: MakePlanes) -> None:
    model = Gaussian(GaussianSettings(cloud_time=1e9))
    place = [np.full((60, 80), level, np.uint8) for level in (180, 128, 128)]
    place[1][:, :40] += 30  # where all is grey a shadow would be a thing
    shaded = [plane.copy() for plane in place]
    shaded[0][SQUARE] = 140
    feed(model, iter([place] * 20), make_planes, 20)
    (seen,) = feed(model, iter([shaded]), make_planes, 1)
    assert share(seen.score) == 0


@pytest.mark.parametrize("step_s", [1 / 30, 0.1, 0.2])
def test_a_thing_is_as_old_as_it_is_at_any_rate(
    make_planes: MakePlanes, planes_count: int, step_s: float
) -> None:
    model, pictures = Gaussian(), noisy_pictures(planes_count)
    feed(model, pictures, make_planes, 50)
    seen = feed(model, with_square(pictures), make_planes, 20, step_s=step_s)
    # On the average it came in the middle between the frame before and the first that shows it.
    still_s = until([one.moving for one in seen], step_s) + step_s / 2
    assert STANDING_S <= still_s < STANDING_S + step_s


def lit(pictures: Pictures, gain: float) -> Pictures:
    for picture in pictures:
        yield [np.clip(plane * gain, 0, 255).astype(np.uint8) for plane in picture]


@pytest.mark.parametrize("known_s", [1.0, 63.9, 64.1], ids=["young", "before-turn", "at-turn"])
@pytest.mark.parametrize("gain", [1.0, 1.3])
def test_a_look_that_is_taken_back_has_changed_nothing(
    make_planes: MakePlanes, planes_count: int, known_s: float, gain: float
) -> None:
    kept = []
    for looks_ahead in (False, True):
        model, pictures = Gaussian(), noisy_pictures(planes_count)
        feed(model, pictures, make_planes, round((known_s - 0.5) / STEP_S))
        # Something comes that begins to stand there, and is gone, and comes back after the look.
        feed(model, with_square(pictures), make_planes, 5)
        coming = [next(pictures) for _ in range(12)]
        later = lit(iter(coming), gain)
        if looks_ahead:
            model.mark()
            feed(model, later, make_planes, 1, step_s=0.2)
            model.go_back()
        kept.append(
            [
                (one.score, one.moving, one.pixels, model.background(), model.sigma())
                for one in feed(model, with_square(iter(coming)), make_planes, 12)
            ]
        )
    for plain, ahead in zip(*kept, strict=True):
        for one, other in zip(plain, ahead, strict=True):
            np.testing.assert_array_equal(one, other)


def test_without_a_mark_there_is_nothing_to_go_back_to(make_planes: MakePlanes) -> None:
    model, pictures = Gaussian(), noisy_pictures(1)
    model.mark()
    model.go_back()
    feed(model, pictures, make_planes, 5)
    before = model.background()
    model.go_back()
    np.testing.assert_array_equal(model.background(), before)
