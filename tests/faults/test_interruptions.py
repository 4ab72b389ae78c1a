"""A scan that is stopped in the middle keeps what it has; scans at the same time do not collide."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
from films import (
    LONG_S,
    files_below,
    picture,
    run_here,
    start,
    start_unhurried,
    wait_for,
    write_film,
    write_stills,
)

_LONG = [index / 25 for index in range(2500)]
_FIRST = (25, 49)
# As the script of the package that pip makes from its entry point.
_SCRIPT = """
from importlib.metadata import entry_points
[program] = entry_points(group="console_scripts", name="motionlapse")
program.load()()
"""


@pytest.fixture(scope="module")
def long_film(tmp_path_factory):
    """100 s: a motion of one second, then one from 4.6 s on that never ends."""

    def pictures(time_s):
        return picture(time_s, moves=((1.0, 2.0), (4.6, 1000.0)))

    return write_film(tmp_path_factory.mktemp("long") / "long.mkv", times=_LONG, pictures=pictures)


def stopped_in_the_second_event(long_film, kept, number):
    """Scan, send a signal while the second event is open, and give what the program said."""
    os.link(long_film, "long.mkv")
    words = ("scan", "long.mkv", "--out", kept, "--json", "--snapshots", "all")
    with start_unhurried(*words) as process:
        wait_for(lambda: any(kept.rglob("event-0002_*.jpg")), process)
        process.send_signal(number)
        out, err = process.communicate(timeout=LONG_S)
    return process.returncode, out, err


def assert_all_files_are_whole(kept):
    for path in files_below(kept):
        assert path.stat().st_size or path.suffix != ".jpg", path
        if path.suffix == ".jpg" and not path.name.startswith("."):
            assert cv2.imread(str(path)).shape == (120, 160, 3)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_scan_closes_the_open_event_and_keeps_all(long_film, number):
    kept = Path("kept")
    code, out, err = stopped_in_the_second_event(long_film, kept, number)
    assert code == 128 + number
    assert "Traceback" not in err
    [last] = err.splitlines()
    assert last.startswith("interrupted: 2 events")
    assert last.endswith("; run it again with --resume to scan the rest")
    listed = run_here("events", kept, "--json")
    assert listed.out == out
    first, second = listed.records
    assert (first["start_frame"], first["end_frame"]) == _FIRST
    assert second["start_frame"] == 115
    assert 115 < second["end_frame"] < len(_LONG) - 1
    pictures = [path for path in files_below(kept) if path.suffix == ".jpg"]
    assert sorted(first["snapshots"] + second["snapshots"]) == sorted(map(str, pictures))
    assert_all_files_are_whole(kept)
    assert not [path for path in files_below(kept) if path.name.endswith(".part")]
    with contextlib.closing(sqlite3.connect(kept / "archive.sqlite")) as db:
        assert db.execute("SELECT state FROM runs").fetchall() == [("interrupted",)]


def test_killed_scan_leaves_finished_events_and_no_half_files(long_film):
    kept = Path("kept")
    code, out, err = stopped_in_the_second_event(long_film, kept, signal.SIGKILL)
    assert (code, err) == (-signal.SIGKILL, "")
    listed = run_here("events", kept, "--json")
    assert (listed.code, listed.out, listed.err) == (0, out, "")
    assert listed.spans == [_FIRST]
    assert_all_files_are_whole(kept)
    # The number of the event that was lost is not given out again.
    again = run_here("scan", "long.mkv", "--out", kept, "--json", "--end", "4")
    assert [record["event"] for record in again.records] == [3]


def test_closed_pipe_ends_quietly_with_everything_kept(film, tmp_path):
    (tmp_path / "week").mkdir()
    film("week/day1.mp4")
    for day in range(2, 9):
        os.link(tmp_path / "week" / "day1.mp4", tmp_path / "week" / f"day{day}.mp4")
    with start_unhurried("scan", "week", "--out", "kept", "--json") as process:
        first = process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=LONG_S) == 141
    listed = run_here("events", "kept", "--json")
    assert listed.out.startswith(first)
    assert listed.spans[0] == _FIRST


def end_without_a_reader(*words):
    """Run with a stdout that was closed before it began; give exit code and stderr."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        with start(*words, stdout=writer) as process:
            _, err = process.communicate(timeout=LONG_S)
    finally:
        os.close(writer)
    return process.returncode, err


def test_closed_pipe_of_a_listing(film):
    film("door.mp4")
    assert run_here("scan", "door.mp4", "--out", "kept", "--snapshots", "none").code == 0
    assert end_without_a_reader("events", "kept", "--json") == (141, "")


def test_closed_pipe_of_a_sift(tmp_path):
    write_stills(tmp_path / "yard", [0.0] * 12)
    assert end_without_a_reader("sift", "yard", "--out", "kept", "--json") == (141, "")


def test_closed_pipe_of_help():
    assert end_without_a_reader("--help") == (141, "")


def test_two_scans_into_one_archive_at_the_same_time(film, tmp_path):
    names = ["shared.mp4", "left.mkv", "right.ts"]
    for name in names:
        film(name)
    words = ("--out", "kept", "--json", "--snapshots", "all")
    orders = (["shared.mp4", "left.mkv"], ["shared.mp4", "right.ts"])
    processes = [start("scan", *order, *words) for order in orders]
    ended = [process.communicate(timeout=LONG_S) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], ended
    listed = run_here("events", "kept", "--all-runs", "--json").records
    numbers = {name: [r["event"] for r in listed if r["source"] == name] for name in names}
    assert {name: sorted(given) for name, given in numbers.items()} == {
        "shared.mp4": [1, 2, 3, 4],
        "left.mkv": [1, 2],
        "right.ts": [1, 2],
    }
    said = "".join(out for out, _ in ended).splitlines()
    kept = run_here("events", "kept", "--all-runs", "--json").out.splitlines()
    assert sorted(said) == sorted(kept)
    pictures = [path for record in listed for path in record["snapshots"]]
    assert len(pictures) == 8 * 25
    assert len(set(pictures)) == len(pictures)
    assert {str(path) for path in (tmp_path / "kept").rglob("*.jpg")} == {
        str(tmp_path / path) for path in pictures
    }


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("what", [["-m", "motionlapse"], ["-c", _SCRIPT]], ids=["module", "script"])
def test_interrupted_before_it_has_begun(tmp_path, what, number):
    (tmp_path / "typer.py").write_text(f"import os\nos.kill(os.getpid(), {int(number)})\n")
    places = [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, *what, "list", "models"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", "")


# Presses Ctrl-C once more in the moment in which the closing line is made.
_AGAIN = """
import logging, os, signal

def made(*words, **more):
    if "Ctrl-C" in str(words):
        os.kill(os.getpid(), signal.SIGINT)
    return logging.LogRecord(*words, **more)

logging.setLogRecordFactory(made)
from motionlapse.__main__ import main
main()
"""


def test_ctrl_c_once_more_in_the_closing_line_of_a_watch(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", _AGAIN, "watch", "demo:", "--no-dashboard"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert "live" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 130
    assert err.startswith("demo (Ctrl-C): 0 events (")
