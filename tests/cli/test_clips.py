"""Clips of events: what they show, when they begin, and what is said of them."""

from __future__ import annotations

import os
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from films import FPS, picture, run_here, scan_here, write_film, write_stills

UNEVEN = [n / 25 for n in range(30)] + [1.2 + n * 2 / 25 for n in range(73)]


def frames_of(path: str | Path) -> list[tuple[float, np.ndarray]]:
    with av.open(str(path)) as film:
        start = film.streams.video[0].start_time or 0
        return [
            (float((f.pts - start) * f.time_base), f.to_ndarray(format="gray"))
            for f in film.decode(video=0)
        ]


def starts_at(clip: str) -> float:
    hours, minutes, seconds = Path(clip).stem.partition("_")[2].split("-")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


@pytest.fixture(params=["even", "uneven"])
def door(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    times = UNEVEN if request.param == "uneven" else None
    write_film(tmp_path / "door.mp4", times=times, b_frames=2, first_s=1.4)
    return "door.mp4"


@pytest.mark.parametrize("how", ["copy", "encode"])
def test_clips_show_their_events_at_the_times_of_the_film(door: str, how: str) -> None:
    ran = scan_here(door, "kept", "--clips", how, "--pre", "0.3", "--post", "0.5s")
    assert ran.code == 0
    source = frames_of(door)
    for record in ran.records:
        start_s = starts_at(record["clip"])
        clip = frames_of(record["clip"])
        wanted_s = record["start_s"] - 0.3
        if how == "encode":
            assert start_s == pytest.approx(wanted_s, abs=0.001)
        else:
            assert start_s <= wanted_s
        shown = [f for f in source if start_s - 0.001 <= f[0] <= record["end_s"] + 0.5 + 0.001]
        assert clip[0][0] == 0
        times = [time_s - shown[0][0] for time_s, _ in shown]
        # Copied pictures are made from ones that are shown a little later.
        assert len(shown) <= len(clip) <= len(shown) + (2 if how == "copy" else 0)
        assert [time_s for time_s, _ in clip][: len(times)] == pytest.approx(times, abs=0.001)
        apart = [
            np.abs(a.astype(int) - b).mean() for (_, a), (_, b) in zip(clip, shown, strict=False)
        ]
        assert max(apart) == 0 if how == "copy" else max(apart) < 2
    assert run_here("events", "kept", "--json").out == ran.out
    assert "2 clips in kept/door/" in ran.err


def test_how_much_earlier_a_copy_begins_is_said(door: str) -> None:
    ran = scan_here(door, "kept", "--clips", "copy", "--pre", "0.3", "--start", "4")
    (event,) = ran.records
    before_s = event["start_s"] - starts_at(event["clip"])
    assert before_s > 0.35
    [said] = [line for line in ran.err.splitlines() if "begins" in line]
    assert f"{event['clip']}: begins {before_s:.1f} s before its event" in said
    assert said.endswith("at a key frame")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_of_many_copies_that_begin_early_one_line_says_how_many(door: str, workers: str) -> None:
    os.link(door, "gate.mp4")
    words = ("--clips", "copy", "--pre", "0.3", "--workers", workers)
    ran = run_here("scan", door, "gate.mp4", "--out", "kept", "--json", *words)
    [said] = [line for line in ran.err.splitlines() if "begins" in line]
    before_s, clip = max(
        (record["start_s"] - starts_at(record["clip"]), Path(record["clip"]).name)
        for record in ran.records
    )
    assert f"/{clip}: begins {before_s:.1f} s before its event, " in said
    assert said.endswith("at a key frame; 3 more likewise, none earlier")


@pytest.mark.parametrize("how", ["copy", "encode"])
def test_all_clips_in_one_film(door: str, how: str) -> None:
    ran = scan_here(door, "kept", "--clips", how, "--pre", "0", "--post", "0", "--join", "all.mkv")
    assert ran.code == 0
    clips = [frames_of(record["clip"]) for record in ran.records]
    joined = frames_of("all.mkv")
    assert len(joined) == sum(len(clip) for clip in clips)
    steps = np.diff([time_s for time_s, _ in joined])
    assert (steps > 0.03).all()
    assert (steps < 0.09).all()


def test_films_that_were_made_beside_the_footage_are_no_footage(door: str) -> None:
    made = ("--masks", "seen.mp4", "--clips", "copy", "--join", "all.mp4")
    first = scan_here(door, "kept", *made)
    assert run_here("lapse", "kept", "--out", "lapse.mp4").code == 0
    again = run_here("scan", ".", "--out", "again", "--json")
    assert len(again.records) == len(first.records)
    assert {record["source"] for record in again.records} == {door}
    assert "all.mp4 and 2 more films, made of footage, are not read" in again.err


def test_clips_that_overlap_are_joined_without_repeating(door: str) -> None:
    ran = scan_here(door, "kept", "--clips", "copy", "--pre", "5", "--post", "5", "--join", "j.mp4")
    assert ran.code == 0
    assert len(frames_of("j.mp4")) == len(frames_of(door))


@pytest.mark.parametrize("how", ["copy", "encode"])
@pytest.mark.parametrize("codec", ["aac", "pcm_mulaw", "pcm_alaw", "wmav2"])
def test_sound_stays_in_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, codec: str
) -> None:
    """Also sound that no container takes as it is; no clip at all was written of such films."""
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "mute.mp4")
    # A beep while the picture moves: from 1 to 2 and from 4.6 to 5.6 seconds.
    beep = "aevalsrc=0.5*sin(2764*t)*(between(t\\,1\\,2)+between(t\\,4.6\\,5.6)):d=7:s=44100"
    words = f"ffmpeg -v error -i mute.mp4 -f lavfi -i {beep} -c:v copy -c:a {codec}".split()
    name = "door.mp4" if codec == "aac" else "door.mkv"
    subprocess.run([*words, name], check=True)
    ran = scan_here(name, "kept", "--clips", how, "--pre", "0.5")
    assert ran.code == 0, ran.err
    for record in ran.records:
        with av.open(record["clip"]) as film:
            sound = film.streams.audio[0]
            chunks = [(f.pts * f.time_base, f.to_ndarray()[0]) for f in film.decode(sound)]
        heard = np.concatenate([chunk for _, chunk in chunks])
        heard = heard / (32768 if heard.dtype == np.int16 else 1)
        loud = np.flatnonzero(np.abs(heard) > 0.2) / 44100 + float(chunks[0][0])
        event_s = record["start_s"] - starts_at(record["clip"])
        assert loud[0] == pytest.approx(event_s, abs=0.06)


@pytest.mark.parametrize("how", ["copy", "encode"])
def test_clips_stand_upright(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "door.mp4", rotation=90)
    clip = scan_here("door.mp4", "kept", "--clips", how).records[0]["clip"]
    with av.open("door.mp4") as one, av.open(clip) as other:
        assert next(one.decode(video=0)).rotation == next(other.decode(video=0)).rotation


def test_stills_have_no_clips_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_stills(tmp_path / "yard", [n / FPS for n in range(60)])
    ran = scan_here("yard", "kept", "--fps", FPS, "--clips", "copy")
    assert ran.code == 0
    assert "no clips can be made of stills" in ran.err
    assert [record["clip"] for record in ran.records] == [None]


def test_a_clip_that_cannot_be_written_costs_no_event(door: str, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "door").write_text("in the way")
    ran = scan_here(door, "kept", "--clips", "copy", "--snapshots", "none")
    assert ran.code == 4
    assert [record["clip"] for record in ran.records] == [None, None]
    assert "kept/door" in ran.err


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--clips", "some"), "'copy'"),
        (("--join", "all.mp4"), "clips copy or encode"),
        (("--clips", "copy", "--join", "all.avi"), ".mp4 or .mkv"),
    ],
)
def test_what_cannot_be_is_said(door: str, words: tuple[str, ...], hint: str) -> None:
    ran = scan_here(door, "kept", *words)
    assert (ran.code, ran.out) == (2, "")
    assert hint in ran.err


def test_ten_bit_and_full_range_films_can_be_encoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for pixels in ("yuv420p10le", "yuvj420p"):
        write_film(tmp_path / f"{pixels}.mp4", pixels=pixels)
        record = scan_here(f"{pixels}.mp4", "kept", "--clips", "encode", "--pre", "0").records[0]
        with av.open(record["clip"]) as film:
            frame = next(film.decode(video=0))
            assert frame.time_base == Fraction(1, 90_000)
        apart = frame.to_ndarray(format="bgr24").astype(int) - picture(record["start_s"])
        assert np.abs(apart).mean() < 5


@pytest.mark.parametrize("name", ["door.mp4", "door.mkv", "door.webm"])
def test_films_in_av1_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Its decoder, libdav1d, is no encoder: no clip of any such film was written."""
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / name, codec="libsvtav1", options={"preset": "12", "crf": "30"})
    ran = scan_here(name, "kept", "--clips", "copy")
    assert ran.code == 0, ran.err
    for record in ran.records:
        assert record["clip"].endswith(".mp4")
        with av.open(record["clip"]) as film:
            assert film.streams.video[0].codec_context.codec.canonical_name == "av1"
        assert len(frames_of(record["clip"])) > 20


@pytest.mark.parametrize("codec", ["msmpeg4v2", "rawvideo"])
def test_a_codec_that_no_container_takes_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codec: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "door.avi", codec=codec)
    ran = scan_here("door.avi", "kept", "--clips", "copy")
    assert ran.code == 4
    assert f"cannot hold {codec} as it is; it must be encoded (--clips encode)" in ran.err
    assert len(ran.records) == 2
    assert [record["clip"] for record in ran.records] == [None, None]
    assert scan_here("door.avi", "kept", "--clips", "encode").code == 0


@pytest.mark.parametrize("how", ["copy", "encode"])
def test_of_a_film_without_timestamps_it_is_said_that_there_are_no_clips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """As some cameras write it: what was copied was nothing, and was told as a clip."""
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "door.h264", b_frames=2)
    ran = scan_here("door.h264", "kept", "--clips", how)
    assert (ran.code, len(ran.records)) == (4, 2)
    assert [record["clip"] for record in ran.records] == [None, None]
    assert "cannot be cut: its timestamps are missing or start again (and 1 more)" in ran.err
    assert "begins" not in ran.err
    assert not list((tmp_path / "kept").rglob("*.m??"))


@pytest.mark.parametrize("how", ["copy", "encode"])
def test_where_timestamps_begin_anew_it_is_said_that_there_are_no_clips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Two recordings, one written after the other: the second's clips showed two pictures."""
    monkeypatch.chdir(tmp_path)
    twice = write_film(tmp_path / "door.ts").read_bytes() * 2
    (tmp_path / "door.ts").write_bytes(twice)
    ran = scan_here("door.ts", "kept", "--clips", how)
    assert ran.code == 4
    assert [record["clip"] is None for record in ran.records] == [False, False, True, True]
    assert "cannot be cut: its timestamps are missing or start again (and 1 more)" in ran.err


def test_a_film_that_cannot_be_written_costs_nothing_else(door: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ran = scan_here(door, "kept", "--masks", "file/masks.mp4")
    assert ran.code == 4
    assert "file" in ran.err
    assert (tmp_path / "file").read_text() == "in the way"
    assert not list(tmp_path.rglob("*.part"))
