from __future__ import annotations

import cv2
import numpy as np
import pytest

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.analysis.changes_kernel import count_changed
from motionlapse.analysis.overlays import OverlayFinder
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.background.gaussian import Gaussian
from motionlapse.frames import Frame, Image, Plane, Planes

WIDTH, HEIGHT = 320, 240


def pictures(seconds: int, fps: int, *, clock: bool, mover: bool = False) -> list[Image]:
    random = np.random.default_rng(5)
    scene = random.integers(80, 120, (HEIGHT, WIDTH))
    found = []
    for index in range(seconds * fps):
        picture = scene + random.normal(0, 2, scene.shape)
        picture = np.clip(picture, 0, 255).astype(np.uint8)
        if mover:
            x = int(index * 40 / fps) % WIDTH
            picture[120:160, x : x + 20] = 220
        if clock:
            now = 50 + index // fps
            text = f"2024-05-04 12:{now // 60:02}:{now % 60:02}"
            cv2.putText(picture, text, (150, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 255, 1)
        found.append(picture)
    return found


def find(frames: list[Image], fps: int) -> tuple[int, int, int, int] | None:
    finder = OverlayFinder((WIDTH, HEIGHT))
    for index, frame in enumerate(frames):
        finder.add(frame, index / fps)
    return finder.found()


@pytest.mark.parametrize("fps", [10, 25])
@pytest.mark.parametrize("mover", [False, True])
def test_a_clock_is_found(fps: int, mover: bool) -> None:
    found = find(pictures(24, fps, clock=True, mover=mover), fps)
    assert found is not None
    x, y, width, height = found
    text = cv2.getTextSize("2024-05-04 12:00:", cv2.FONT_HERSHEY_SIMPLEX, 0.45, 1)[0][0]
    assert x <= 150 + text
    assert x + width >= 150 + text + 14  # the seconds
    assert y <= 10
    assert 20 <= y + height <= 48


@pytest.mark.parametrize("mover", [False, True])
def test_nothing_else_is_a_clock(mover: bool) -> None:
    assert find(pictures(24, 25, clock=False, mover=mover), 25) is None


def test_a_few_seconds_or_slow_footage_tell_nothing() -> None:
    assert find(pictures(5, 25, clock=True), 25) is None
    assert find(pictures(24, 2, clock=True), 2) is None


@pytest.mark.parametrize("size", [(40, 56), (45, 63), (8, 8), (7, 90), (3, 3)])
def test_changes_are_counted_cell_by_cell(size: tuple[int, int]) -> None:
    random = np.random.default_rng(7)
    one, other = random.integers(0, 256, (2, *size)).astype(np.uint8)
    rows, columns = size[0] // 8, size[1] // 8
    counts = np.full((rows, columns), 99, np.uint8)
    count_changed(one, other, 32, counts)
    apart = np.abs(one.astype(int) - other) > 32
    cells = apart[: rows * 8, : columns * 8].reshape(rows, 8, columns, 8)
    assert np.array_equal(counts, cells.sum(axis=(1, 3)))


def test_pictures_smaller_than_a_cell_hold_no_clock() -> None:
    finder = OverlayFinder((7, 300))
    for index in range(200):
        finder.add(np.full((300, 7), index % 2 * 255, np.uint8), index / 10)
    assert finder.found() is None


@pytest.mark.parametrize("start_s", [0.0, 300.0])
def test_a_clock_is_found_wherever_the_footage_is_begun(start_s: float) -> None:
    analyzer = Analyzer((WIDTH, HEIGHT), Gaussian(), AnalysisSettings(), enter=0.01)
    for index, picture in enumerate(pictures(24, 10, clock=True)):
        planes = Planes(Plane(picture, WIDTH))
        time_s = start_s + index / 10
        analyzer.step(Frame(index, time_s, None, index, lambda p=planes: p, lambda p=picture: p))
    assert analyzer.overlay() is not None


def test_leaves_that_stir_twice_a_second_are_no_clock() -> None:
    random = np.random.default_rng(3)
    leaves = random.integers(0, 256, (24, 24))
    frames = pictures(60, 25, clock=False)
    for picture in frames:
        if random.random() < 0.067:
            leaves = random.integers(0, 256, (24, 24))
        picture[40:64, 40:64] = leaves
    assert find(frames, 25) is None


def test_a_recorder_that_was_off_hides_no_clock() -> None:
    finder = OverlayFinder((WIDTH, HEIGHT))
    for index, picture in enumerate(pictures(24, 10, clock=True)):
        finder.add(picture, index / 10 + 3600 * (index >= 120))
    assert finder.found() is not None


def test_a_clock_is_found_where_leaves_stir_on_its_line() -> None:
    random = np.random.default_rng(4)
    frames = pictures(24, 25, clock=True)
    for picture in frames:
        for x in range(0, 256, 8):
            if random.random() < 0.03:
                picture[22:24, x : x + 8] = random.integers(0, 256, (2, 8))
    found = find(frames, 25)
    assert found is not None
    assert found[0] >= 240
