"""What a killed scan left: films in their places or half written, and half-written pictures."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import av
import pytest
from films import FRAMES, files_below, run_here, write_stills

from motionlapse.files import write_whole
from motionlapse.sinks.left_parts import drop_dead
from motionlapse.sinks.video_file import VideoFile

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

# The same where a finished film is about to get its name.
_KILLED_BEFORE = """
import os, signal
from motionlapse.cli.app import main
from motionlapse.sinks import video_file
if __name__ == "__main__":
    def kill(part, place):
        if place.name in os.environ["WANTED"]:
            os.kill(os.getpid(), signal.SIGKILL)
        return put_new(part, place)
    put_new, video_file.put_new = video_file.put_new, kill
    main()
"""

# A worker ends likewise, where it is about to say how its run went. A file: workers read it too.
_WORKER_KILLED = """
import os, signal
from motionlapse.batch import process_pool
from motionlapse.cli.app import main
process_pool._PipeChannel.end = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":
    main()
"""


def frames(film: str) -> int:
    with av.open(film) as container:
        return sum(packet.size > 0 for packet in container.demux(video=0))


def scan_killed(*words: str, by: str = _KILLED, wanted: str = "") -> None:
    command = [sys.executable, "-c", by, "scan", *words]
    # Its workers too have ended where nobody holds its streams any more.
    done = subprocess.run(
        command, env={**os.environ, "WANTED": wanted}, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL


def parts() -> list[str]:
    return [path.name for path in files_below(Path()) if path.suffix == ".part"]


@pytest.mark.parametrize("words", [_MASKS, _JOIN], ids=["masks", "join"])
def test_a_film_that_a_killed_scan_left_is_made_anew(film, words) -> None:
    film("door.mkv")
    words = ("door.mkv", "--out", "kept", *words)
    scan_killed(*words)
    made = words[-1]
    before = frames(made)
    refused = run_here("scan", *words)  # not asked to resume
    assert (refused.code, f"{made}: already exists" in refused.err) == (2, True)
    again = run_here("scan", *words, "--resume")
    assert again.code == 0, again.err
    assert f"{made}: left by an unfinished scan and made again" in again.err
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


def test_films_of_workers_that_were_killed_are_made_anew(film) -> None:
    for name in ("door.mkv", "gate.mkv"):
        film(name)
    Path("killed.py").write_text(_WORKER_KILLED)
    words = ("scan", "door.mkv", "gate.mkv", "--out", "kept", "--workers", "2", *_MASKS)
    assert subprocess.run([sys.executable, "killed.py", *words], check=False).returncode == 3
    names = {"seen-door.mp4", "seen-gate.mp4"}
    assert {path.name for path in Path().glob("*.mp4")} == names
    again = run_here(*words, "--resume")
    assert (again.code, again.err.count("left by an unfinished scan")) == (0, 2)
    assert {path.name for path in Path().glob("*.mp4")} == names


def test_another_film_that_has_come_to_have_the_name_is_not_touched(film) -> None:
    film("door.mkv")
    words = ("door.mkv", "--out", "kept", *_MASKS)
    scan_killed(*words)
    state = Path("seen.mp4").stat()
    Path("seen.mp4").write_bytes(b"x" * state.st_size)
    os.utime("seen.mp4", ns=(state.st_atime_ns, state.st_mtime_ns))
    refused = run_here("scan", *words, "--resume")
    assert (refused.code, "seen.mp4: already exists" in refused.err) == (2, True)
    assert set(Path("seen.mp4").read_bytes()) == {ord("x")}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [(_MASKS, "seen.mp4"), (_JOIN, "all.mp4"), (_JOIN, "event-0001_00-00-00.000.mp4")],
    ids=["masks", "join", "clip"],
)
@pytest.mark.parametrize("resume", [(), ("--resume",)], ids=["anew", "resumed"])
def test_what_was_half_written_is_removed_by_the_next_scan(film, words, wanted, resume) -> None:
    film("door.mkv")
    words = ("door.mkv", "--out", "kept", *words)
    scan_killed(*words, by=_KILLED_BEFORE, wanted=wanted)
    [left] = parts()
    assert left.startswith(f".{wanted}.")
    mine = Path(left).with_name(".other.mp4.0123456789ab.part")
    mine.write_text("of another film")
    assert run_here("scan", *words, *resume).code == 0
    assert parts() == [mine.name]


def test_what_is_being_written_is_not_removed(tmp_path) -> None:
    film = VideoFile(tmp_path / "seen.mp4")
    [part] = parts()
    drop_dead(tmp_path, "seen.mp4")
    drop_dead(tmp_path)
    assert parts() == [part]
    film.discard()
    assert parts() == []


def test_other_files_are_not_removed(tmp_path) -> None:
    names = ("seen.mp4.part", ".seen.mp4.part", ".seen.mp4.0123.part", ".a.txt.0123456789ab.part")
    for name in names:
        (tmp_path / name).touch()
    drop_dead(tmp_path)
    assert sorted(parts()) == sorted(names)


# ---- pictures ------------------------------------------------------------------------------------

# Ends the program where a picture that is written whole is about to get its name.
_KILLED_AT_A_PICTURE = """
import os, signal
from pathlib import Path
from motionlapse import files
from motionlapse.cli.app import main
if __name__ == "__main__":
    def kill(part, name):
        if name.suffix == os.environ["WANTED"]:
            os.kill(os.getpid(), signal.SIGKILL)
        return taken(part, name)
    taken, files.take_name = files.take_name, kill
    replaced, Path.replace = Path.replace, kill
    main()
"""


@pytest.mark.parametrize(
    ("words", "wanted", "begins"),
    [
        ((), ".jpg", ".event-0001_"),
        (("--masks", "seen"), ".png", ".bin000000.png."),
        (("--metrics", "m.csv"), ".csv", ".m.csv."),
        (("--metrics", "m.parquet"), ".parquet", ".m.parquet."),
    ],
    ids=["snapshots", "masks", "csv", "parquet"],
)
def test_what_else_was_half_written_is_removed_by_the_next_scan(film, words, wanted, begins):
    if wanted == ".parquet":
        pytest.importorskip("pyarrow")
    film("door.mkv")
    words = ("door.mkv", "--out", "kept", *words)
    scan_killed(*words, by=_KILLED_AT_A_PICTURE, wanted=wanted)
    [left] = parts()
    assert left.startswith(begins)
    assert run_here("scan", *words).code == 0
    assert parts() == []


def test_a_still_that_was_half_copied_is_removed_by_the_next_sift(tmp_path) -> None:
    write_stills(tmp_path / "stills", [0.0, 1.2])
    words = ("stills", "--out", "kept", "--copy")
    command = [sys.executable, "-c", _KILLED_AT_A_PICTURE, "sift", *words]
    done = subprocess.run(command, env={**os.environ, "WANTED": ".jpg"}, check=False)
    assert (done.returncode, len(parts())) == (-signal.SIGKILL, 1)
    assert run_here("sift", *words).code == 0
    assert parts() == []


def test_a_picture_that_is_being_written_is_not_removed(tmp_path, monkeypatch) -> None:
    """Somebody else's scan begins between its bytes and its name."""

    def begin_and_rename(part, place):
        drop_dead(tmp_path)
        seen.extend(parts())
        return renamed(part, place)

    renamed, seen = Path.replace, []
    monkeypatch.setattr(Path, "replace", begin_and_rename)
    write_whole(tmp_path / "event-0001_00-00-01.000.jpg", b"picture")
    assert [name[:26] for name in seen] == [".event-0001_00-00-01.000.j"]
    assert (tmp_path / "event-0001_00-00-01.000.jpg").read_bytes() == b"picture"
    assert parts() == []
