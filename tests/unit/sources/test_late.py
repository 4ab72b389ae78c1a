"""Thinned pictures of awkward films, wanted whole in any order: the right ones are decoded."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import numpy as np
import pytest

from motionlapse.batch.parts import shrink_of
from motionlapse.frames import Frame, Plane, Planes
from motionlapse.pipeline_settings import Settings
from motionlapse.sources import recording
from motionlapse.sources.ahead import Ahead
from motionlapse.sources.disposable import Demand, Disposable
from motionlapse.sources.recording import Recording
from motionlapse.sources.settings import SourceSettings
from tests.disposable_films import TIMES, X264, shrink
from tests.films import wait_for, write_film

pytestmark = pytest.mark.usefixtures("all_thinned")


def content(frame: Frame) -> tuple[float, tuple[int, int], list[bytes]]:
    return frame.time, frame.size, [plane.view.tobytes() for plane in frame.planes]


def holds_whatever_the_order(film: Path) -> None:
    with Recording(film, SourceSettings(decoding_threads=1)) as plain:
        whole = [content(frame) for frame in plain]
        told = [fault.text for fault in plain.faults]
    for seed in range(3):
        with Recording(film, shrink=shrink) as source:
            frames = list(source)
            assert len(frames) == len(whole)
            assert any(frame.to_small for frame in frames)
            pairs = list(zip(frames, whole, strict=True))
            random.Random(seed).shuffle(pairs)
            for frame, wanted in pairs:
                assert content(frame) == wanted
            assert [fault.text for fault in source.faults] == told


def test_a_film_that_goes_on_with_another_header(tmp_path: Path) -> None:
    parts = [
        write_film(
            tmp_path / f"{width}.flv",
            times=TIMES,
            size=(width, 120),
            b_frames=2,
            options={"x264-params": "keyint=40"},
        )
        for width in (160, 240)
    ]
    film = tmp_path / "a.flv"
    first, second = (part.read_bytes() for part in parts)
    film.write_bytes(first + second[13:])  # without the header of an FLV file
    holds_whatever_the_order(film)


def test_two_pictures_of_one_timestamp(tmp_path: Path) -> None:
    """Pictures 12 and 32 of each group carry the timestamps of those before them."""

    def shown(_number: int, ticks: int) -> int:
        return ticks - 40 if ticks // 40 % 50 in (12, 32) else ticks

    film = write_film(tmp_path / "a.mkv", times=TIMES, options=X264, b_frames=3, shown=shown)
    holds_whatever_the_order(film)


@pytest.mark.parametrize("options", ["keyint=1", "keyint=3:bframes=2"])
def test_decoders_with_pictures_of_many_groups_in_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: str
) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, options={"x264-params": options}, b_frames=2)
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    holds_whatever_the_order(film)


@pytest.mark.parametrize("rotation", [0, 90])
@pytest.mark.parametrize("pixels", ["yuv420p", "gray"])
def test_where_the_film_has_gone_the_small_picture_is_shown(
    tmp_path: Path, pixels: str, rotation: int
) -> None:
    film = write_film(
        tmp_path / "a.mp4",
        times=TIMES,
        pixels=pixels,
        rotation=rotation,
        options={"x264-params": "bframes=0:keyint=50"},
    )
    with Recording(film, SourceSettings(decoding_threads=1)) as plain:
        whole = [frame.bgr() for frame in plain]
    with Recording(film, shrink=shrink) as source:
        frames = list(source)
        film.unlink()
        frame = [frame for frame in frames if frame.to_small][-1]
        picture = frame.bgr()
        wanted = whole[frame.index]
        assert picture.shape == wanted.shape
        assert np.abs(picture.astype(int) - wanted).mean() < 8
        assert [fault.lost for fault in source.faults] == [True]
        assert "a small copy of the picture is used" in source.faults[0].text


def test_a_thinned_picture_is_no_cost_of_leaving_out() -> None:
    demand = Demand()
    picture = Disposable(0, demand)
    picture.small = Planes(Plane(np.zeros((2, 2), np.uint8), 2))
    picture.late = lambda: (None, 25)
    picture.picture()
    for _ in range(100):
        demand.passed(left_out=False)
    assert demand.is_low
    demand.asked()  # that was cheap, so the wait is halved
    for _ in range(50):
        demand.passed(left_out=False)
    assert demand.is_low


def test_nothing_is_thinned_where_pictures_are_analysed_as_they_are() -> None:
    assert shrink_of(Settings.model_validate({"analysis": {"scale": 1}})) is None
    assert shrink_of(Settings.model_validate({"analysis": {"scale": 2}})) is not None


@pytest.mark.parametrize(
    ("name", "options", "thinned"),
    [
        ("open.mp4", {"x264-params": "open-gop=1:bframes=2:keyint=25"}, True),
        ("apart.ts", {}, False),
        ("closed.mp4", {"x264-params": "bframes=2:keyint=50"}, True),
    ],
)
def test_far_ahead_few_whole_pictures_wait(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    options: dict[str, str],
    thinned: bool,
) -> None:
    monkeypatch.setattr(recording, "_AHEAD_BYTES", 160 * 120 * 3 // 2 * 20)
    film = write_film(tmp_path / name, times=TIMES, options=options, b_frames=2)
    most = small = 0
    with Recording(film, in_turn=False, ahead=128, shrink=shrink) as source:
        assert isinstance(source._ahead, Ahead)
        thread, queue = source._ahead._thread, source._ahead._queue
        for frame in source:
            if thinned and frame.index % 100 == 0:  # until the decoder is far ahead
                wait_for(lambda: queue.qsize() > 100 or not thread.is_alive())
            time.sleep(0.004)  # slower than the decoder
            waiting = [f for f in list(queue.queue) if isinstance(f, Frame)]
            most = max(most, sum(f.to_small is None for f in waiting))
            small += frame.to_small is not None
    assert most <= 20
    assert (small > 100) == thinned
