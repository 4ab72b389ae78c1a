"""Every measure through the same checks; a new line in the catalogue is checked by being there."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from motionlapse.errors import ConfigError
from motionlapse.measures import MEASURES, chosen_measures
from motionlapse.measures.entry import CLEAR, IDENTICAL, NOISE, SOME

every_measure = pytest.mark.parametrize("entry", MEASURES.values(), ids=list(MEASURES))
# Not symmetric by definition: who is first matters.
ONE_WAY = {"hist_kl", "vif", "background", "flow", "template", "phase_shift"}
# See no change of this kind, by definition.
BLIND_TO_PLACE = {
    *("hist_kl", "hist_bhattacharyya", "hist_correlation", "hist_chi_square"),
    *("hist_intersection", "emd", "color_moment_hash"),
}


def scene(seed=3, size=(120, 160)):
    """Return a colour picture with texture, edges and smooth shading."""
    rng = np.random.default_rng(seed)
    height, width = size
    rough = rng.integers(40, 200, (height // 8, width // 8, 3)).astype(np.float32)
    picture = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
    cv2.rectangle(picture, (20, 30), (70, 90), (60, 120, 180), -1)
    cv2.circle(picture, (115, 60), 25, (200, 90, 40), -1)
    picture += rng.normal(0, 1.5, picture.shape)
    return np.clip(picture, 1, 245).astype(np.uint8)


def noisy(picture, sigma, seed=5):
    noise = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def patched(picture, side):
    changed = picture.copy()
    y, x = 40, 80
    square = (np.indices((side, side)).sum(axis=0) // 4 % 2 * 180 + 20).astype(np.uint8)
    changed[y : y + side, x : x + side] = square[:, :, None]
    return changed


SHAPES = [(1, 1), (1, 40), (40, 1), (2, 2), (7, 9), (120, 160)]


@every_measure
@pytest.mark.parametrize("size", SHAPES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_equal_pictures_give_the_identical_value(entry, size):
    rng = np.random.default_rng(1)
    pictures = [np.full((*size, 3), level, np.uint8) for level in (0, 7, 255)]
    pictures += [rng.integers(0, 256, (*size, 3), np.uint8), rng.integers(0, 256, size, np.uint8)]
    for picture in pictures:
        value = entry(picture, picture.copy()).value
        assert value == pytest.approx(entry.identical, abs=1e-6)
        assert entry.same(value)
        assert entry.reading(value) == IDENTICAL


@every_measure
@pytest.mark.parametrize("size", SHAPES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_values_are_numbers_within_the_range(entry, size):
    rng = np.random.default_rng(2)
    rough = [rng.integers(0, 256, (*size, 3), np.uint8) for _ in range(2)]
    flat = [np.full((*size, 3), level, np.uint8) for level in (0, 90, 255)]
    low, high = sorted((entry.identical, entry.worst))
    if entry.name == "vif":  # above 1 where contrast has grown
        high = math.inf
    for before, after in [rough, flat[:2], flat[1:], (flat[0], rough[0]), (rough[0], flat[1])]:
        measured = entry(before, after)
        assert not math.isnan(measured.value)
        assert low <= measured.value <= high
        assert entry.distance(measured.value) >= 0
        assert measured.heat is None or measured.heat.shape == size


@every_measure
def test_a_constant_picture_against_another_is_no_likeness(entry):
    """A lost camera's grey picture must never look like the scene."""
    value = entry(scene(), np.full_like(scene(), 128)).value
    if entry.needs_contrast:
        assert value == entry.worst
    elif entry.name != "bounding_box":  # one pixel of noise in each corner is all of it
        assert entry.distance(value) > entry.distance(entry(scene(), noisy(scene(), 2)).value)


@every_measure
def test_pictures_are_not_changed_and_results_repeat(entry):
    before, after = scene(), noisy(patched(scene(), 20), 3)
    kept = before.copy(), after.copy()
    before.flags.writeable = after.flags.writeable = False
    first, second = entry(before, after), entry(before, after)
    assert (first.value, first.detail) == (second.value, second.detail)
    assert np.array_equal(before, kept[0])
    assert np.array_equal(after, kept[1])
    if first.heat is not None:
        assert first.heat.shape == before.shape[:2]
        assert first.heat.dtype == np.float32
        assert np.isfinite(first.heat).all()


@every_measure
def test_views_with_strides_are_as_good_as_copies(entry):
    before, after = scene(), noisy(scene(), 8)
    wide = [np.repeat(picture, 2, axis=1)[:, ::2] for picture in (before, after)]
    assert entry(*wide).value == entry(before, after).value


@every_measure
def test_symmetry_where_it_is_claimed(entry):
    before, after = scene(), noisy(patched(scene(), 30), 4)
    there, back = entry(before, after).value, entry(after, before).value
    if entry.name in ONE_WAY:
        assert entry.distance(back) > 0
    else:
        assert back == pytest.approx(there, rel=1e-5, abs=1e-7)


def distances(entry, pictures):
    return [entry.distance(entry(scene(), picture).value) for picture in pictures]


@every_measure
def test_more_noise_is_no_smaller_difference(entry):
    found = distances(entry, [noisy(scene(), sigma) for sigma in (2, 12, 60)])
    assert found[0] <= found[1] * 1.02 + 1e-9
    assert found[1] <= found[2] * 1.02 + 1e-9
    if entry.name not in (
        "background",
        "bounding_box",
    ):  # noise is nothing to one, all to the other
        assert found[2] > found[0]


# Rank by how much they differ, or forgive it; a hash of few bits steps.
BLUR_MEANS_LITTLE = {"background", "flow"}


@every_measure
def test_more_blur_is_no_smaller_difference(entry):
    found = distances(entry, [cv2.GaussianBlur(scene(), (0, 0), sigma) for sigma in (1, 3, 12)])
    assert found[0] <= found[2] + 1e-9
    assert found[1] <= found[2] * 1.05 + 1e-9
    if entry.name not in BLUR_MEANS_LITTLE:
        assert found[2] > 0


# Written to see through an even change of brightness, or through light at all.
LIGHT_MEANS_NOTHING = {"ncc", "template", "r_squared", "dct", "background", "flow", "haar"}


@every_measure
def test_more_brightness_is_no_smaller_difference(entry):
    dim = (scene() * 0.6).astype(np.uint8)
    brighter = [cv2.add(dim, np.full_like(dim, step)) for step in (5, 40, 90)]
    found = [entry.distance(entry(dim, picture).value) for picture in brighter]
    if entry.name in LIGHT_MEANS_NOTHING:
        assert max(found) <= max(1e-3, 0.02 * entry.distance(entry.worst)) or entry.name == "flow"
    elif "hist" not in entry.name or "hash" in entry.name:  # bins may meet by chance
        assert found[0] <= found[2] * 1.02 + 1e-9


@every_measure
def test_a_larger_change_is_no_smaller_difference(entry):
    found = distances(entry, [patched(scene(), side) for side in (4, 20, 60)])
    if entry.name in ("flow", "hist_kl", "jpeg_size", "color_moment_hash"):
        assert found[2] > 0
    else:
        assert found[0] <= found[1] * 1.05 + 1e-9
        assert found[1] <= found[2] * 1.05 + 1e-9
        assert found[2] > 0


@every_measure
def test_a_shift_is_seen_by_those_who_know_places(entry):
    picture = scene(size=(160, 240))
    moved = np.roll(picture, 5, axis=1)[:, 8:-8], picture[:, 8:-8]
    distance = entry.distance(entry(moved[1], moved[0]).value)
    if entry.name in BLIND_TO_PLACE | {"centrist"}:
        assert distance < 0.25 * min(4.0, entry.distance(entry.worst))
    else:
        assert distance >= 0


def test_shifts_are_found_and_undone():
    picture = scene(size=(160, 240))
    before, after = picture[8:-8, 8:-8], picture[5:-11, 12:-4]  # the scene moved 4 left, 3 down
    phase = MEASURES["phase_shift"](before, after)
    assert (phase.detail["shift_x"], phase.detail["shift_y"]) == pytest.approx((-4, 3), abs=0.6)
    assert phase.value < 0.3 * MEASURES["manhattan"](before, after).value
    found = MEASURES["template"](before, after)
    assert found.detail == {"shift_x": -4, "shift_y": 3}
    assert found.value > 0.999
    flow = MEASURES["flow"](before, after)
    assert flow.value == pytest.approx(5, abs=0.25)
    assert flow.detail["peak"] >= flow.value


def test_the_detectors_question_takes_noise_and_light_and_sees_the_small():
    big = cv2.resize(scene(), (640, 480))
    shade = np.linspace(0.7, 1.25, 640, dtype=np.float32)[None, :, None]
    light = np.clip(big * shade, 0, 255).astype(np.uint8)
    background = MEASURES["background"]
    assert background(noisy(big, 6, 1), noisy(big, 6, 2)).value == 0
    assert background(noisy(big, 3, 1), noisy(light, 3, 2)).value == 0
    there = noisy(light, 3, 2)
    there[200:225, 300:320] = 10
    seen = background(noisy(big, 3, 1), there)
    assert 0.0005 < seen.value < 0.005
    assert abs(seen.detail["x"] + seen.detail["width"] / 2 - 310) < 4
    assert abs(seen.detail["y"] + seen.detail["height"] / 2 - 212) < 4


def test_another_scene_has_changed_everywhere():
    here, there = (cv2.resize(scene(seed), (640, 480)) for seed in (3, 4))
    for other in (here[:, ::-1].copy(), there[::-1].copy()):
        seen = MEASURES["background"](here, other)
        assert (seen.value, seen.detail["width"], seen.detail["height"]) == (1, 640, 480)


def test_visible_differences_grow_with_contrast_and_hide_in_texture():
    x = np.mgrid[:96, :96][1]
    wave = np.sin(x / 2.0)
    flat = np.full((96, 96), 128, np.uint8)
    vdp = MEASURES["vdp"]
    grown = [vdp(flat, (128 + a * wave).astype(np.uint8)).value for a in (0.6, 3, 12, 40)]
    assert grown == sorted(grown)
    assert grown[0] < 0.5
    assert grown[-1] > 0.9
    texture = np.random.default_rng(1).normal(0, 45, (96, 96))
    rough = np.clip(128 + texture, 0, 255)
    on_rough = vdp(rough.astype(np.uint8), np.clip(rough + 4 * wave, 0, 255).astype(np.uint8)).value
    on_flat = vdp(flat, (128 + 4 * wave).astype(np.uint8)).value
    assert on_rough < 0.5 * on_flat


@every_measure
def test_pictures_of_two_sizes_name_both_and_the_way_out(entry):
    with pytest.raises(ConfigError, match=r"160×120 and 80×60.*--resize"):
        entry(scene(), scene(size=(60, 80)))


@pytest.mark.parametrize(
    "picture",
    [np.zeros((4, 4), np.uint16), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4), np.uint8)],
    ids=["16 bits", "alpha", "empty"],
)
def test_what_is_no_picture_is_refused(picture):
    with pytest.raises(TypeError, match="uint8"):
        MEASURES["mse"](picture, picture)


@every_measure
def test_grey_meets_colour(entry):
    grey = cv2.cvtColor(scene(), cv2.COLOR_BGR2GRAY)
    assert entry(grey, cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)).value == pytest.approx(
        entry.identical, abs=1e-6
    )


@every_measure
def test_huge_pictures_do_not_overflow(entry):
    white, black = np.full((300, 9000), 255, np.uint8), np.zeros((300, 9000), np.uint8)
    white[0, 0] = 0
    black[0, 0] = 255
    value = entry(white, black).value
    assert not math.isnan(value)
    if entry.name in ("mse", "manhattan", "rmse"):
        assert value == pytest.approx({"mse": 65025, "manhattan": 255, "rmse": 255}[entry.name])


@every_measure
def test_what_is_said_of_a_measure(entry):
    assert entry.name.islower()
    assert all((entry.good, entry.bad, entry.reference))
    assert entry.cost_ms > 0
    assert entry.identical != entry.worst
    assert entry.grows == (entry.worst > entry.identical)
    assert 0 < entry.distance(entry.some) <= entry.distance(entry.clear)
    middle = (entry.some + entry.identical) / 2 if math.isfinite(entry.identical) else 60.0
    assert entry.reading(middle) == NOISE
    assert entry.reading(entry.clear) == CLEAR
    assert entry.reading(entry.some) in (SOME, CLEAR)


def test_names_are_chosen_in_order_and_typos_get_the_nearest():
    assert [entry.name for entry in chosen_measures(["ssim", "mse", "ssim"])] == ["ssim", "mse"]
    assert len(chosen_measures([])) == len(MEASURES)
    with pytest.raises(ConfigError, match="no measure 'sim'; did you mean 'ssim'"):
        chosen_measures(["sim"])
