"""Input that is read, and would mislead without a word."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from films import picture, run_here, scan_here


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("0,0 10,0 20,0", "no area; its corners lie on a line"),
        ("a=0,0 100,100 100,0 0,100", "no area; it crosses itself"),
        ("0,0", "has 1 corner; a polygon needs three"),
        ("130,120 131,120 131,121", "less than the smallest blob"),
    ],
)
def test_a_region_that_can_never_fire(fixtures, tmp_path, region, words):
    ran = scan_here(fixtures / "walker.mp4", tmp_path / "kept", "--region", region)
    assert ran.code == 2
    assert words in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("command", [["scan"], ["explain", "--at", "1"], ["lapse"], ["calibrate"]])
def test_a_password_is_never_shown(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name, *rest = command
    ran = run_here(name, "rtsp://someone:secret@127.0.0.1:9/door", *rest)
    assert ran.code in {2, 3}
    assert "secret" not in ran.err + ran.out
    assert "someone:***@127.0.0.1:9/door" in ran.err


def test_a_moment_that_was_cut_off_is_not_explained(fixtures, tmp_path):
    whole = (fixtures / "vfr.mkv").read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) * 2 // 3])
    out = tmp_path / "explained.png"
    ran = run_here("explain", tmp_path / "cut.mkv", "--at", "9s", "--out", out)
    assert ran.code == 3
    assert "cut off" in ran.err
    assert not out.exists()


def test_an_archive_is_no_file_of_it(fixtures, tmp_path):
    assert scan_here(fixtures / "walker.mp4", tmp_path / "kept").code == 0
    ran = run_here("events", tmp_path / "kept" / "archive.sqlite")
    assert ran.code == 3
    assert ran.err.endswith(f"name the folder of that file instead: {tmp_path / 'kept'}\n")


def test_a_film_of_two_cameras_says_that_one_is_read(tmp_path):
    film = tmp_path / "dashcam.mkv"
    with av.open(str(film), "w") as container:
        streams = [container.add_stream("mpeg4", rate=25) for _ in range(2)]
        for stream in streams:
            stream.width, stream.height = 160, 120
        for index in range(10):
            for stream in streams:
                frame = av.VideoFrame.from_ndarray(picture(index / 25), format="bgr24")
                frame.pts, frame.time_base = index, Fraction(1, 25)
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode())
    ran = scan_here(film, tmp_path / "kept")
    assert ran.code == 0
    assert ran.err.count("dashcam.mkv: has 2 video streams; the first is read\n") == 1


def test_a_still_of_floating_point_numbers_is_refused(tmp_path):
    for number in range(2):
        still = np.random.default_rng(number).random((60, 80), np.float32)
        cv2.imwrite(str(tmp_path / f"{number}.tif"), still)
    ran = run_here("compare", tmp_path / "0.tif", tmp_path / "1.tif")
    assert ran.code == 3
    assert "its values are floating-point numbers; only whole numbers can be read" in ran.err
    assert len(ran.err.splitlines()) == 1
