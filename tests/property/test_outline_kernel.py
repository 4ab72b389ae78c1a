"""The edges along outlines against NumPy, pixel by pixel."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from motionlapse.background.outline_kernel import (
    GHOST,
    OBJECT,
    SUSPECT,
    tell,
    usual_luma,
    weigh_outlines,
)
from motionlapse.frames import Image

Floats = npt.NDArray[np.float64]
Points = npt.NDArray[np.int32]
COMMON, CHANGE = 3.0, 20.0
ACROSS, DOWN = np.meshgrid(np.arange(-2.0, 3), np.arange(-2.0, 3))

seeds = st.integers(0, 2**32 - 1)
shapes = st.tuples(st.integers(1, 24), st.integers(1, 30))


def pieces(shape: tuple[int, int], random: np.random.Generator) -> tuple[Image, list[Points]]:
    """Return a mask of some blocks and specks, and the outlines of its pieces, from 0 on."""
    mask = np.zeros(shape, np.uint8)
    for _ in range(random.integers(0, 4)):
        top, left = random.integers(0, shape[0]), random.integers(0, shape[1])
        height, width = random.integers(1, 12, 2)
        mask[top : top + height, left : left + width] = 255
    mask[random.random(shape) < random.choice([0, 0.02, 0.2])] ^= 255
    if shape[1] > 800:
        mask[4:12, 10:-10] = 255  # an outline of which not every other pixel is looked at
    found = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    return mask, [np.asarray(outline[:, 0], np.int32) for outline in found]


def expected(
    mask: Image, inner: Image, outline: Points, frame: Floats, usual: Floats, last: Floats
) -> Floats:
    height, width = mask.shape
    inside = (mask > 0).astype(np.float64)
    weights = np.zeros(4)

    def slope(picture: Floats, y: int, x: int) -> Floats:
        window = picture[y - 2 : y + 3, x - 2 : x + 3]
        return np.array([(window * ACROSS).sum(), (window * DOWN).sum()])

    def fits(y: int, x: int) -> bool:
        return 2 <= y < height - 2 and 2 <= x < width - 2

    for x, y in outline[:: max(2, len(outline) // 200)].tolist():
        if not (fits(y, x) and inner[y, x]):
            continue
        inwards = slope(inside, y, x)
        if not inwards.any():
            continue
        direction = (inwards / np.sqrt((inwards**2).sum())).astype(np.float32)
        dx, dy = (int(step) for step in np.rint(np.float32(5) * direction))
        places = [(y, x), (y + dy, x + dx), (y - dy, x - dx)]
        more = 0.0
        if all(fits(*at) for at in places):
            own, *beside = (
                (slope(frame, *at) / 50 @ direction) ** 2
                - (slope(usual, *at) / 50 @ direction) ** 2
                for at in places
            )
            more = own - sum(beside) / 2
        place = np.s_[y - 2 : y + 3, x - 2 : x + 3]
        apart = abs((frame[place] - last[place]).mean() - COMMON)
        seen = all(fits(*at) for at in places)
        weights += max(more, 0), max(-more, 0), 1, seen and apart > CHANGE
    return weights


@given(
    seed=seeds, shape=shapes, inverse=st.sampled_from([0.5, 1.0, 1.7]), padding=st.integers(0, 5)
)
@example(seed=1, shape=(24, 900), inverse=1.0, padding=0)
def test_outlines_are_weighed_as_the_formula_says(
    seed: int, shape: tuple[int, int], inverse: float, padding: int
) -> None:
    random = np.random.default_rng(seed)
    mask, outlines = pieces(shape, random)
    luma = random.integers(0, 256, (shape[0], shape[1] + padding), dtype=np.uint8)
    usual = random.integers(0, 256, shape, dtype=np.uint8)
    inner = np.where(random.random(shape) < random.choice([0, 0.3]), 0, 255).astype(np.uint8)
    last = random.integers(0, 256, shape, dtype=np.uint8)
    pictures = inverse * luma[:, : shape[1]], usual.astype(np.float64), 1.2 * last
    truth = [expected(mask, inner, outline, *pictures) for outline in outlines]
    points = np.concatenate([np.empty((0, 2), np.int32), *outlines])
    starts = np.cumsum([0, *map(len, outlines)]).astype(np.int32)
    weights = np.full((4, len(outlines)), np.nan, np.float32)
    seen = luma, inverse, usual, last, 1.2
    weigh_outlines(points, starts, mask, inner, *seen, COMMON, CHANGE, weights)
    assert np.allclose(weights.T, np.reshape(truth, (-1, 4)), rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("planes", [1, 3])
@given(seed=seeds, shape=shapes)
def test_the_luma_of_the_background_is_rounded_around_all_pieces(
    planes: int, seed: int, shape: tuple[int, int]
) -> None:
    random = np.random.default_rng(seed)
    mean = random.uniform(-3, 259, (planes, *shape)).astype(np.float32)
    (top, bottom), (left, right) = (sorted(random.integers(0, size + 1, 2)) for size in shape)
    usual = np.full(shape, 77, np.uint8)
    usual_luma(mean, int(top), int(bottom), int(left), int(right), usual)
    luma = mean[0] if planes == 1 else np.tensordot([0.114, 0.587, 0.299], mean, 1)
    around = np.s_[max(top - 7, 0) : bottom + 7, max(left - 7, 0) : right + 7]
    apart = np.abs(usual.astype(np.float64) - np.clip(luma, 0, 255))
    assert (apart[around] < 0.501).all()
    usual[around] = 77
    assert (usual == 77).all()


@given(seed=seeds, shape=shapes)
def test_a_ghost_is_told_where_it_was_suspected(seed: int, shape: tuple[int, int]) -> None:
    random = np.random.default_rng(seed)
    mask = random.choice([0, 255], shape).astype(np.uint8)
    kinds = random.choice([0, GHOST, OBJECT, SUSPECT], shape).astype(np.uint8)
    before = random.choice([0, GHOST, OBJECT, SUSPECT], shape).astype(np.uint8)
    (top, bottom), (left, right) = (sorted(random.integers(0, size + 1, 2)) for size in shape)
    told = kinds.copy()
    tell(told, int(top), int(bottom), int(left), int(right), mask, before)
    truth = np.where(kinds == GHOST, SUSPECT, np.where(kinds == SUSPECT, 0, kinds))
    truth[(kinds == GHOST) & ((before == SUSPECT) | (before == GHOST))] = GHOST
    truth[(kinds == 0) & (before == GHOST)] = GHOST  # what is left of one
    truth[mask == 0] = 0
    part = np.s_[top:bottom, left:right]
    assert np.array_equal(told[part], truth[part])
    told[part] = kinds[part]
    assert np.array_equal(told, kinds)
