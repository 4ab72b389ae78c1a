"""What cleanup's kernels find is what OpenCV and NumPy find in whole pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from motionlapse.analysis.boxes import Box
from motionlapse.analysis.dense_kernel import DenseShadows
from motionlapse.analysis.survey_kernel import survey
from motionlapse.analysis.vote_kernel import Vote, weights_of
from motionlapse.frames import Image

SHADOW, LEVEL = 49, 90
seeds = st.integers(0, 2**32 - 1)
usual = st.integers(1, 50)


@st.composite
def scores(draw: st.DrawFn, heights: st.SearchStrategy[int] = usual) -> Image:
    """Return noise with patches of foreground, of deep shadow and of a level near the vote's."""
    shape = draw(heights), draw(st.integers(1, 60))
    random = np.random.default_rng(draw(seeds))
    score = random.integers(0, draw(st.sampled_from([1, 40, 100, 256])), shape)
    for level in (255, SHADOW, SHADOW, LEVEL + 1):
        for _ in range(draw(st.integers(0, 2))):
            y, x = random.integers(0, shape[0]), random.integers(0, shape[1])
            patch = score[y : y + random.integers(1, 18), x : x + random.integers(1, 18)]
            patch[random.random(patch.shape) < 0.9] = level
    return score.astype(np.uint8)


def box_of(mask: Image | np.ndarray) -> Box:
    x, y, width, height = cv2.boundingRect(np.asarray(mask, np.uint8))
    return Box(y, y + height, x, x + width) if width else Box()


@given(score=scores(heights=usual | st.integers(250, 600)))
def test_a_survey_counts_and_bounds(score: Image) -> None:
    before = score.copy()
    held = survey(score, SHADOW, LEVEL)
    assert held.beyond == np.count_nonzero(score >= SHADOW)
    assert held.shadows == np.count_nonzero(score == SHADOW)
    assert held.likely == box_of(score > LEVEL)
    assert held.shaded == box_of(score == SHADOW)
    assert np.array_equal(score, before)


@given(score=scores(), data=st.data())
@example(score=np.full((1, 1), 255, np.uint8), data=None)
def test_the_vote_is_that_of_opencv(score: Image, data: st.DataObject | None) -> None:
    """In a part of a picture, which is smoothed and closed as if it were the whole."""
    height, width = score.shape
    part, sigma, radius, lifted = Box(0, height, 0, width), 1.2, 4, 0
    if data is not None:
        top, left = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
        bottom = data.draw(st.integers(top + 1, height))
        part = Box(top, bottom, left, data.draw(st.integers(left + 1, width)))
        sigma, radius = data.draw(st.floats(0.8, 1.2)), data.draw(st.integers(1, 9))
        lifted = data.draw(st.sampled_from([0, 49]))
    kernel = cv2.getGaussianKernel(7, sigma)
    picture = score[part.slices].copy()
    picture[picture == lifted] = 127 if lifted else 0
    sides = np.concatenate([weights_of(sigma)[:0:-1], weights_of(sigma)])
    assert np.allclose(kernel.ravel(), sides, atol=1e-6)
    exact = cv2.sepFilter2D(picture, cv2.CV_64F, kernel, kernel)
    if (np.abs(exact - LEVEL - 0.5) < 1e-3).any():
        return  # sums of floats depend on their order
    smooth = np.where(exact > LEVEL + 0.5, 255, 0).astype(np.uint8)
    square = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    expected = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, square)
    voted = np.full_like(score, 7)
    vote = Vote(score.shape, sigma, LEVEL, radius)
    box = vote(score, part, voted, lifted=lifted, to=127 if lifted else 0)
    assert np.array_equal(voted[part.slices], expected)
    within = box_of(expected)
    moved = (within.top + part.top, within.bottom + part.top)
    sideways = (within.left + part.left, within.right + part.left)
    assert box == (Box(*moved, *sideways) if within.bottom else Box())
    voted[part.slices] = 7
    assert (voted == 7).all()


@given(score=scores(), reach=st.integers(1, 8), least=st.floats(0.5, 30), seed=seeds)
def test_dense_shadows_are_those_that_stand_alone(
    score: Image, reach: int, least: float, seed: int
) -> None:
    held = survey(score, SHADOW, LEVEL)
    if not held.shadows:
        return
    random = np.random.default_rng(seed)
    casts = np.where(random.random(score.shape) < random.choice([0, 0.005]), 255, 0)
    casts = casts.astype(np.uint8)
    shadows = np.where(score == SHADOW, 1, 0).astype(np.uint8)
    dense = cv2.medianBlur(shadows, 3)
    wide = cv2.dilate(casts, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    around = box_of(dense).grown(reach, score.shape)
    find = DenseShadows(score.shape, SHADOW, reach)
    for _ in range(2):  # nothing is left over from the first time
        found = find(score, held.shaded, casts, least)
        assert found == (around if np.count_nonzero(dense & ~wide) >= least else None)


@pytest.mark.parametrize("by", [0, 3, 100])
def test_boxes_grow_as_far_as_the_picture(by: int) -> None:
    box = Box(2, 5, 7, 9).grown(by, (20, 30))
    inside = np.zeros((20, 30), np.bool_)
    inside[box.slices] = True
    rows, columns = np.mgrid[:20, :30]
    near = (rows >= 2 - by) & (rows < 5 + by) & (columns >= 7 - by) & (columns < 9 + by)
    assert np.array_equal(inside, near)
