"""Disposable pictures of a live stream: which are left out, when, and that others are right."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import av
import pytest

from motionlapse.clock import ManualClock
from motionlapse.frames import Frame
from motionlapse.sources.address import parse_address
from motionlapse.sources.connection import Picture
from motionlapse.sources.holding import Holding
from motionlapse.sources.leaving_out import Disposables, LeavingOut
from motionlapse.sources.live import Live
from motionlapse.sources.live_settings import LiveSettings
from motionlapse.sources.planes import bgr_of, planes_of
from motionlapse.sources.stream_decoder import Shown
from motionlapse.sources.units import Units
from tests.films import FPS
from tests.unit.sources.test_holding import Stream, noisy_film, pictures, watch


def disposable(film: Path, *, header: bytes | None = None) -> list[bool]:
    """Return for each packet whether it is taken for a disposable picture, as in a stream."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        told = bytes(stream.codec_context.extradata or b"") if header is None else header
        found = Disposables(stream.codec_context.name, told)
        answers = []
        for packet in container.demux(stream):
            if packet.size:
                if packet.is_keyframe:
                    found.look_at(bytes(packet))
                answers.append(found.holds_one(packet))
    return answers


def known(film: Path) -> list[bool]:
    with av.open(str(film)) as container:
        units = Units(container.streams.video[0])
        packets = container.demux(container.streams.video[0])
        return [units.look(packet).disposable for packet in packets if packet.size]


def test_they_are_the_same_whether_units_have_marks_or_lengths(tmp_path: Path) -> None:
    film = noisy_film(tmp_path / "film.mp4", seconds=4, b_frames=3)
    marks = noisy_film(tmp_path / "film.ts", seconds=4, b_frames=3)
    expected = known(film)
    assert expected.count(True) > FPS
    assert disposable(film) == expected
    assert disposable(marks) == expected
    assert disposable(marks, header=b"") == expected, "key frames bring the parameters too"


def test_without_parameters_nothing_is_told(tmp_path: Path) -> None:
    film = noisy_film(tmp_path / "film.mp4", seconds=2, b_frames=3)
    assert not any(disposable(film, header=b""))


def test_of_fields_and_of_other_codecs_nothing_is_told(tmp_path: Path) -> None:
    fields = {"preset": "veryfast", "x264-params": "tff=1:scenecut=0"}
    assert not any(disposable(noisy_film(tmp_path / "a.ts", seconds=2, b_frames=3, options=fields)))
    options = {"x265-params": "bframes=2:keyint=25:log-level=none"}
    other = noisy_film(tmp_path / "b.ts", seconds=2, codec="libx265", options=options)
    assert not any(disposable(other))


def test_none_is_told_that_brings_parameters_too(tmp_path: Path) -> None:
    """Later pictures may need these."""
    with av.open(str(noisy_film(tmp_path / "film.mp4", seconds=2, b_frames=3))) as container:
        stream = container.streams.video[0]
        found = Disposables("h264", bytes(stream.codec_context.extradata or b""))
        packet = next(packet for packet in container.demux(stream) if found.holds_one(packet))
    for unit in (b"\x68\xee\x3c\x80", b"\x67\x64\x00\x0a"):
        more = av.Packet(len(unit).to_bytes(4, "big") + unit + bytes(packet))
        assert not found.holds_one(more)  # type: ignore[arg-type]  # of no stream


def test_of_a_header_that_is_cut_off_nothing_is_told(tmp_path: Path) -> None:
    film = noisy_film(tmp_path / "film.mp4", seconds=1, b_frames=3)
    for length in range(9):
        assert not any(disposable(film, header=b"\x01\x64\x00\x0a\xff\xe1\x00\x19"[:length]))


@pytest.mark.parametrize(
    ("fps", "between", "left_out"),
    [(25, 1, [True]), (25, 2, [True, True]), (25, 3, [False, True, True]), (30, 2, [True, True]),
     (50, 3, [True] * 3),
     (15, 1, [False]), (10, 1, [False])],
)  # fmt: skip
def test_others_still_come_8_times_a_second(fps: int, between: int, left_out: list[bool]) -> None:
    leaving = LeavingOut()
    leaving.allowed = True
    leaving.decoded(0.0)
    leaving.decoded((between + 1) / fps)
    found = []
    for number in range(1, between + 1):
        found.append(leaving.leave_out(number / fps))
        if not found[-1]:
            leaving.decoded(number / fps)
    assert found == left_out
    assert leaving.left_out == left_out.count(True)


def test_none_is_left_out_unless_that_is_allowed_and_others_are_around_it() -> None:
    leaving = LeavingOut()
    leaving.decoded(0.0)
    leaving.decoded(0.08)
    assert not leaving.leave_out(0.04)
    leaving.allowed = True
    assert not leaving.leave_out(0.1)
    assert leaving.leave_out(0.04)
    leaving.connect()
    assert not leaving.leave_out(0.04)


def test_the_others_look_as_if_all_had_been_decoded(tmp_path: Path) -> None:
    film = noisy_film(tmp_path / "film.mp4", seconds=4, b_frames=3, moves=((0.0, 9.0),))
    every = dict(pictures(Stream(film, None)))
    holding = Holding()
    stream = Stream(film, holding)
    holding.leaving.allowed = True
    shown = pictures(stream)
    assert not stream.damaged
    assert len(shown) == len(every) - holding.leaving.left_out
    assert holding.leaving.left_out > FPS
    assert all(every[time_s] == image for time_s, image in shown)
    times_s = [time_s for time_s, _ in shown]
    assert times_s == sorted(times_s)
    assert max(b - a for a, b in itertools.pairwise(times_s)) <= 0.125


def test_events_begin_and_end_where_they_do_when_all_is_decoded(tmp_path: Path) -> None:
    film = noisy_film(tmp_path / "film.mp4", moves=((8.3, 14.7), (20.1, 26.3)), b_frames=3)
    expected, *_ = watch(film, hold=False)
    found, holding, _ = watch(film, hold=True)
    assert len(expected) == 2
    assert found == [pytest.approx(event, abs=1.5 / FPS) for event in expected]
    assert holding.leaving.left_out > 3 * FPS


def test_what_is_left_out_is_counted_and_told_of(tmp_path: Path) -> None:
    film = noisy_film(tmp_path / "film.mp4", seconds=2, b_frames=3)
    holding = Holding()

    class Connection:
        detail, damage, paced, finite = "packets", "", False, True

        def pictures(self) -> Iterator[Picture | None]:
            stream = Stream(film, holding)
            holding.leaving.allowed = True
            for packet in stream.packets():
                for item in stream.decoder.take(packet):
                    assert item is None or isinstance(item, Shown)
                    yield None if item is None else as_picture(item)

        def close(self) -> None:
            pass

    source = Live(
        parse_address("demo:"), Connection, LiveSettings(), ManualClock(), holding=holding,
        realtime=False,
    )  # fmt: skip
    with source:
        source.open()
        frames = [item for item in source if isinstance(item, Frame)]
    left_out = holding.leaving.left_out
    assert left_out
    assert len(frames) == 2 * FPS - left_out
    assert source.status.pictures == 2 * FPS
    assert frames[-1].index == sum(frame.left_out for frame in frames) + len(frames) - 1
    assert holding.spared == left_out


def as_picture(item: Shown) -> Picture:
    frame = item.frame
    stamp_s = float((frame.pts or 0) * (frame.time_base or 0))
    return Picture(planes_of(frame), partial(bgr_of, frame), stamp_s, stamp_s)
