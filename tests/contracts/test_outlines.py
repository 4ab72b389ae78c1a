"""What the mean/σ model makes of edges: things that stand, and places of what has left."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from scenes import SIZE, STEP_S, MakePlanes, Pictures

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.background.gaussian import Gaussian
from motionlapse.background.gaussian_settings import GaussianSettings
from motionlapse.background.outline_kernel import GHOST, OBJECT, SUSPECT
from motionlapse.background.outlines import Outlines
from motionlapse.frames import Image

THING = np.s_[30:54, 40:60]


def room(count: int, *, textured: bool) -> Image:
    """Return the planes of a room: plain, or with things in it as large as who comes in."""
    planes = np.full((count, *SIZE), 128, np.uint8)
    planes[0] = 110
    if textured:
        random = np.random.default_rng(5)
        for _ in range(60):
            top, left = random.integers(0, SIZE[0]), random.integers(0, SIZE[1])
            planes[0, top : top + 12, left : left + 9] = random.integers(60, 160)
        planes[0] = cv2.GaussianBlur(planes[0], (0, 0), 1.0)
    return planes


def pictures(planes: Image, *, thing: bool) -> Pictures:
    """Yield a room with a camera's noise, and somebody in it or not."""
    random = np.random.default_rng(3)
    scene = planes.astype(np.float64)
    if thing:
        scene[0][THING] = 220
    while True:
        noisy = scene + random.normal(0, 2, scene.shape)
        yield list(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))


def left_of_it(
    model: Gaussian, seen: Pictures, make_planes: MakePlanes, steps: int, pace: float = 1.0
) -> Iterator[float]:
    """Yield the share of the thing's place that is foreground, frame by frame."""
    previous = None
    for _ in range(steps):
        planes = make_planes(*next(seen))
        found = model.apply(planes, elapsed_s=STEP_S, pace=pace, previous=previous)
        mask = np.where(found.score > 64, np.uint8(255), np.uint8(0))
        previous = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        yield float((mask[THING] > 0).mean())


@pytest.mark.parametrize("planes_count", [1, 3], ids=["grey", "colour"])
@pytest.mark.parametrize("textured", [False, True], ids=["plain", "textured"])
def test_who_stood_there_from_the_start_leaves_no_ghost(
    make_planes: MakePlanes, planes_count: int, textured: bool
) -> None:
    planes = room(planes_count, textured=textured)
    model = Gaussian(GaussianSettings(shadow=1.0))
    list(left_of_it(model, pictures(planes, thing=True), make_planes, 100))
    left = list(left_of_it(model, pictures(planes, thing=False), make_planes, 10))
    assert left[0] > 0.8
    assert max(left[5:]) < 0.05  # after half a second; it had stood there for ten


@pytest.mark.parametrize("planes_count", [1, 3], ids=["grey", "colour"])
@pytest.mark.parametrize("textured", [False, True], ids=["plain", "textured"])
def test_who_comes_to_stand_there_stays_for_as_long_as_anything_may(
    make_planes: MakePlanes, planes_count: int, textured: bool
) -> None:
    planes = room(planes_count, textured=textured)
    model = Gaussian(GaussianSettings(shadow=1.0, absorb=6.0))
    list(left_of_it(model, pictures(planes, thing=False), make_planes, 10))
    come = pictures(planes, thing=True)
    left = list(left_of_it(model, come, make_planes, 80))
    # The room has been known for a second only.
    assert min(left[3:50]) > 0.7
    assert left[-1] < 0.1
    (after,) = left_of_it(model, pictures(planes, thing=False), make_planes, 1)
    assert after < 0.05


def test_nothing_becomes_background_while_nothing_is_learned(make_planes: MakePlanes) -> None:
    planes = room(1, textured=False)
    model = Gaussian()
    list(left_of_it(model, pictures(planes, thing=True), make_planes, 30))
    left = list(left_of_it(model, pictures(planes, thing=False), make_planes, 30, pace=0.0))
    assert min(left) > 0.8


def told_of(before: Image, now: Image, mask: Image, inverse: float = 1.0) -> list[int]:
    """Return what is told of a mask's middle after each of four looks."""
    outlines = Outlines(SIZE, 2.0, 8.0)
    nothing, told = np.zeros_like(mask), []
    gain = np.full(1, 1 / inverse, np.float32)
    outlines.update(now, before[None].astype(np.float32), gain, nothing, 0.1)
    for _ in range(4):
        outlines.update(now, before[None].astype(np.float32), gain, mask, 0.1)
        told.append(int(outlines.told[42, 50]))
    return told


def test_a_ghost_is_told_twice_and_a_thing_once() -> None:
    empty, full = room(1, textured=True)[0], room(1, textured=True)[0].copy()
    full[THING] = 220
    mask = np.zeros(SIZE, np.uint8)
    mask[THING] = 255
    assert told_of(full, empty, mask) == [SUSPECT, GHOST, GHOST, GHOST]
    assert told_of(empty, full, mask) == [OBJECT] * 4
    assert told_of(empty, empty, mask) == [0] * 4
    # Half of the light makes half of an edge: of a thing that is no brighter, none of its own.
    dim = np.rint(full * 0.5).astype(np.uint8)
    assert told_of(empty, dim, mask, inverse=2.0) == [OBJECT] * 4
    assert told_of(full, dim, mask, inverse=2.0) == [0] * 4


def test_what_moves_is_no_ghost() -> None:
    there, now = room(1, textured=False)[0], room(1, textured=False)[0]
    there[THING] = 220
    mask = np.zeros(SIZE, np.uint8)
    mask[THING] = 255
    outlines = Outlines(SIZE, 2.0, 8.0)
    told = []
    for look in range(10):
        waves = now.copy()
        waves[THING] += np.uint8(15 * (look % 2 if look < 6 else 0))
        outlines.update(waves, there[None].astype(np.float32), np.ones(1, np.float32), mask, 0.1)
        told.append(int(outlines.told[42, 50]))
    # The first look has none before it; each is weighed when the next frame comes.
    assert told == [0, SUSPECT, 0, 0, 0, 0, 0, 0, SUSPECT, GHOST]


def test_light_that_changes_moves_nothing() -> None:
    there, now = room(1, textured=False)[0], room(1, textured=False)[0]
    there[THING] = 220
    mask = np.zeros(SIZE, np.uint8)
    mask[THING] = 255
    told = []
    # The model's gain follows the one, and not the other.
    for gain, flicker in (1.2, 0), (1.0, 7):
        outlines = Outlines(SIZE, 2.0, 8.0)
        for look in range(6):
            factor = np.float32(gain if look % 2 else 1)
            lit = np.rint(now * factor + flicker * (look % 2)).astype(np.uint8)
            outlines.update(lit, there[None].astype(np.float32), np.array([factor]), mask, 0.1)
        told.append(int(outlines.told[42, 50]))
    assert told == [GHOST, GHOST]


def test_a_piece_that_is_told_of_says_nothing_of_another() -> None:
    empty, there = room(1, textured=False)[0], room(1, textured=False)[0].copy()
    there[THING] = 220
    now = empty.copy()
    now[70:90, 80:110] = 30
    mask = np.zeros(SIZE, np.uint8)
    mask[THING] = mask[70:90, 80:110] = 255
    outlines = Outlines(SIZE, 2.0, 8.0)
    for _ in range(4):
        outlines.update(now, there[None].astype(np.float32), np.ones(1, np.float32), mask, 0.1)
    assert set(np.unique(outlines.told[THING])) == {GHOST}
    assert set(np.unique(outlines.told[70:90, 80:110])) == {OBJECT}
    assert not outlines.told[mask == 0].any()


def test_the_edge_of_the_picture_is_no_outline() -> None:
    empty = room(1, textured=False)[0]
    now = np.random.default_rng(2).integers(0, 256, SIZE).astype(np.uint8)
    for part in (np.s_[:, :], np.s_[0:1, 0:1], np.s_[-1:, :]):
        mask = np.zeros(SIZE, np.uint8)
        mask[part] = 255
        outlines = Outlines(SIZE, 2.0, 8.0)
        for _ in range(4):
            gain = np.ones(1, np.float32)
            outlines.update(now, empty[None].astype(np.float32), gain, mask, 0.1)
        assert not outlines.told.any()


def test_the_model_is_told_what_is_watched() -> None:
    size = (SIZE[1], SIZE[0])
    for polygons, watched in (((), None), (("10,10 60,10 60,60 10,60",), 255)):
        model = Gaussian()
        Analyzer(size, model, AnalysisSettings.model_validate({"regions": polygons}), enter=0.01)
        assert (None if model._area is None else model._area.max()) == watched


@pytest.mark.parametrize("level", [60, 90, 105])
def test_who_walks_before_a_hedge_is_no_ghost(make_planes: MakePlanes, level: int) -> None:
    random = np.random.default_rng(11)
    leaves = cv2.GaussianBlur(random.normal(0, 1, SIZE), (0, 0), 1.5)
    hedge = np.clip(120 + 35 * leaves / leaves.std(), 0, 255)
    model = Gaussian(GaussianSettings(shadow=1.0))
    previous, gaps = None, np.ones((9, 9), np.uint8)
    for number in range(66):
        noisy = hedge + random.normal(0, 2, SIZE)
        if number >= 40:
            left = 10 + 3 * (number - 40)
            noisy[20:70, left : left + 24] = level
        planes = make_planes(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))
        found = model.apply(planes, elapsed_s=STEP_S, pace=1.0, previous=previous)
        mask = np.where(found.score > 64, np.uint8(255), np.uint8(0))
        opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        previous = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, gaps)
        assert not (model._outlines.told == GHOST).any()


def test_where_a_mask_is_cut_off_is_no_outline() -> None:
    usual = np.full(SIZE, 190, np.uint8)
    usual[THING[0]] = 120
    usual[THING[0].stop :] = 60
    now = usual.copy()
    now[20:64, THING[1]] = 150  # larger than the path that is watched
    mask, area = np.zeros(SIZE, np.uint8), np.zeros(SIZE, np.uint8)
    mask[THING], area[THING[0]] = 255, 255
    told = []
    for watched in (None, area):
        outlines = Outlines(SIZE, 2.0, 8.0, watched)
        for _ in range(4):
            gain = np.ones(1, np.float32)
            outlines.update(now, usual[None].astype(np.float32), gain, mask, 0.1)
        told.append(int(outlines.told[42, 50]))
    assert told == [GHOST, OBJECT]


def test_a_place_that_has_its_old_look_again_has_it_for_background(
    make_planes: MakePlanes,
) -> None:
    planes = room(1, textured=True)
    model = Gaussian(GaussianSettings(shadow=1.0, absorb=2.0))
    list(left_of_it(model, pictures(planes, thing=False), make_planes, 40))
    list(left_of_it(model, pictures(planes, thing=True), make_planes, 60))
    assert abs(model.background()[THING].astype(float) - 220).mean() < 5
    list(left_of_it(model, pictures(planes, thing=False), make_planes, 30))
    assert abs(model.background()[THING].astype(float) - planes[0][THING]).mean() < 5


def test_outlines_can_be_left_alone() -> None:
    empty, full = room(1, textured=False)[0], room(1, textured=False)[0].copy()
    full[THING] = 255
    mask = np.zeros(SIZE, np.uint8)
    mask[THING] = 255
    outlines = Outlines(SIZE, 1000.0, 0.5)
    for _ in range(4):
        outlines.update(empty, full[None].astype(np.float32), np.ones(1, np.float32), mask, 0.1)
    assert not outlines.told.any()


def test_what_is_left_of_a_ghost_is_one_still() -> None:
    empty, there = room(1, textured=False)[0], room(1, textured=False)[0].copy()
    there[THING] = 220
    mask, rest = np.zeros(SIZE, np.uint8), np.zeros(SIZE, np.uint8)
    mask[THING] = 255
    rest[40:44, 46:52] = 255  # in its middle, where nothing has an edge
    outlines = Outlines(SIZE, 2.0, 8.0)
    for seen in [mask] * 4 + [rest] * 3:
        outlines.update(empty, there[None].astype(np.float32), np.ones(1, np.float32), seen, 0.1)
    assert np.array_equal(outlines.told > 0, rest > 0)
