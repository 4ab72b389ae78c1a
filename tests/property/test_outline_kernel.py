"""The edges along outlines against NumPy, pixel by pixel."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.background.outline_kernel import paint, weigh_outlines
from motionlapse.frames import Image

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int32]
ACROSS, DOWN = np.meshgrid(np.arange(-2.0, 3), np.arange(-2.0, 3))

seeds = st.integers(0, 2**32 - 1)
shapes = st.tuples(st.integers(1, 24), st.integers(1, 30))


def pieces(shape: tuple[int, int], random: np.random.Generator) -> tuple[Image, Labels, int]:
    """Return a mask of some blocks and specks, labels of its pieces, and their count."""
    mask = np.zeros(shape, np.uint8)
    for _ in range(random.integers(0, 4)):
        top, left = random.integers(0, shape[0]), random.integers(0, shape[1])
        height, width = random.integers(1, 12, 2)
        mask[top : top + height, left : left + width] = 255
    mask[random.random(shape) < random.choice([0, 0.02, 0.2])] ^= 255
    count, labels = cv2.connectedComponents(mask)
    return mask, np.asarray(labels, np.int32), count


def expected(
    mask: Image,
    inner: Image,
    labels: Labels,
    count: int,
    frame: Floats,
    usual: Floats,
    inverse: float,
) -> Floats:
    weights = np.zeros((3, count))
    height, width = mask.shape
    inside = (mask > 0).astype(np.float64)

    def slope(picture: Floats, y: int, x: int) -> Floats:
        window = picture[y - 2 : y + 3, x - 2 : x + 3]
        return np.array([(window * ACROSS).sum(), (window * DOWN).sum()])

    for y in range(3, height - 2, 2):  # odd rows
        for x in range(2, width - 2):
            cross = [(y, x - 1), (y, x + 1), (y - 1, x), (y + 1, x)]
            if not inner[y, x] or all(inside[at] == inside[y, x] for at in cross):
                continue
            inwards = slope(inside, y, x)
            if not inwards.any():
                continue
            direction = (inwards / np.sqrt((inwards**2).sum())).astype(np.float32)
            dx, dy = (int(step) for step in np.rint(np.float32(5) * direction))
            places = [(y, x), (y + dy, x + dx), (y - dy, x - dx)]
            more = 0.0
            if all(2 <= row < height - 2 and 2 <= column < width - 2 for row, column in places):
                own, *beside = (
                    (inverse * (slope(frame, *at) / 50 @ direction)) ** 2
                    - (slope(usual, *at) / 50 @ direction) ** 2
                    for at in places
                )
                more = own - sum(beside) / 2
            number = max(labels[at] for at in [(y, x), *cross])
            weights[:, number] += max(more, 0), max(-more, 0), 1
    return weights


@pytest.mark.parametrize("planes", [1, 3])
@given(
    seed=seeds, shape=shapes, inverse=st.sampled_from([0.5, 1.0, 1.7]), padding=st.integers(0, 5)
)
def test_outlines_are_weighed_as_the_formula_says(
    planes: int, seed: int, shape: tuple[int, int], inverse: float, padding: int
) -> None:
    random = np.random.default_rng(seed)
    mask, labels, count = pieces(shape, random)
    luma = random.integers(0, 256, (shape[0], shape[1] + padding), dtype=np.uint8)
    mean = random.uniform(0, 255, (planes, *shape)).astype(np.float32)
    usual = mean[0] if planes == 1 else np.tensordot([0.114, 0.587, 0.299], mean, 1)
    inner = np.where(random.random(shape) < random.choice([0, 0.3]), 0, 255).astype(np.uint8)
    frame = luma[:, : shape[1]].astype(np.float64)
    truth = expected(mask, inner, labels, count, frame, usual.astype(np.float64), inverse)
    whole = np.zeros((3, count), np.float32)
    marks = np.empty(shape[1], np.uint8)
    weigh_outlines(mask, inner, labels, 0, 0, luma, mean, inverse, whole, marks)
    assert np.allclose(whole, truth, rtol=1e-3, atol=1e-2)
    # Of the part that holds all of it, the same.
    left, top, width, height = cv2.boundingRect(mask)
    if width:
        inside = np.s_[top : top + height, left : left + width]
        part = np.zeros((3, count), np.float32)
        own = np.ascontiguousarray(labels[inside])
        weigh_outlines(mask, inner, own, top, left, luma, mean, inverse, part, marks)
        assert np.array_equal(part, whole)


@given(seed=seeds, shape=shapes)
def test_every_pixel_is_of_the_kind_of_its_piece(seed: int, shape: tuple[int, int]) -> None:
    random = np.random.default_rng(seed)
    _, labels, count = pieces(shape, random)
    kinds = random.integers(0, 3, count).astype(np.uint8)
    top, left, below, right = random.integers(0, 4, 4)
    told = np.full((shape[0] + top + below, shape[1] + left + right), 9, np.uint8)
    paint(kinds, labels, int(top), int(left), told)
    truth = np.full_like(told, 9)
    part = truth[top : top + shape[0], left : left + shape[1]]
    part[labels > 0] = kinds[labels[labels > 0]]
    assert np.array_equal(told, truth)
