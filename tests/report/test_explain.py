"""One frame explained, in words, numbers and one picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from films import run_here, table, write_film, write_stills

from motionlapse.report.explain import _free_place
from motionlapse.sinks.layers import panel_size


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "door.mp4")
    return "door.mp4"


@pytest.mark.parametrize(
    ("at", "words", "counts", "state"),
    [
        ("0.5", "does not count (no foreground)", False, "quiet"),
        ("1.08", "does not count yet; an event begins here", False, "rising"),
        ("00:00:01.5", "counts as part of an event", True, "active"),
        ("2.4", "does not count; the event ends if this lasts", False, "fading"),
    ],
)
def test_a_frame_is_judged_as_a_scan_judges_it(
    door: str, at: str, words: str, counts: bool, state: str
) -> None:
    run_here("scan", door, "--out", "kept", "--metrics", "m.csv")
    [record] = run_here("explain", door, "--at", at, "--json", "--out", "deep/e.png").records
    row = table(Path("m.csv"))[record["frame"]]
    assert record["score"] == float(row["score"])
    assert (record["counts"], record["state"]) == (counts, state)
    assert record["state"] == row["state"]
    assert record["reason"] == row["reason"]
    assert record["time_s"] <= float(at.rpartition(":")[2]) < record["time_s"] + 0.04
    ran = run_here("explain", door, "--at", at)
    assert words in ran.out.splitlines()[0]
    picture = cv2.imread("explain.png")
    assert picture.shape[1] == 3 * 320
    assert picture.shape[0] > 2 * 240


def test_what_was_too_small_is_named(door: str) -> None:
    settings = ("--set", "analysis.min_blob=10%")
    [record] = run_here("explain", door, "--at", "1.5", "--json", *settings).records
    assert record["blobs"] == []
    assert record["least_area"] == pytest.approx(0.1, abs=0.001)
    [piece] = record["too_small"]
    assert (piece["width"], piece["height"]) == pytest.approx((30, 30), abs=5)
    said = run_here("explain", door, "--at", "1.5", *settings).out
    assert "1 piece too small to be a blob (orange, below 10%)" in said


def test_stills_and_regions(tmp_path: Path, door: str) -> None:
    write_stills(tmp_path / "yard", [index / 10 for index in range(20)])
    words = ("--fps", "10", "--region", "0,0 80,0 80,120 0,120")
    [record] = run_here("explain", "yard", "--at", "1.5", "--json", *words).records
    assert record["frame"] == 15


@pytest.mark.parametrize(("at", "frame"), [("1.333", 4), ("1.332", 3), ("1.667", 5)])
def test_a_time_that_was_told_in_milliseconds_leads_to_its_frame(
    tmp_path: Path, door: str, at: str, frame: int
) -> None:
    """The frame at 1.333333 s is told as 1.333 s."""
    write_stills(tmp_path / "yard", [index / 3 for index in range(9)])
    [record] = run_here("explain", "yard", "--fps", "3", "--at", at, "--json").records
    assert record["frame"] == frame


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("door.mp4", "--at", "1:00"), 2, "door.mp4 ends at 00:00:07"),
        (("door.mp4", "--at", "noon"), 2, "--at"),
        (("door.mp4", "--at", "1", "--out", "e.bmp"), 2, ".png"),
        (("gone.mp4", "--at", "1"), 3, "gone.mp4"),
    ],
)
def test_what_cannot_be_is_said(door: str, words: tuple[str, ...], code: int, hint: str) -> None:
    ran = run_here("explain", *words)
    assert (ran.code, ran.out) == (code, "")
    assert hint in ran.err


def test_areas_are_written_where_they_cover_neither_each_other_nor_a_box() -> None:
    rng = np.random.default_rng(5)
    layer = np.zeros((360, 640, 3), np.uint8)
    placed = 0
    for _ in range(50):
        found = [
            (int(x), int(y), int(w), int(h))
            for x, y, w, h in rng.integers((0, 0, 4, 4), (600, 330, 120, 120), (12, 4))
        ]
        taken = list(found)
        for box in found:
            place = _free_place(layer, box, (60, 14), taken)
            if place is None:
                continue
            others = [other for other in taken if other != box]
            picture = np.zeros((500, 800), np.uint8)
            for x, y, w, h in others:
                picture[y : y + h, x : x + w] = 1
            x, y, w, h = place
            assert min(x, y) >= 0
            assert (x + w <= 640, y + h <= 360) == (True, True)
            assert not picture[y : y + h, x : x + w].any()
            taken.append(place)
            placed += 1
    assert placed > 250


def test_a_narrow_strip_is_not_blown_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("strip").mkdir()
    for number in range(2):
        cv2.imwrite(f"strip/{number}.png", np.full((2000, 3, 3), 90, np.uint8))
    ran = run_here("explain", "strip", "--fps", "1", "--at", "1s")
    assert ran.code == 0, ran.err
    height, width = cv2.imread("explain.png").shape[:2]
    assert width == 480
    assert 2 * 2000 < height < 6000


@pytest.mark.parametrize(
    ("size", "panel"),
    [
        ((160, 120), (320, 240)),
        ((90, 160), (270, 480)),
        ((3, 200), (18, 1200)),
        ((8, 8), (320, 320)),
    ],
)
def test_how_far_panels_grow(size: tuple[int, int], panel: tuple[int, int]) -> None:
    assert panel_size(size, 640) == panel
