"""Two decoders that take turns return what one decoder returns."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from motionlapse.frames import Frame
from motionlapse.sources import leapfrog
from motionlapse.sources.decoding import Decoded, PictureDecoder
from motionlapse.sources.groups import Groups, Item
from motionlapse.sources.recording import Recording
from motionlapse.sources.settings import SourceSettings
from tests.disposable_films import ROOM
from tests.films import damage, key_packets, picture, wait_for, write_film

Packet: TypeAlias = "av.Packet[VideoStream]"
SECONDS = 9.0
TIMES = [index / 25 for index in range(round(SECONDS * 25))]


def decoders() -> list[str]:
    """Return the names of the threads that decode in turn."""
    return sorted(t.name for t in threading.enumerate() if t.name in ("decode-0", "decode-1"))


def read(path: Path, **values: object) -> tuple[list[tuple[int, float, bytes]], list[str], bool]:
    """Return frames, faults, and whether two decoders took turns."""
    with Recording(path, SourceSettings.model_validate(values)) as film:
        in_turn = decoders() == ["decode-0", "decode-1"]
        frames = [(frame.index, frame.time, _luma(frame)) for frame in film]
        return frames, [fault.text for fault in film.faults], in_turn


def _luma(frame: Frame) -> bytes:
    return frame.planes.luma.view.tobytes()


@pytest.fixture(autouse=True)
def _no_thread_is_left(little_room: None) -> Iterator[None]:
    yield
    assert not decoders()


@pytest.mark.parametrize(
    "kind",
    [
        {},
        {"b_frames": 2},
        {"codec": "libx265", "options": {"x265-params": "open-gop=0:log-level=none"}},
        {"first_s": 3.0, "rotation": 90},
    ],
)
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_all_frames_come_in_order_as_from_one_decoder(
    tmp_path: Path, name: str, kind: dict[str, object]
) -> None:
    film = write_film(tmp_path / name, times=TIMES, **kind)  # type: ignore[arg-type]
    frames, faults, in_turn = read(film)
    assert in_turn
    assert (frames, faults, False) == read(film, decoding_threads=1)
    assert len(frames) == len(TIMES)


def test_a_film_may_begin_and_end_anywhere(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", times=[index / 25 for index in range(500)], b_frames=2)
    frames, faults, in_turn = read(film, start=1.5, duration=12.2)
    assert in_turn
    assert (frames, faults, False) == read(film, start=1.5, duration=12.2, decoding_threads=1)


@pytest.mark.parametrize("cut", [False, True])
def test_damage_is_told_as_from_one_decoder(tmp_path: Path, cut: bool) -> None:
    film = write_film(tmp_path / "a.mkv", times=TIMES)
    place, size = key_packets(film)[3]
    damage(film, place + size // 3, size // 2)
    if cut:
        film.write_bytes(film.read_bytes()[: film.stat().st_size * 2 // 3])
    frames, faults, in_turn = read(film)
    assert in_turn
    assert faults
    one, told, _ = read(film, decoding_threads=1)
    assert faults == told
    assert [frame[:2] for frame in frames] == [frame[:2] for frame in one]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("open.mp4", {"x264-params": "open-gop=1:bframes=2:keyint=25"}),
        ("refresh.mp4", {"x264-params": "intra-refresh=1:keyint=25"}),
        ("long.mp4", {"x264-params": "keyint=1000:scenecut=0"}),
        ("apart.ts", {}),
    ],
)
def test_what_cannot_be_taken_apart_is_decoded_by_one(
    tmp_path: Path, name: str, options: dict[str, str]
) -> None:
    film = write_film(tmp_path / name, times=TIMES, options=options)
    frames, _, in_turn = read(film)
    assert not in_turn
    assert len(frames) == len(TIMES)


def test_one_decoder_reads_what_is_short(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES)
    assert not read(film, duration=5)[2]
    assert read(film)[2]


def test_no_more_waits_than_there_is_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[leapfrog.Leapfrog] = []
    start = leapfrog.Leapfrog.__init__

    def noted(self: leapfrog.Leapfrog, *args: object) -> None:
        made.append(self)
        start(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(leapfrog.Leapfrog, "__init__", noted)
    film = write_film(tmp_path / "a.mp4", times=TIMES, b_frames=2)
    most = 0
    with Recording(film) as source:
        for frame in source:
            if frame.index == 0:
                wait_for(lambda: sum(made[0]._waiting) >= ROOM)
            time.sleep(0.002)  # slower than the decoders, so that they fill the room
            most = max(most, sum(made[0]._waiting))
    # A packet may give several pictures, and there is always room for the decoder whose turn it is.
    assert ROOM <= most <= ROOM + 2 * 3


def test_closing_in_the_middle_ends_both_decoders(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES)
    source = Recording(film)
    assert decoders()
    next(iter(source))
    source.close()
    source.close()
    assert not decoders()


def test_a_fault_in_a_thread_is_raised_where_frames_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES)
    count = iter(range(1000))

    decode = PictureDecoder.decode

    def failing(self: PictureDecoder, packet: Item, *, thins: bool) -> Decoded:
        if next(count) > 60:
            raise MemoryError("no more")
        return decode(self, packet, thins=thins)

    monkeypatch.setattr(PictureDecoder, "decode", failing)
    with Recording(film) as source, pytest.raises(MemoryError, match="no more"):
        list(source)


def test_groups_end_where_a_decoder_would_have_to_be_told_something_new(tmp_path: Path) -> None:
    """The other size's parameter sets are in packets only, and only the first decoder got them."""
    film = write_film(tmp_path / "a.mp4", times=TIMES[:100])
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        numbers = [number for number, _ in Groups(stream).numbered(packets)]
        assert numbers == sorted(np.repeat(range(4), 25).tolist())
        for last in (100, 75, 51):  # in each key frame from there on, in one, in the first packet
            told = [_with_parameters(packet, b"\x67new") for packet in packets[50:last]]
            changed = [*packets[:50], *told, *packets[last:]]
            numbers = [number for number, _ in Groups(stream).numbered(changed)]
            assert numbers == [0] * 25 + [1] * 75


def test_a_film_may_go_on_with_another_header(tmp_path: Path) -> None:
    """Two films joined: the packets do not show that they need a decoder with another header."""
    parts = [
        write_film(tmp_path / f"{width}.flv", times=TIMES, size=(width, 120), b_frames=2)
        for width in (160, 240)
    ]
    film = tmp_path / "a.flv"
    first, second = (part.read_bytes() for part in parts)
    film.write_bytes(first + second[13:])  # without the header of an FLV file
    frames, faults, in_turn = read(film)
    assert in_turn
    assert len(frames) == 2 * len(TIMES)
    assert (frames, faults, False) == read(film, decoding_threads=1)


def _with_parameters(packet: Packet, unit: bytes) -> Packet:
    made: Packet = av.Packet(len(unit).to_bytes(4, "big") + unit + bytes(packet))
    made.pts, made.dts, made.is_keyframe = packet.pts, packet.dts, packet.is_keyframe
    return made


def test_the_scene_is_the_one_that_was_written(tmp_path: Path) -> None:
    """The pictures equal not only those of one decoder, but those that were encoded."""
    film = write_film(tmp_path / "a.mp4", times=TIMES)
    with Recording(film) as source:
        for frame in source:
            written = picture(frame.time).mean()
            assert abs(float(frame.bgr().mean()) - written) < 3
