"""Films of a scan that was killed after they came to their places, before the archive knew how."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import av
import pytest
from films import FRAMES, run_here

# Ends the program, as kill -9 does, where it is about to write down how a run went.
_KILLED = """
import os, signal
from motionlapse.cli.app import main
from motionlapse.sinks.archive_store import ArchiveStore
if __name__ == "__main__":
    ArchiveStore.end_run = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
    main()
"""
_MASKS = ("--masks", "seen.mp4")
_JOIN = ("--clips", "copy", "--join", "all.mp4")


def frames(film: str) -> int:
    with av.open(film) as container:
        return sum(packet.size > 0 for packet in container.demux(video=0))


def scan_killed(*words: str) -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED, "scan", *words], check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("words", [_MASKS, _JOIN], ids=["masks", "join"])
def test_a_film_that_a_killed_scan_left_is_made_anew(film, words) -> None:
    film("door.mkv")
    words = ("door.mkv", "--out", "kept", *words)
    scan_killed(*words)
    made = words[-1]
    before = frames(made)
    refused = run_here("scan", *words)  # not asked to resume
    assert (refused.code, f"{made}: exists already" in refused.err) == (2, True)
    again = run_here("scan", *words, "--resume")
    assert again.code == 0, again.err
    assert f"{made}: left by a scan that did not finish, and made anew" in again.err
    assert frames(made) == before
    assert [path.name for path in Path().glob("*.mp4")] == [made]


def test_of_several_films_those_that_were_in_their_places_are_made_anew(film) -> None:
    names = ("door.mkv", "gate.mkv")
    for name in names:
        film(name)
    words = (*names, "--out", "kept", "--workers", "2", *_MASKS)
    scan_killed(*words)
    assert run_here("scan", *words, "--resume").code == 0
    assert [frames(f"seen-{name}.mp4") for name in ("door", "gate")] == [FRAMES, FRAMES]
    assert {path.name for path in Path().glob("*.mp4")} == {"seen-door.mp4", "seen-gate.mp4"}


def test_another_film_that_has_come_to_have_the_name_is_not_touched(film) -> None:
    film("door.mkv")
    words = ("door.mkv", "--out", "kept", *_MASKS)
    scan_killed(*words)
    state = Path("seen.mp4").stat()
    Path("seen.mp4").write_bytes(b"x" * state.st_size)
    os.utime("seen.mp4", ns=(state.st_atime_ns, state.st_mtime_ns))
    refused = run_here("scan", *words, "--resume")
    assert (refused.code, "seen.mp4: exists already" in refused.err) == (2, True)
    assert set(Path("seen.mp4").read_bytes()) == {ord("x")}
