"""Held packets in streams with faults, or with key frames of different kinds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest

from motionlapse.clock import ManualClock, SystemClock
from motionlapse.frames import Frame
from motionlapse.sources.address import parse_address
from motionlapse.sources.connection import Arrival, Picture
from motionlapse.sources.holding import Holding
from motionlapse.sources.live import Live
from motionlapse.sources.live_settings import LiveSettings
from motionlapse.sources.picture_rate import PictureRate
from motionlapse.sources.planes import bgr_of, planes_of
from motionlapse.sources.stream_decoder import Shown
from tests.films import FPS, picture, write_film
from tests.unit.sources.test_holding import Always, Stream, noisy_film, pictures
from tests.unit.sources.test_holding_numbers import Camera

DAMAGED = 10  # a packet in the middle of the first group


def broken(packet: av.Packet) -> av.Packet:
    """Return a packet with the same times and size, but nothing in it."""
    other = av.Packet(b"\0" * packet.size)
    other.pts, other.dts, other.time_base = packet.pts, packet.dts, packet.time_base
    return other


def open_film(path: Path) -> Path:
    """Write a film in which pictures after every other key frame refer to pictures before it."""
    rng = np.random.default_rng(4)
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.codec_context.time_base = Fraction(1, FPS)
        stream.options = {
            "preset": "veryfast", "crf": "23", "forced-idr": "1",
            "x264-params": "keyint=27:min-keyint=1:open-gop=1:bframes=3:b-adapt=0:scenecut=0",
        }  # fmt: skip
        for number in range(5 * FPS):
            shown = picture(number / FPS, moves=((0.0, 9.0),)) + rng.normal(0, 2, (120, 160, 1))
            frame = av.VideoFrame.from_ndarray(np.clip(shown, 0, 255).astype(np.uint8), "bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            if number % 54 == 0:
                frame.pict_type = av.video.frame.PictureType.I
            for packet in stream.encode(frame):
                film.mux(packet)
        for packet in stream.encode(None):
            film.mux(packet)
    return path


def test_pictures_that_refer_across_the_next_key_frame_are_those_that_were_taken(
    tmp_path: Path,
) -> None:
    film = open_film(tmp_path / "film.ts")
    known = pictures(Stream(film, None))
    held = Stream(film, Always())
    found = pictures(held)
    assert [time_s for time_s, _ in found] == [time_s for time_s, _ in known]
    assert found == known
    assert not held.damaged


def test_where_pictures_are_shown_before_their_key_frame_none_are_held(tmp_path: Path) -> None:
    leading = "bframes=3:b-adapt=0:keyint=25:min-keyint=25:radl=3:open-gop=0:scenecut=0"
    options = {"x265-params": f"{leading}:log-level=none"}
    film = noisy_film(tmp_path / "film.mp4", seconds=4, codec="libx265", options=options)
    known = pictures(Stream(film, None))
    assert pictures(Stream(film, later_than(2))) == known


def later_than(groups: int) -> Always:
    """Hold all groups except the first few, from which sizes are to be learned."""
    holding, begin, left = Always(), Always.begin, iter([False] * groups)
    holding.begin = lambda stamp_s, *, closed: begin(  # type: ignore[method-assign]
        holding, stamp_s, closed=closed and next(left, True)
    )
    return holding


@pytest.mark.parametrize("b_frames", [0, 3])
def test_after_a_damaged_packet_no_picture_that_is_built_on_it_is_shown(
    tmp_path: Path, b_frames: int
) -> None:
    film = noisy_film(tmp_path / "film.mp4", seconds=2, moves=((0.0, 9.0),), b_frames=b_frames)
    good = pictures(Stream(film, None))
    stream = Stream(film, Always())
    packets = list(stream.packets())
    packets[DAMAGED] = broken(packets[DAMAGED])  # type: ignore[call-overload]
    stream.packets = lambda: iter(packets)  # type: ignore[method-assign]
    shown = pictures(stream)
    assert [time_s for time_s, _ in shown] == [time_s for time_s, _ in good]
    whole = {image for _, image in good[:FPS]}
    assert all(image in whole for _, image in shown[:FPS])
    assert shown[FPS:] == good[FPS:]


def test_what_follows_a_key_frame_that_came_incomplete_is_not_held(tmp_path: Path) -> None:
    film = noisy_film(tmp_path / "film.mp4", seconds=4)
    stream = Stream(film, Always())
    packets = list(stream.packets())
    packets[FPS].is_corrupt = True
    stream.packets = lambda: iter(packets)  # type: ignore[method-assign]
    calm = [frame.calm for frame in stream]
    assert calm[1:FPS] == calm[2 * FPS + 1 : 3 * FPS] == [True] * (FPS - 1)
    assert calm[FPS : 2 * FPS] == [False] * FPS


def test_where_each_key_frame_ends_holding_nothing_is_counted_as_spared(tmp_path: Path) -> None:
    """Such as those of a synthetic scene, whose key frames are all the same."""
    stream = Stream(noisy_film(tmp_path / "film.mp4", seconds=4), holding := Camera().holding)
    holding.begin = lambda *_args, **_more: True  # type: ignore[method-assign]
    for packet in stream.packets():
        list(stream.decoder.take(packet))
        if packet.is_keyframe:
            holding.stop()
    assert holding.spared == 0


def test_pictures_that_the_decoder_still_had_when_holding_begins_are_not_replaced(
    tmp_path: Path,
) -> None:
    film = noisy_film(tmp_path / "film.mp4", seconds=3, b_frames=3)
    stream = Stream(film, holding := later_than(1))
    single, at_once = 0, 0
    for packet in stream.packets():
        items = [item for item in stream.decoder.take(packet) if isinstance(item, Shown)]
        if holding.active:
            at_once += len(items)
            assert all(item.in_turn for item in items)
        else:
            single += len(items)
    assert single
    assert at_once > 3


def test_a_key_frame_is_not_dated_by_what_was_decoded_before_it(tmp_path: Path) -> None:
    stream = Stream(noisy_film(tmp_path / "film.mp4", seconds=5), holding := Always())
    clock = ManualClock()
    stream.decoder._clock = clock
    begin, groups = holding.begin, iter([True, False, True, False, True])
    holding.begin = lambda stamp_s, *, closed: begin(  # type: ignore[method-assign]
        stamp_s, closed=next(groups)
    )
    holding.stays_held = lambda: False  # type: ignore[method-assign]
    arrived_s = []
    for packet in stream.packets():
        came_s = clock.monotonic()
        for item in stream.decoder.take(packet):
            if isinstance(item, Shown) and item.arrived_s is not None and packet.is_keyframe:
                if item.frame.key_frame:
                    arrived_s.append(item.arrived_s - came_s)
                clock.advance(0.04)  # the loop takes time
    assert arrived_s
    assert max(arrived_s) < 0.04


def test_the_rate_remembers_no_more_than_it_counts() -> None:
    rate = PictureRate()
    for number in range(1000):
        rate.add(number / 10)
    assert len(rate._arrivals) <= 31
    assert rate.fps(99.9) == pytest.approx(10, abs=0.5)


def test_a_torn_picture_among_those_that_are_held_is_not_shown(tmp_path: Path) -> None:
    """As decoders leave them if they have not noticed an error."""

    def torn(number: int, shown: np.ndarray) -> np.ndarray:
        return np.where(np.arange(120)[:, None, None] < 60, shown, 131) if number == 10 else shown

    film = numbered_film(tmp_path / "film.mp4", torn)
    shown = pictures(Stream(film, Always()))
    assert len({image for _, image in shown[9:FPS]}) == 1
    assert len({image for _, image in shown[FPS:]}) == FPS


def test_a_grey_wall_is_shown_as_it_is(tmp_path: Path) -> None:
    def wall(_number: int, shown: np.ndarray) -> np.ndarray:
        return np.where(np.arange(120)[:, None, None] < 60, shown, 131)

    film = numbered_film(tmp_path / "film.mp4", wall)
    assert pictures(Stream(film, Always())) == pictures(Stream(film, None))


def numbered_film(path: Path, change: Callable[[int, np.ndarray], np.ndarray]) -> Path:
    """Write 2 s of something that moves, its pictures changed by their number."""

    def shown(time_s: float) -> np.ndarray:
        changed = change(round(time_s * FPS), picture(time_s, moves=((0.0, 9.0),)))
        return np.asarray(changed, np.uint8)

    return write_film(
        path, times=[number / FPS for number in range(2 * FPS)], pictures=shown,
        options={"preset": "veryfast", "qp": "1", "g": str(FPS), "x264-params": "scenecut=0"},
    )  # fmt: skip


def test_a_stream_may_change_its_header(tmp_path: Path) -> None:
    """Such as in FLV: later pictures cannot be decoded with the first header."""
    small = noisy_film(tmp_path / "small.flv", seconds=2)
    large = noisy_film(tmp_path / "large.flv", seconds=4, size=(320, 240))
    both = tmp_path / "both.flv"
    both.write_bytes(small.read_bytes() + large.read_bytes()[13:])  # without the second header

    def shown(holding: Always | None) -> list[tuple[float, bytes]]:
        stream = Stream(both, holding)
        packets = [packet for packet in stream.packets() if packet.size]
        for number, packet in enumerate(packets):
            packet.pts = packet.dts = number
        stream.packets = lambda: iter(packets)  # type: ignore[method-assign]
        frames = list(stream)  # held packets are decoded after the change
        assert not stream.damaged
        return [(frame.time, frame.planes.luma.view.tobytes()) for frame in frames]

    known = shown(None)
    assert {len(image) for _, image in known} == {160 * 120, 320 * 240}
    held = shown(Always())
    assert held == known[: len(held)]
    assert len(held) > 5 * FPS


class Willing(Holding):
    """Holds every group for as long as it may."""

    def begin(self, stamp_s: float, *, closed: bool) -> bool:
        super().begin(stamp_s, closed=False)
        self.judged(stamp_s, calm=True)
        self.active = closed
        return closed


def test_what_is_held_when_a_watch_ends_is_looked_at(tmp_path: Path) -> None:
    film = noisy_film(tmp_path / "film.mp4", seconds=2)
    holding, held, stopped = Willing(), threading.Event(), threading.Event()
    holding.allowed = True

    class Connection:
        detail, damage, paced, finite = "packets", "", False, False

        def pictures(self) -> Iterator[Arrival]:
            stream = Stream(film, holding)
            packets = list(stream.packets())[:41]
            for number, packet in enumerate(packets):
                if number == 40:
                    held.set()
                    stopped.wait()
                for item in stream.decoder.take(packet):
                    yield as_picture(item) if isinstance(item, Shown) else item
            while stopped.wait():
                yield None

        def close(self) -> None:
            pass

    def stop() -> bool:
        if held.is_set():
            stopped.set()
        return held.is_set()

    source = Live(
        parse_address("demo:"), Connection, LiveSettings(), SystemClock(), holding=holding,
        should_stop=stop,
    )  # fmt: skip
    with source:
        source.open()
        frames = [item for item in source if isinstance(item, Frame)]
    assert [frame.index for frame in frames] == list(range(41))
    assert [frame.calm for frame in frames[25:]] == [False] * 16
    assert not holding.pending


def as_picture(item: Shown) -> Picture:
    frame = item.frame
    stamp_s = float((frame.pts or 0) * (frame.time_base or 0))
    return Picture(
        planes_of(frame), partial(bgr_of, frame), stamp_s, stamp_s, item.arrived_s, item.in_turn
    )
