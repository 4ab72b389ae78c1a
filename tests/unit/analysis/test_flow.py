from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from motionlapse.analysis.flow import mean_flow
from motionlapse.analysis.settings import FlowSettings
from motionlapse.frames import Image

HEIGHT, WIDTH = 120, 160
DIAGONAL = math.hypot(HEIGHT, WIDTH)
ALL = np.full((HEIGHT, WIDTH), 255, np.uint8)


@pytest.fixture(scope="module")
def texture() -> Image:
    noise = np.random.default_rng(5).integers(0, 256, (HEIGHT + 40, WIDTH + 40), dtype=np.uint8)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2)
    return cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX)


def view(texture: Image, x: int, y: int) -> Image:
    return np.ascontiguousarray(texture[y : y + HEIGHT, x : x + WIDTH])


def flow(before: Image | None, luma: Image, foreground: Image, elapsed_s: float) -> float | None:
    return mean_flow(before, luma, foreground, elapsed_s, FlowSettings())


@pytest.mark.parametrize(("x", "y"), [(0, 0), (3, 0), (0, -4), (3, 4), (-6, 2)])
@pytest.mark.parametrize("elapsed_s", [0.04, 1.0])
def test_a_known_shift_is_its_displacement(
    texture: Image, x: int, y: int, elapsed_s: float
) -> None:
    measured = flow(view(texture, 20, 20), view(texture, 20 - x, 20 - y), ALL, elapsed_s)
    assert measured == pytest.approx(
        math.hypot(x, y) / DIAGONAL / elapsed_s, rel=0.02, abs=0.01 / DIAGONAL / elapsed_s
    )


def test_only_the_foreground_counts(texture: Image) -> None:
    before = view(texture, 20, 20)
    after = before.copy()
    after[:, 80:] = view(texture, 15, 20)[:, 80:]
    left = np.zeros_like(ALL)
    left[10:-10, 10:60] = 255
    assert flow(before, after, left, 1.0) == pytest.approx(0.0, abs=0.05 / DIAGONAL)


def test_without_a_frame_before_there_is_no_flow(texture: Image) -> None:
    assert flow(None, view(texture, 0, 0), ALL, 1.0) is None


def test_without_foreground_time_or_corners_there_is_no_flow(texture: Image) -> None:
    before, after = view(texture, 0, 0), view(texture, 1, 0)
    assert flow(before, after, ALL * 0, 1.0) is None
    assert flow(before, after, ALL, 0.0) is None
    plain = np.full_like(ALL, 90)
    assert flow(plain, plain, ALL, 1.0) is None


def test_pictures_are_not_modified(texture: Image) -> None:
    before, after = view(texture, 20, 20), view(texture, 17, 20)
    kept = before.copy(), after.copy()
    assert flow(before, after, ALL, 1.0) == pytest.approx(3 / DIAGONAL, rel=0.02)
    assert np.array_equal(before, kept[0])
    assert np.array_equal(after, kept[1])
