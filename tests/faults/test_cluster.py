"""A Dask scheduler and two workers on this machine: the archive is that of a local scan."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from unittest import mock

import pytest
from films import LONG_S, UNHURRIED, files_below, run_here, start, wait_for

try:
    import distributed  # noqa: F401
except ImportError:
    pytest.skip(
        "Dask is not installed: pip install 'motionlapse[cluster]'", allow_module_level=True
    )

_SOURCE = "JOIN sources ON sources.id = source_id"
_RUN = "JOIN runs ON runs.id = run_id"
QUERIES = (
    "SELECT folder, location, kind, last_event FROM sources ORDER BY 1",
    f"SELECT folder, state, frames, end_s, mark, faults FROM runs {_SOURCE} ORDER BY 1",
    f"SELECT folder, number, end_frame, reason, mask, clip FROM events {_SOURCE} ORDER BY 1, 2",
    "SELECT path, number, time_s, frame, score FROM snapshots ORDER BY 1",
    f"SELECT folder, first_bin, bins FROM scores {_RUN} {_SOURCE} ORDER BY 1, 2",
)


class Machines:
    """A scheduler and workers, each a process."""

    def __init__(self, folder):
        self._folder = folder
        self._file = folder / "scheduler.json"
        self._processes = []
        self._start("scheduler", "--port", "0", "--no-dashboard")
        self.address = wait_for(self._told_address)

    def _told_address(self):
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):  # not yet written whole
            return json.loads(self._file.read_text())["address"]
        return None

    def _start(self, kind, *words, **environ):
        place = ("--scheduler-file", str(self._file), "--host", "127.0.0.1")
        with (self._folder / f"{len(self._processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words, *place],
                cwd=self._folder,
                env={**os.environ, **environ},
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        self._processes.append(process)
        return process

    def add_doomed(self, sign):
        """Add a worker that in its first film makes a file and then waits to be killed."""
        return self.add_worker("--preload", str(UNHURRIED), STAYS_THERE=str(sign.absolute()))

    def add_worker(self, *more, **environ):
        log = self._folder / f"{len(self._processes)}.log"
        words = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", ".")
        process = self._start("worker", *words, *more, **environ)
        wait_for(lambda: "Registered to" in log.read_text())
        return process

    def end(self):
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait(timeout=LONG_S)


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    made = Machines(tmp_path_factory.mktemp("cluster"))
    try:
        made.add_worker()
        yield made
    finally:
        made.end()


@pytest.fixture
def week(film, tmp_path):
    """Seven films, some named alike, and one that is empty."""
    first = film("east.mp4")
    for folder, days in (("east", 4), ("west", 3)):
        (tmp_path / "week" / folder).mkdir(parents=True)
        for day in range(days):
            os.link(first, tmp_path / "week" / folder / f"day{day}.mp4")
    (tmp_path / "week" / "empty.mp4").touch()
    return "week"


def contents(archive):
    """What an archive holds, without what differs from run to run."""
    with closing(sqlite3.connect(Path(archive) / "archive.sqlite")) as db:
        rows = [db.execute(query).fetchall() for query in QUERIES]
    files = {
        str(path.relative_to(archive)): path.read_bytes()
        for path in files_below(Path(archive))
        if not path.name.startswith("archive.sqlite")
    }
    return rows, files


def local(week, *words):
    ran = run_here("scan", week, "--out", "local", "--json", "--workers", "1", *words)
    return ran, contents("local")


def test_the_archive_is_that_of_a_local_scan(machines, week):
    extras = ("--clips", "copy", "--snapshots", "every:0.4s")
    here, kept = local(week, *extras, "--metrics", "local/n.csv")
    words = ("scan", week, "--out", "far", "--cluster", machines.address, *extras)
    words = (*words, "--metrics", "far/n.csv")
    far = run_here(*words, "--json")
    assert far.code == here.code == 3
    assert far.out == here.out.replace("local/", "far/")
    assert sorted(far.err.splitlines()) == sorted(here.err.replace("local/", "far/").splitlines())
    assert contents("far") == kept
    again = run_here(*words, "--resume")
    assert "7 sources are already in the archive" in again.err


def test_a_worker_that_is_killed_changes_nothing(machines, week):
    _, kept = local(week)
    sign = Path("in the middle")
    second = machines.add_doomed(sign)
    words = ("scan", week, "--out", "far", "--json", "--cluster", machines.address)
    with start(*words) as process:
        wait_for(sign.exists, process)
        assert any(Path("far").glob(".scan-*/*/*"))
        second.send_signal(signal.SIGKILL)
        _, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 3
    assert len(err.splitlines()) == 2
    assert contents("far") == kept


def test_of_a_worker_that_is_killed_no_half_written_film_stays(machines, week):
    sign = Path("in the middle")
    second = machines.add_doomed(sign)
    words = ("--masks", "seen.mp4", "--cluster", machines.address)
    with start("scan", week, "--out", "far", *words) as process:
        wait_for(sign.exists, process)
        assert any(Path().glob(".seen-*.part"))
        second.send_signal(signal.SIGKILL)
        process.communicate(timeout=LONG_S)
    assert process.returncode == 3
    assert len(list(Path().glob("seen-*.mp4"))) == 7
    assert list(Path().glob(".seen-*")) == []


def test_films_are_read_at_urls(machines, film, tmp_path):
    film("a.mp4")
    url = (tmp_path / "a.mp4").as_uri()
    ran = run_here("scan", url, "--out", "far", "--json", "--cluster", machines.address)
    here = run_here("scan", "a.mp4", "--out", "local", "--json")
    assert (ran.code, ran.spans) == (0, here.spans)
    assert {record["source"] for record in ran.records} == {url}
    assert run_here("events", "far", "--json").out == ran.out


def test_without_dask_one_line_says_what_to_install(film):
    film("a.mp4")
    with mock.patch.dict(sys.modules, {"distributed": None}):
        ran = run_here("scan", "a.mp4", "--out", "kept", "--cluster", "tcp://127.0.0.1:8786")
    assert (ran.code, ran.out) == (2, "")
    [line] = ran.err.splitlines()
    assert "pip install 'motionlapse[cluster]'" in line


def test_an_address_that_is_none(film):
    film("a.mp4")
    ran = run_here("scan", "a.mp4", "--cluster", "nonsense")
    assert ran.code == 2
    assert "'nonsense' is not the address of a scheduler; write tcp://host:8786" in ran.err
