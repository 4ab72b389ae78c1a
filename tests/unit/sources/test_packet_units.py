"""What packets contain: disposable pictures, and key frames where decoding can begin."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from motionlapse.sources import disposable
from motionlapse.sources.fields import may_hold_fields
from motionlapse.sources.recording import Recording
from motionlapse.sources.units import Units
from tests.films import write_film

TIMES = [index / 25 for index in range(250)]
X264 = "bframes=3:keyint=50:scenecut=0"


def disposables(film: Path) -> int:
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        units = Units(stream)
        return sum(units.look(packet).disposable for packet in container.demux(stream))


def plain_times(film: Path) -> list[float]:
    """Return the times of all pictures that a decoder returns."""
    with av.open(str(film)) as container:
        return [frame.time or 0.0 for frame in container.decode(video=0)]


def times_if_left_out(film: Path, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the times of all frames, with disposable ones left out wherever possible."""
    monkeypatch.setattr(disposable, "_FEWEST", 6)
    with Recording(film) as source:
        return [frame.time for frame in source]


@pytest.mark.parametrize("profile", ["main", "high", "high10", "high444"])
def test_fields_are_expected_where_a_sequence_is_interlaced(tmp_path: Path, profile: str) -> None:
    pixels = {"high10": "yuv420p10le", "high444": "yuv444p"}.get(profile, "yuv420p")
    for extra, fields in (("", False), (":tff=1", True)):
        film = write_film(
            tmp_path / "a.mp4",
            times=TIMES[:60],
            pixels=pixels,
            b_frames=3,
            options={"profile": profile, "preset": "fast", "x264-params": X264 + extra},
        )
        with av.open(str(film)) as container:
            header = container.streams.video[0].codec_context.extradata or b""
        length = int.from_bytes(header[6:8], "big")
        assert may_hold_fields(header[8 : 8 + length]) == fields
        # A field may have a packet of its own; leaving that out would leave half a picture.
        assert (disposables(film) == 0) == fields


@pytest.mark.parametrize("unit", [b"", b"\x67", b"\x67\x64\0\x0a", b"\x67\x64\0\x0a\0\0\0\0"])
def test_fields_are_expected_where_nothing_can_be_read(unit: bytes) -> None:
    assert may_hold_fields(unit)


def test_what_an_edit_cuts_off_is_not_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, b_frames=3, options={"x264-params": X264})
    data = bytearray(film.read_bytes())
    length_at = data.index(b"elst") + 12
    whole = int.from_bytes(data[length_at : length_at + 4], "big")
    data[length_at : length_at + 4] = (whole * 7 // 10).to_bytes(4, "big")
    film.write_bytes(data)
    times = plain_times(film)
    assert len(times) < 180
    assert times_if_left_out(film, monkeypatch) == pytest.approx(times)


def test_leading_pictures_of_what_was_cut_are_not_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HEVC's RASL pictures refer to what is before a cut, and decoders skip them."""
    film = write_film(
        tmp_path / "a.mp4",
        times=TIMES,
        codec="libx265",
        options={"x265-params": f"{X264}:open-gop=1:log-level=none"},
    )
    spliced = tmp_path / "spliced.mp4"
    with av.open(str(film)) as whole, av.open(str(spliced), "w") as out:
        stream = out.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            data = bytearray(bytes(packet))
            at = 0
            while at < len(data):
                if data[at + 4] >> 1 & 63 == 21:  # CRA
                    data[at + 4] = 16 << 1  # BLA_W_LP: a splice
                at += 4 + int.from_bytes(data[at : at + 4], "big")
            if data:
                made = av.Packet(bytes(data))
                made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
                made.is_keyframe, made.stream = packet.is_keyframe, stream
                out.mux(made)
    times = plain_times(spliced)
    assert len(times) < len(TIMES)
    assert times_if_left_out(spliced, monkeypatch) == pytest.approx(times)
