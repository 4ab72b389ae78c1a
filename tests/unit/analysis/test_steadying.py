from __future__ import annotations

import cv2
import numpy as np
import pytest

from motionlapse.analysis.steadying import Steadier
from motionlapse.frames import Image, Plane, Planes

SIZE = (160, 120)


def swaying(shifts: list[tuple[float, float]]) -> list[Image]:
    random = np.random.default_rng(1)
    noise = random.normal(0, 1, (180, 220)).astype(np.float32)
    scene = 120 + 120 * cv2.GaussianBlur(noise, (0, 0), 1.2)
    found = []
    for right, down in shifts:
        move = np.array([[1, 0, right - 30], [0, 1, down - 30]], np.float32)
        shifted = cv2.warpAffine(scene, move, SIZE, flags=cv2.INTER_CUBIC)
        found.append(np.clip(shifted, 0, 255).astype(np.uint8))
    return found


@pytest.mark.parametrize("shift", [(2.0, 0.0), (-1.5, 1.0), (0.4, -0.6), (3.0, -3.0)])
def test_a_swaying_picture_is_held_still(shift: tuple[float, float]) -> None:
    first, second = swaying([(0.0, 0.0), shift])
    steady = Steadier(SIZE)
    steady(Planes(Plane(first, SIZE[0])), 0.0)
    before = second.copy()
    held = steady(Planes(Plane(second, SIZE[0])), 0.04).luma.view
    inside = (slice(8, -8), slice(8, -8))
    apart = abs(held.astype(int) - first)[inside].mean()
    assert apart < 0.35 * abs(second.astype(int) - first)[inside].mean()
    assert np.array_equal(second, before)


def test_a_still_picture_stays_as_it_is() -> None:
    (picture,) = swaying([(0.0, 0.0)])
    steady = Steadier(SIZE)
    planes = Planes(Plane(picture, SIZE[0]), (Plane(picture, SIZE[0]), Plane(picture, SIZE[0])))
    assert steady(planes, 0.0) is planes
    assert steady(planes, 0.04) is planes


def test_another_scene_is_not_shifted() -> None:
    (first,) = swaying([(0.0, 0.0)])
    other = np.random.default_rng(9).integers(0, 255, first.shape, np.uint8)
    steady = Steadier(SIZE)
    steady(Planes(Plane(first, SIZE[0])), 0.0)
    planes = Planes(Plane(other, SIZE[0]))
    assert steady(planes, 0.04) is planes


def dimmed(picture: Image) -> Planes:
    return Planes(Plane((picture // 2).astype(np.uint8), SIZE[0]))


@pytest.mark.parametrize("fps", [10, 30])
def test_how_fast_the_reference_follows_is_the_same_at_any_rate(fps: int) -> None:
    (picture,) = swaying([(0.0, 0.0)])
    steady = Steadier(SIZE)
    steady(Planes(Plane(picture, SIZE[0])), 0.0)
    before = steady._reference.mean()
    for frame in range(2 * fps):
        steady(dimmed(picture), (frame + 1) / fps)
    gone = (before - steady._reference.mean()) / (before - (picture // 2).mean())
    assert gone == pytest.approx(1 - np.exp(-1), abs=0.01)


def test_a_frame_that_is_judged_once_more_teaches_once() -> None:
    (picture,) = swaying([(0.0, 0.0)])
    steady = Steadier(SIZE)
    steady(Planes(Plane(picture, SIZE[0])), 0.0)
    steady.mark()
    steady(dimmed(picture), 0.1)
    once = steady._reference.copy()
    steady.go_back()
    steady(dimmed(picture), 0.1)
    assert np.array_equal(steady._reference, once)
