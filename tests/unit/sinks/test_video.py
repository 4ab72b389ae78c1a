"""Films that are written: exact times, whole or not at all, readable after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from films import write_film

from motionlapse.errors import ConfigError, SinkError
from motionlapse.sinks.video import GOOD, LOSSLESS, VideoWriter
from motionlapse.sinks.video_copy import PacketCopier, film_suffix

TIMES = [0.0, 0.04, 0.08, 0.2, 1001 / 3000, 0.5, 1.0, 1.04]
SUFFIXES = pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
GROWING = pytest.mark.parametrize("growing", [False, True], ids=["whole", "growing"])


def grey(value: int, size: tuple[int, int] = (160, 120)) -> np.ndarray:
    return np.full(size[::-1], value, np.uint8)


def shown_times(path: Path) -> list[float]:
    with av.open(str(path)) as film:
        return [float(frame.pts * frame.time_base) for frame in film.decode(video=0)]


def length_s(path: Path) -> float:
    words = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]
    done = subprocess.run([*words, str(path)], capture_output=True, text=True, check=True)
    return float(done.stdout)


@SUFFIXES
@GROWING
def test_every_picture_has_its_own_time(tmp_path: Path, suffix: str, growing: bool) -> None:
    path = tmp_path / f"film{suffix}"
    with VideoWriter(path, (160, 120), fps=25, growing=growing) as film:
        for number, time_s in enumerate(TIMES):
            film.write(grey(number * 30), time_s)
    tolerance_s = 0.5 / 90_000 if suffix == ".mp4" else 0.0005
    assert shown_times(path) == pytest.approx(TIMES, abs=tolerance_s + 1e-9)
    assert length_s(path) == pytest.approx(1.08, abs=0.002)


def test_a_lossless_film_of_masks_gives_every_pixel_back(tmp_path: Path) -> None:
    noise = np.random.default_rng(1)
    masks = [np.where(noise.random((121, 161)) > 0.5, 255, 0).astype(np.uint8) for _ in range(9)]
    path = tmp_path / "masks.mp4"
    with VideoWriter(path, (161, 121), LOSSLESS, fps=10) as film:
        for number, mask in enumerate(masks):
            film.write(mask, number / 10)
    with av.open(str(path)) as film:
        back = [frame.to_ndarray(format="gray")[:121, :161] for frame in film.decode(video=0)]
    assert np.array_equal(back, masks)


@pytest.mark.parametrize("height", [120, 720])
def test_colours_come_back_as_they_were(tmp_path: Path, height: int) -> None:
    picture = np.zeros((height, 160, 3), np.uint8)
    picture[:, :80], picture[:, 80:] = (200, 60, 30), (20, 180, 220)
    path = tmp_path / "film.mp4"
    with VideoWriter(path, (160, height)) as film:
        film.write(picture, 0.0)
    with av.open(str(path)) as film:
        back = next(film.decode(video=0)).to_ndarray(format="bgr24")
    for x in (40, 120):
        assert np.abs(back[60, x].astype(int) - picture[60, x]).max() <= 4


@SUFFIXES
def test_a_film_is_there_only_when_it_is_whole(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    film = VideoWriter(path, (160, 120))
    film.write(grey(9), 0.0)
    assert not path.exists()
    film.close()
    film.close()
    assert shown_times(path) == [0.0]
    assert list(tmp_path.iterdir()) == [path]


@SUFFIXES
def test_a_film_that_came_meanwhile_is_not_replaced(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    film = VideoWriter(path, (160, 120))
    film.write(grey(9), 0.0)
    path.write_text("the film of somebody else")
    with pytest.raises(
        SinkError, match=rf"taken the name in the meantime; the film is film-2{suffix}"
    ):
        film.close()
    film.close()
    assert path.read_text() == "the film of somebody else"
    assert shown_times(tmp_path / f"film-2{suffix}") == [0.0]
    assert len(list(tmp_path.iterdir())) == 2


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    def write_half() -> None:
        with VideoWriter(tmp_path / "a.mp4", (160, 120)) as film:
            film.write(grey(9), 0.0)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    with VideoWriter(tmp_path / "b.mp4", (160, 120)):
        pass  # a film without a picture is none
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_a_sink_error(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("I am no folder")
    with pytest.raises(SinkError, match="file"):
        VideoWriter(in_the_way / "film.mp4", (160, 120))
    with pytest.raises(ConfigError, match=r"\.mp4 or \.mkv"):
        VideoWriter(tmp_path / "film.avi", (160, 120))
    (tmp_path / "file.mkv").write_text("something else")
    with pytest.raises(SinkError, match=r"file\.mkv.*exists"):
        VideoWriter(tmp_path / "file.mkv", (160, 120), growing=True)
    assert (tmp_path / "file.mkv").read_text() == "something else"


_KILLED = """
import sys, numpy as np
from pathlib import Path
from motionlapse.sinks.video import VideoWriter
film = VideoWriter(Path(sys.argv[1]), (160, 120), fps=10, growing=True)
for number in range(60):
    film.write(np.full((120, 160), number * 4, np.uint8), number / 10)
print("written", flush=True)
sys.stdin.read()
"""


@SUFFIXES
def test_a_growing_film_can_be_played_after_a_kill(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    command = [sys.executable, "-c", _KILLED, str(path)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "written\n"
        os.kill(killed.pid, signal.SIGKILL)
    times = shown_times(path)
    assert times == pytest.approx([number / 10 for number in range(len(times))])
    # x264 itself holds back up to 40 pictures of a slow film; two fragments more may be missing.
    assert len(times) >= 20


# ---- copies --------------------------------------------------------------------------------------


@pytest.fixture
def with_sound(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, video: str = "libx264 -bf 2", sound: str = "aac") -> Path:
        path = tmp_path / name
        sources = "-f lavfi -i testsrc=s=160x120:r=25:d=5 -f lavfi -i sine=440:d=5"
        words = f"ffmpeg -v error {sources} -g 50 -c:v {video} -c:a {sound}".split()
        subprocess.run([*words, str(path)], check=True)
        return path

    return make


def copy_from(source: Path, begin_s: float, folder: Path, *, growing: bool) -> tuple[Path, float]:
    with av.open(str(source)) as film:
        video, sound = film.streams.video[0], film.streams.audio[0]
        path = folder / f"copy{film_suffix(video, sound, growing=growing)}"
        with PacketCopier(path, video, sound, growing=growing) as copier:
            for packet in film.demux(video, sound):
                if packet.pts is None or packet.pts * packet.time_base < begin_s:
                    continue
                before = packet.pts, packet.dts, packet.time_base, packet.stream
                if packet.stream is video:
                    copier.write_video(packet)
                else:
                    copier.write_audio(packet)
                assert before == (packet.pts, packet.dts, packet.time_base, packet.stream)
        assert copier.start_s is not None
        return path, float(copier.start_s)


@GROWING
@pytest.mark.parametrize(
    ("name", "video", "sound", "suffix"),
    [
        ("a.mp4", "libx264 -bf 2", "aac", ".mp4"),
        ("a.ts", "libx264 -bf 2", "aac", None),
        ("a.mkv", "libx264 -bf 0", "pcm_s16le", ".mkv"),
        ("a.avi", "mpeg4", "mp3", ".mp4"),
    ],
)
def test_a_copy_starts_at_a_key_frame_and_at_zero_with_its_sound(
    with_sound: Callable[..., Path],
    tmp_path: Path,
    name: str,
    video: str,
    sound: str,
    suffix: str | None,
    growing: bool,
) -> None:
    source = with_sound(name, video, sound)
    original = shown_times(source)
    begin_s = original[0] + 1.3
    path, start_s = copy_from(source, begin_s, tmp_path, growing=growing)
    assert suffix is None or path.suffix == suffix
    assert start_s == pytest.approx(original[50], abs=0.001)
    times = shown_times(path)
    wanted = [time_s - original[50] for time_s in original[50:]]
    assert times[0] == 0
    assert times == pytest.approx(wanted[: len(times)], abs=0.002)
    assert len(wanted) - len(times) <= 1  # MPEG-4 holds one picture back
    with av.open(str(path)) as film:
        first = next(film.demux(audio=0))
        assert 0 <= first.pts * first.time_base < 0.06


def test_a_copy_turns_as_its_original(tmp_path: Path) -> None:
    source = write_film(tmp_path / "door.mp4", rotation=90)
    with av.open(str(source)) as film:
        video = film.streams.video[0]
        with PacketCopier(tmp_path / "copy.mp4", video) as copier:
            for packet in film.demux(video):
                copier.write_video(packet)
    with av.open(str(source)) as one, av.open(str(tmp_path / "copy.mp4")) as other:
        assert next(one.decode(video=0)).rotation == next(other.decode(video=0)).rotation != 0


def test_without_a_key_frame_there_is_no_copy(tmp_path: Path) -> None:
    source = write_film(tmp_path / "door.mp4")
    with av.open(str(source)) as film:
        video = film.streams.video[0]
        with PacketCopier(tmp_path / "copy.mp4", video) as copier:
            for packet in film.demux(video):
                if not packet.is_keyframe:
                    copier.write_video(packet)
    assert not (tmp_path / "copy.mp4").exists()
    assert copier.start_s is None


def test_a_clock_that_steps_back_still_gives_a_film(tmp_path: Path) -> None:
    source = write_film(tmp_path / "door.mp4")
    with av.open(str(source)) as film:
        video = film.streams.video[0]
        with PacketCopier(tmp_path / "copy.mkv", video) as copier:
            for number, packet in enumerate(film.demux(video)):
                if number == 60 and packet.pts is not None and packet.dts is not None:
                    packet.pts, packet.dts = packet.pts - 400, packet.dts - 400
                copier.write_video(packet)
    assert len(shown_times(tmp_path / "copy.mkv")) == 175


def test_sound_beside_encoded_pictures_keeps_its_times(
    with_sound: Callable[..., Path], tmp_path: Path
) -> None:
    source = with_sound("a.mp4")
    with av.open(str(source)) as film:
        sound = film.streams.audio[0]
        with VideoWriter(tmp_path / "b.mp4", (160, 120), GOOD, fps=25, audio=sound) as writer:
            for number in range(50):
                writer.write(grey(number), number / 25)
            for packet in film.demux(sound):
                if packet.pts is not None and packet.pts * packet.time_base < 3:
                    writer.copy_audio(packet, float(packet.pts * packet.time_base - 1))
    with av.open(str(tmp_path / "b.mp4")) as film:
        packets = [p for p in film.demux(audio=0) if p.pts is not None]
        heard = [p.pts * p.time_base for p in packets]
    assert 0 <= heard[0] < Fraction(1, 40)
    assert heard[-1] == pytest.approx(2, abs=0.05)


def test_pictures_larger_than_the_encoder_takes(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match=r"would be 320×16386 pixels, and .* at most 16384"):
        VideoWriter(tmp_path / "high.mp4", (320, 16385), LOSSLESS)
    assert list(tmp_path.iterdir()) == []
    with VideoWriter(tmp_path / "high.mp4", (16, 16384), LOSSLESS) as film:
        film.write(grey(7, (16, 16384)), 0.0)
    assert film.kept
