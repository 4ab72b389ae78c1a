from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.analysis.areas import WatchedArea
from motionlapse.analysis.boxes import Box, box_of
from motionlapse.analysis.cleanup import Cleanup
from motionlapse.analysis.score import moving_pixels
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.frames import Image

seeds = st.integers(0, 2**32 - 1)
clear_scores = st.integers(150, 255)
WIDTH, HEIGHT = 80, 60


def cleanup(size: tuple[int, int], scale: int = 1, **values: object) -> Cleanup:
    settings = AnalysisSettings.model_validate({"min_blob": "0", **values})
    source_size = size[0] * scale, size[1] * scale
    return Cleanup(settings, WatchedArea(settings, source_size, size, scale), scale)


@st.composite
def scores(draw: st.DrawFn) -> Image:
    """Return noise, some of it foreground, with patches of clear foreground."""
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 60))
    random = np.random.default_rng(draw(seeds))
    score = random.integers(0, draw(st.sampled_from([40, 90, 256])), (height, width))
    for _ in range(draw(st.integers(0, 4))):
        x, y = random.integers(0, width), random.integers(0, height)
        score[y : y + random.integers(1, 20), x : x + random.integers(1, 20)] = 255
    return score.astype(np.uint8)


def box_around(mask: Image) -> Box:
    x, y, width, height = cv2.boundingRect(mask)
    return Box(y, y + height, x, x + width)


@st.composite
def masks(draw: st.DrawFn) -> Image:
    random = np.random.default_rng(draw(seeds))
    shape = draw(st.integers(2, 30)), draw(st.integers(2, 30))
    mask = random.random(shape) < draw(st.sampled_from([0.2, 0.5, 0.8]))
    return np.where(mask, 255, 0).astype(np.uint8)


def patch(x: int, y: int, width: int, height: int, score: int) -> Image:
    picture = np.zeros((HEIGHT, WIDTH), np.uint8)
    picture[y : y + height, x : x + width] = score
    return picture


@given(
    at=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=20),
    surroundings=st.integers(0, 30),
)
def test_lone_pixels_are_nothing(at: list[tuple[int, int]], surroundings: int) -> None:
    score = np.full((HEIGHT, WIDTH), surroundings, np.uint8)
    for row, column in at:
        score[row * 14 + 5, column * 14 + 5] = 255
    clean, blobs, pixels = cleanup((WIDTH, HEIGHT), min_blob_pixels=0)(score)
    assert (clean.any(), blobs, pixels) == (False, (), 0)


@given(
    x=st.integers(5, 30),
    y=st.integers(5, 20),
    width=st.integers(6, 40),
    height=st.integers(6, 30),
    score=clear_scores,
    scale=st.integers(1, 4),
)
def test_a_clear_patch_is_a_blob_of_its_size(
    x: int, y: int, width: int, height: int, score: int, scale: int
) -> None:
    clean, (blob,), pixels = cleanup((WIDTH, HEIGHT), scale)(patch(x, y, width, height, score))
    assert box_of([blob], scale) == box_around(clean)
    assert pixels == pytest.approx(width * height, abs=2 * (width + height))
    assert blob.area == pytest.approx(pixels / (WIDTH * HEIGHT), rel=0.08)
    found = (blob.x, blob.y, blob.x + blob.width, blob.y + blob.height)
    expected = (x, y, x + width, y + height)
    assert np.allclose(np.array(found) / scale, expected, rtol=0, atol=1)
    assert clean[y + 1 : y + height - 1, x + 1 : x + width - 1].mean() > 0.9 * 255


@given(level=st.integers(0, 64), noise=st.integers(0, 20), seed=seeds)
def test_what_is_at_the_threshold_is_nothing(level: int, noise: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    score = (level + random.integers(-noise, noise + 1, (HEIGHT, WIDTH))).clip(0, 255)
    _, blobs, pixels = cleanup((WIDTH, HEIGHT), min_blob_pixels=0)(score.astype(np.uint8))
    assert (blobs, pixels) == ((), 0)


@given(score=scores(), least=st.integers(0, 60), scale=st.integers(1, 4))
def test_what_is_counted_is_what_the_mask_holds(score: Image, least: int, scale: int) -> None:
    height, width = score.shape
    before = score.copy()
    clean, blobs, pixels = cleanup((width, height), scale, min_blob_pixels=least)(score)
    assert np.array_equal(score, before)
    assert clean.shape == score.shape
    assert set(np.unique(clean)) <= {0, 255}
    assert pixels == np.count_nonzero(clean)
    assert (pixels > 0) == bool(blobs)
    assert [blob.area for blob in blobs] == sorted((blob.area for blob in blobs), reverse=True)
    # Slanted outlines are a little longer than their pixels are many.
    total = sum(blob.area for blob in blobs) * width * height
    assert 0.99 * pixels <= total <= 1.42 * pixels
    boxes = np.zeros_like(clean)
    for blob in blobs:
        box = [number // scale for number in (blob.x, blob.y, blob.width, blob.height)]
        assert blob.area * width * height >= least
        assert box[2] >= 1 <= box[3]
        assert box[0] + box[2] <= width
        assert box[1] + box[3] <= height
        boxes[box[1] : box[1] + box[3], box[0] : box[0] + box[2]] = 255
    assert not (clean & ~boxes).any()


@given(score=scores())
def test_the_vote_near_what_is_likely_is_that_of_the_whole_picture(score: Image) -> None:
    score[score == 49] = 48  # deep shadows are another matter
    height, width = score.shape
    # Pictures less than 320 wide are smoothed less, by a sigma of 0.8 at least.
    kernel = cv2.getGaussianKernel(7, max(0.8, 1.2 * max(width, height) / 320))
    smooth = cv2.sepFilter2D(score, -1, kernel, kernel)
    # The gap that is closed has a radius of 4 pixels in a picture of 320×240.
    side = 2 * max(1, round(4 * (width * height / 320 / 240) ** 0.5)) + 1
    square = np.ones((side, side), np.uint8)
    voted = np.where(smooth > 90, 255, 0).astype(np.uint8)
    closed = cv2.morphologyEx(voted, cv2.MORPH_CLOSE, square)
    outlines = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    expected = cv2.drawContours(np.zeros_like(score), outlines, -1, 255, cv2.FILLED)
    clean, blobs, _ = cleanup((width, height), min_blob_pixels=0)(score)
    assert np.array_equal(clean, expected)
    assert len(blobs) == len(outlines)


@given(score=scores(), least=st.integers(1, 300))
def test_a_blob_does_not_depend_on_foreground_far_away(score: Image, least: int) -> None:
    height, width = score.shape
    begin = width + 16  # wider than vote and closing reach
    clean_up = cleanup((begin + 80, height), min_blob_pixels=least)
    with_little = np.zeros((height, begin + 80), np.uint8)
    with_little[:, :width] = score
    with_little[0, begin:] = 255
    with_much = with_little.copy()
    with_much[:, begin:] = 255
    here = slice(0, width + 8)
    assert np.array_equal(clean_up(with_little)[0][:, here], clean_up(with_much)[0][:, here])


@pytest.mark.parametrize("surroundings", [0, 24, 48, 64])
@pytest.mark.parametrize("side", [3, 4, 5])
def test_a_small_blob_does_not_depend_on_foreground_far_away(side: int, surroundings: int) -> None:
    clean_up = cleanup((WIDTH, HEIGHT))
    alone = patch(4, 4, 30, 30, surroundings)
    alone[15 : 15 + side, 15 : 15 + side] = 255
    with_another = alone.copy()
    with_another[15:40, 60:75] = 255
    assert np.array_equal(clean_up(alone)[0][:, :40], clean_up(with_another)[0][:, :40])


def test_an_outline_is_filled_whatever_is_elsewhere() -> None:
    clean_up = cleanup((120, 60), min_blob_pixels=500)
    alone = np.zeros((60, 120), np.uint8)
    cv2.rectangle(alone, (5, 5), (44, 44), 255, 2)
    with_another = alone.copy()
    with_another[5:45, 70:110] = 255
    for score in (alone, with_another):
        assert np.count_nonzero(clean_up(score)[0][:, :60]) == pytest.approx(1600, abs=200)


@given(score=scores(), seed=seeds)
def test_nothing_is_found_outside_what_is_watched(score: Image, seed: int) -> None:
    score = cv2.resize(score, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
    region = "10,10 50,12 45,50 12,40"
    clean_up = cleanup((WIDTH, HEIGHT), regions=[region], ignore=["30,20 40,20 40,30 30,30"])
    watched = clean_up._area.mask
    assert watched is not None
    clean, blobs, pixels = clean_up(score)
    assert not clean[watched == 0].any()
    assert pixels == np.count_nonzero(clean)
    assert all(0 < blob.area <= 1 for blob in blobs)
    # What is not watched has no say in what is found either.
    elsewhere = score.copy()
    noise = np.random.default_rng(seed).integers(0, 256, score.shape)
    elsewhere[watched == 0] = noise[watched == 0]
    assert np.array_equal(clean_up(elsewhere)[0], clean)


@given(moving=masks(), times=st.sampled_from([1, 8, 15]), seed=seeds)
def test_pixels_move_where_most_around_them_do(moving: Image, times: int, seed: int) -> None:
    """Most of nine; in a small picture what is around a pixel weighs less."""
    tile = np.tile(moving, (times, times))
    moving = tile[:300, :400]
    mask = np.where(np.random.default_rng(seed).random(moving.shape) < 0.8, 255, 0).astype(np.uint8)
    before = moving.copy(), mask.copy()
    beside = min(1.0, max(moving.shape) / 320) / 3
    weights = np.array([beside, 1 - 2 * beside, beside])
    both = np.pad((moving > 0) & (mask > 0), 1, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(both, (3, 3))
    share = np.einsum("yxij,i,j->yx", around, weights, weights)
    # The program's are bytes: what is as near to a half as that may be either.
    surely, perhaps = np.count_nonzero(share > 0.503), np.count_nonzero(share > 0.497)
    assert surely <= moving_pixels(moving, mask, box_around(mask)) <= perhaps
    if beside == 1 / 3:
        assert surely == perhaps
    assert np.array_equal(moving, before[0])
    assert np.array_equal(mask, before[1])


def test_the_edge_of_a_slow_mover_moves_in_a_small_picture() -> None:
    """One pixel wide at 160×120, it would be two at 320×240."""
    for size in (1, 2):
        mask = np.zeros((120 * size, 160 * size), np.uint8)
        edge = mask.copy()
        mask[40 * size : 60 * size, 50 * size : 60 * size] = 255
        edge[40 * size : 60 * size, 59 * size : 60 * size] = 255
        assert moving_pixels(edge, mask, box_around(mask)) == pytest.approx(20 * size * size, abs=4)


def test_a_deep_shadow_is_a_thing_unless_something_casts_it() -> None:
    alone = patch(10, 20, 12, 12, 49)
    assert len(cleanup((WIDTH, HEIGHT))(alone)[1]) == 1
    assert cleanup((WIDTH, HEIGHT))(patch(10, 20, 12, 12, 48))[1] == ()
    caster = patch(10, 8, 12, 12, 200) | alone
    clean, blobs, _ = cleanup((WIDTH, HEIGHT))(caster)
    assert len(blobs) == 1
    assert not clean[26:].any()
