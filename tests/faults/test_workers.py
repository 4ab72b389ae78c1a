"""Several processes scan: what one would have found, and no fault of one is that of all."""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from films import (
    LONG_S,
    damage,
    files_below,
    key_packets,
    picture,
    run_here,
    start_unhurried,
    wait_for,
    write_film,
)

TWO = ("--workers", "2")
_RUN = "JOIN runs ON runs.id = run_id"
_SOURCE = "JOIN sources ON sources.id = source_id"


@pytest.fixture(scope="module")
def endless(tmp_path_factory):
    """120 s: a motion of one second, and one from 4.6 s on that never ends."""

    def pictures(time_s):
        return picture(time_s, moves=((1.0, 2.0), (4.6, 1000.0)))

    times = [index / 25 for index in range(3000)]
    return write_film(tmp_path_factory.mktemp("long") / "long.mkv", times=times, pictures=pictures)


@pytest.fixture
def week(film, tmp_path):
    """Six good films in two folders, named alike, and three that are spoilt."""
    for folder in ("east", "west"):
        (tmp_path / "week" / folder).mkdir(parents=True)
        for day in range(3):
            film(f"week/{folder}/day{day}.mp4")
    (tmp_path / "week" / "empty.mp4").touch()
    (tmp_path / "week" / "text.mp4").write_text("this is no film " * 50)
    begin, length = key_packets(film("week/torn.mkv"))[3]
    damage(tmp_path / "week" / "torn.mkv", begin + 30, length - 30)
    return tmp_path / "week"


def scan(*words, out="kept"):
    return run_here("scan", *words, "--out", out, "--json")


def rows(archive, query):
    with contextlib.closing(sqlite3.connect(Path(archive) / "archive.sqlite")) as db:
        return db.execute(query).fetchall()


def test_two_workers_leave_what_one_does(week):
    both = []
    for out, workers in (("one", "1"), ("two", "2")):
        metrics = ("--metrics", f"{out}/numbers.csv", "--masks", f"{out}/masks")
        csv = ("--csv", f"{out}.csv")
        both.append(scan("week", "--workers", workers, *metrics, *csv, out=out))
    one, two = both
    assert (one.code, two.code) == (3, 3)
    assert two.out == one.out.replace("one/", "two/")
    assert sorted(two.err.splitlines()) == sorted(one.err.replace("one/", "two/").splitlines())
    assert len(one.err.splitlines()) == 4
    assert Path("two.csv").read_text() == Path("one.csv").read_text().replace("one/", "two/")
    first, second = (
        {str(path.relative_to(out)): path.read_bytes() for path in files_below(Path(out))}
        for out in ("one", "two")
    )
    kept = {name for name in first if not name.startswith("archive.sqlite")}
    assert kept == {name for name in second if not name.startswith("archive.sqlite")}
    assert all(first[name] == second[name] for name in kept)
    for query in (
        "SELECT location, folder, kind, last_event FROM sources ORDER BY folder",
        f"SELECT folder, state, frames, end_s, mark FROM runs {_SOURCE} ORDER BY folder",
        f"SELECT folder, first_bin, bins FROM scores {_RUN} {_SOURCE} ORDER BY folder, first_bin",
    ):
        assert rows("one", query) == rows("two", query)


def test_the_starter_needs_no_picture_library(film):
    film("a.mp4")
    film("b.mp4")
    code = """
import sys
from motionlapse.cli.app import main
if __name__ == "__main__":
    try:
        main()
    except SystemExit as ended:
        print(ended.code, *sorted({"cv2", "numba", "av", "rich"} & sys.modules.keys()))
"""
    words = ("scan", "a.mp4", "b.mp4", "--out", "kept", "--csv", "events.csv", "--quiet", *TWO)
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0"


# ---- a worker that dies ------------------------------------------------------------------------


def workers_of(process):
    """Process ids of its workers and the films that each has open."""
    found = {}
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
    )
    for pid in map(int, listed.stdout.split()):
        found[pid] = set()
        with contextlib.suppress(OSError):  # it has ended
            for link in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):  # the file was closed meanwhile
                    found[pid].add(link.readlink().name)
    return found


def gone(pid):
    """True once a process runs no more."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_worker_that_is_killed_costs_its_film_alone(endless, film, tmp_path):
    (tmp_path / "week").mkdir()
    for name in ("b.mp4", "c.mp4", "d.mp4"):
        film(f"week/{name}")
    os.link(endless, "week/a.mkv")
    with start_unhurried("scan", "week", "--out", "kept", "--json", *TWO) as process:
        wait_for(lambda: any(Path("kept/a").glob("event-0001_*")), process)
        [victim] = [pid for pid, names in workers_of(process).items() if "a.mkv" in names]
        os.kill(victim, signal.SIGKILL)
        out, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 3
    [error, summary] = err.splitlines()
    assert error.startswith("error: week/a.mkv: the process that scanned it died")
    assert summary.startswith("7 events in 4 sources")
    listed = run_here("events", "kept", "--json")
    assert listed.out == out
    assert [record["source"] for record in listed.records].count("week/a.mkv") == 1
    states = rows("kept", f"SELECT folder, state FROM runs {_SOURCE} ORDER BY 1")
    assert states == [("a", "failed"), ("b", "done"), ("c", "done"), ("d", "done")]


# ---- stopping ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_all_keeps_what_every_worker_has(endless, number):
    names = ["left.mkv", "right.mkv", "third.mkv"]
    for name in names:
        os.link(endless, name)
    words = ("scan", *names, "--out", "kept", "--json", *TWO, "--snapshots", "all")
    with start_unhurried(*words, start_new_session=True) as process:
        for name in ("left", "right"):
            wait_for(lambda name=name: any(Path("kept", name).glob("event-0002_*")), process)
        workers = list(workers_of(process))
        os.killpg(process.pid, number)  # as a terminal does with Ctrl-C
        out, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 128 + number
    [summary] = err.splitlines()
    assert summary.startswith("interrupted: 4 events in 2 sources")
    assert summary.endswith("; 0 of 3 sources done; run it again with --resume to scan the rest")
    listed = run_here("events", "kept", "--json")
    assert listed.out == out
    assert [record["event"] for record in listed.records] == [1, 2, 1, 2]
    assert rows("kept", "SELECT state FROM runs") == [("interrupted",), ("interrupted",)]
    assert not [path for path in files_below(Path("kept")) if path.name.startswith(".")]
    # One of its processes is Python's own, which cleans up after all others have ended.
    wait_for(lambda: all(gone(worker) for worker in workers))


def test_workers_end_with_a_starter_that_is_killed_and_resume_scans_the_rest(endless, film):
    names = [f"day{number}.mp4" for number in range(6)]
    for name in names:
        film(name)
    os.link(endless, "long.mkv")
    order = (*names[:3], "long.mkv", *names[3:])
    words = ("scan", *order, "--out", "kept", "--json", *TWO)
    with start_unhurried(*words) as process:
        wait_for(lambda: any(Path("kept/long").glob("event-0001_*")), process)
        workers = list(workers_of(process))
        process.kill()
        process.communicate(timeout=LONG_S)
    wait_for(lambda: all(gone(worker) for worker in workers))
    done = f"SELECT folder FROM runs {_SOURCE} WHERE state = 'done' ORDER BY 1"
    whole = rows("kept", done)
    assert whole
    again = run_here(*words, "--resume")
    assert (again.code, skipped(again)) == (0, len(whole))
    assert rows("kept", done) == sorted((name.partition(".")[0],) for name in order)
    listed = run_here("events", "kept", "--json").records
    assert sorted(record["source"] for record in listed) == sorted([*order, *order])


# ---- resuming ----------------------------------------------------------------------------------


def skipped(ran):
    """How many sources were left out."""
    found = re.search(r"^(\d+) sources? (?:is|are) already in the archive", ran.err, re.MULTILINE)
    return int(found[1]) if found else 0


def test_resume_leaves_out_what_is_whole_and_unchanged(week):
    words = ("week", "--workers", "1")
    first = scan(*words)
    again = scan(*words, "--resume")
    assert (skipped(again), again.code, again.out) == (7, 3, "")
    assert len(again.err.splitlines()) == 3  # the two that cannot be read are told again
    listed = run_here("events", "kept", "--json", "--all-runs")
    assert sorted(listed.out.splitlines()) == sorted(first.out.splitlines())
    assert skipped(scan(*words, "--resume", "--enter", "0.02")) == 0


def test_resume_says_which_settings_differ(film):
    """Once for many sources, as against the last run."""
    for name in ("a.mp4", "b.mp4"):
        film(name)
    words = ("a.mp4", "b.mp4", "--workers", "1")
    scan(*words, "--clips", "copy")
    again = scan(*words, "--resume")
    said = "scanned before with other settings (--clips), so scanned again"
    assert [line for line in again.err.splitlines() if "before" in line] == [said]
    assert "before" not in scan(*words, "--resume").err
    many = scan(*words, "--resume", "--enter", "2%", "--exit", "1%", "--hold", "3s", "--draw").err
    assert "(--enter, --exit, --hold and 1 more)" in many


def test_resume_scans_what_has_changed_or_was_not_whole(film, tmp_path):
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        film(name)
    words = ("a.mp4", "b.mp4", "c.mp4", "--workers", "1")
    scan(*words)
    film("b.mp4")  # the same content, written again
    with contextlib.closing(sqlite3.connect("kept/archive.sqlite")) as db:
        db.execute("UPDATE runs SET state = 'running', mark = '' WHERE id = 3")
        db.commit()
    again = scan(*words, "--resume")
    assert skipped(again) == 1
    assert {record["source"] for record in again.records} == {"b.mp4", "c.mp4"}
    assert skipped(scan(*words, "--resume")) == 3


def test_resume_without_an_archive_scans_all(film):
    film("a.mp4")
    ran = scan("a.mp4", "--resume")
    assert (ran.code, skipped(ran), len(ran.records)) == (0, 0, 2)


def test_a_run_whose_results_could_not_be_written_is_not_whole(film, tmp_path):
    film("a.mp4")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "a").write_text("in the way")  # the folder of its snapshots
    assert scan("a.mp4").code == 4
    (tmp_path / "kept" / "a").unlink()
    assert skipped(scan("a.mp4", "--resume")) == 0
