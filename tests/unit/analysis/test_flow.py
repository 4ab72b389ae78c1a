from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from motionlapse.analysis.flow import Flow
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


@pytest.mark.parametrize(("x", "y"), [(0, 0), (3, 0), (0, -4), (3, 4), (-6, 2)])
@pytest.mark.parametrize("elapsed_s", [0.04, 1.0])
def test_a_known_shift_is_its_displacement(
    texture: Image, x: int, y: int, elapsed_s: float
) -> None:
    flow = Flow(FlowSettings())
    flow(view(texture, 20, 20), ALL, 0.0)
    measured = flow(view(texture, 20 - x, 20 - y), ALL, elapsed_s)
    assert measured == pytest.approx(
        math.hypot(x, y) / DIAGONAL / elapsed_s, rel=0.02, abs=0.01 / DIAGONAL / elapsed_s
    )


def test_only_the_foreground_counts(texture: Image) -> None:
    flow = Flow(FlowSettings())
    before = view(texture, 20, 20)
    after = before.copy()
    after[:, 80:] = view(texture, 15, 20)[:, 80:]
    left = np.zeros_like(ALL)
    left[10:-10, 10:60] = 255
    flow(before, ALL, 0.0)
    assert flow(after, left, 1.0) == pytest.approx(0.0, abs=0.05 / DIAGONAL)


def test_without_a_frame_before_there_is_no_flow(texture: Image) -> None:
    assert Flow(FlowSettings())(view(texture, 0, 0), ALL, 0.0) is None


def test_without_foreground_time_or_corners_there_is_no_flow(texture: Image) -> None:
    flow = Flow(FlowSettings())
    flow(view(texture, 0, 0), ALL, 0.0)
    assert flow(view(texture, 1, 0), ALL * 0, 1.0) is None
    assert flow(view(texture, 2, 0), ALL, 0.0) is None
    plain = np.full_like(ALL, 90)
    flow(plain, ALL, 1.0)
    assert flow(plain, ALL, 1.0) is None


def test_the_picture_is_neither_kept_nor_modified(texture: Image) -> None:
    flow, picture = Flow(FlowSettings()), view(texture, 20, 20)
    before = picture.copy()
    flow(picture, ALL, 0.0)
    assert np.array_equal(picture, before)
    picture[:] = 0  # the shrinker writes its next picture there
    assert flow(view(texture, 17, 20), ALL, 1.0) == pytest.approx(3 / DIAGONAL, rel=0.02)
