"""Films of masks and a scan that did not finish: `--resume` makes them whole, and no other anew."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import av
import pytest
from films import LONG_S, files_below, picture, run_here, start_unhurried, wait_for, write_film

_FRAMES = 1500


@pytest.fixture(scope="module")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 s: something moves from 1 s on and does not end."""
    return write_film(
        tmp_path_factory.mktemp("long") / "long.mkv",
        times=[index / 25 for index in range(_FRAMES)],
        pictures=lambda time_s: picture(time_s, moves=((1.0, 1000.0),)),
    )


def frames(film: Path) -> int:
    with av.open(str(film)) as container:
        return sum(packet.size > 0 for packet in container.demux(video=0))


def interrupt(*words: object) -> subprocess.Popen[str]:
    """Scan until the first picture of the long film's event is there, and press Ctrl-C.

    All pictures are kept, so that it is seen at once. Another film's pictures do not count: its
    worker may be done before the long film's has begun.
    """
    with start_unhurried("scan", *words, "--out", "kept", "--snapshots", "all") as process:
        wait_for(lambda: any(Path("kept/long").glob("event-0001_*.jpg")), process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LONG_S)
    assert process.returncode == 130
    return process


def resume(*words: object, code: int = 0) -> str:
    ran = run_here("scan", *words, "--out", "kept", "--resume")
    assert ran.code == code, ran.err
    return ran.err


def names() -> list[str]:
    return sorted(path.name for path in files_below(Path()) if path.suffix in (".mp4", ".part"))


def test_an_interrupted_film_is_made_whole(long_film: Path) -> None:
    os.link(long_film, "long.mkv")
    words = ("long.mkv", "--masks", "seen.mp4")
    interrupt(*words)
    assert 0 < frames(Path("seen.mp4")) < _FRAMES
    refused = run_here("scan", *words, "--out", "kept")  # not asked to resume
    assert (refused.code, "seen.mp4: already exists" in refused.err) == (2, True)
    said = resume(*words)
    assert "seen.mp4: left by an unfinished scan and made again" in said
    assert frames(Path("seen.mp4")) == _FRAMES
    assert names() == ["seen.mp4"]
    assert "already in the archive" in resume(*words)
    assert names() == ["seen.mp4"]


def test_of_several_that_of_the_interrupted_is_made_whole(long_film: Path, film) -> None:
    film("door.mkv")
    os.link(long_film, "long.mkv")
    words = ("door.mkv", "long.mkv", "--masks", "seen.mp4")
    interrupt(*words, "--workers", "2")
    assert "seen-long.mp4: left by an unfinished scan" in resume(*words, "--workers", "2")
    assert frames(Path("seen-long.mp4")) == _FRAMES
    assert names() == ["seen-door.mp4", "seen-long.mp4"]


def test_another_film_of_that_name_is_not_touched(long_film: Path) -> None:
    os.link(long_film, "long.mkv")
    words = ("long.mkv", "--masks", "seen.mp4")
    interrupt(*words)
    Path("seen.mp4").unlink()
    Path("seen.mp4").write_text("mine")
    assert "seen.mp4: already exists" in resume(*words, code=2)
    assert Path("seen.mp4").read_text() == "mine"
    assert names() == ["seen.mp4"]


def test_a_finished_film_is_not_made_anew(film) -> None:
    film("door.mkv")
    words = ("door.mkv", "--masks", "seen.mp4")
    assert run_here("scan", *words, "--out", "kept").code == 0
    before = Path("seen.mp4").read_bytes()
    # With other settings it is to be scanned again.
    assert "already exists" in resume(*words, "--hold", "3s", code=2)
    assert Path("seen.mp4").read_bytes() == before


def test_what_was_left_comes_back_where_nothing_new_is_made(long_film: Path) -> None:
    os.link(long_film, "long.mkv")
    words = ("long.mkv", "--masks", "seen.mp4")
    interrupt(*words)
    before = Path("seen.mp4").read_bytes()
    Path("long.mkv").unlink()
    Path("long.mkv").write_text("no film any more")
    assert "made again" in resume(*words, code=3)
    assert Path("seen.mp4").read_bytes() == before
    assert names() == ["seen.mp4"]


def test_a_joined_film_is_made_whole(long_film: Path) -> None:
    os.link(long_film, "long.mkv")
    words = ("long.mkv", "--clips", "copy", "--join", "all.mp4")
    interrupt(*words)
    short = frames(Path("all.mp4"))
    assert "all.mp4: left by an unfinished scan" in resume(*words)
    assert frames(Path("all.mp4")) > short
