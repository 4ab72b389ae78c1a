"""Names of footage that is not there, folders that hold none or are closed, pipes: exit 3."""

import os
import subprocess
import sys

import pytest
from complaints import error_line, only_line
from films import scan_here

EVENTS = [(25, 49), (115, 139)]


def test_missing_file(tmp_path):
    ran = scan_here("gone.mp4", tmp_path / "kept")
    assert (ran.code, ran.out) == (3, "")
    assert "gone.mp4: no such file or folder" in only_line(ran)
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("name", ["0", "demo:"])
def test_what_is_watched_is_not_scanned(tmp_path, name):
    ran = scan_here(name, tmp_path / "kept")
    assert (ran.code, ran.out) == (3, "")
    hint = f"'{name}': not recorded footage; it is watched, with 'motionlapse watch {name}'"
    assert only_line(ran) == f"error: {hint}"


def test_glob_without_match(tmp_path):
    ran = scan_here("*.mp4", tmp_path / "kept")
    assert (ran.code, ran.out) == (3, "")
    assert "*.mp4" in only_line(ran)


def test_folder_without_footage(tmp_path):
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "notes.txt").write_text("nothing to see")
    ran = scan_here("papers", tmp_path / "kept")
    assert (ran.code, ran.out) == (3, "")
    assert "papers" in only_line(ran)


def test_a_folder_of_films_with_a_bad_one(film, tmp_path):
    (tmp_path / "week").mkdir()
    film("week/monday.mp4"), film("week/sunday.mkv")
    (tmp_path / "week" / "friday.mp4").touch()
    ran = scan_here("week", tmp_path / "kept")
    assert (ran.code, ran.spans) == (3, EVENTS * 2)
    assert "friday.mp4: the file is empty" in error_line(ran)


@pytest.mark.parametrize("mode", [0o000, 0o600], ids=["closed", "listed"])
@pytest.mark.parametrize(
    ("name", "events"), [("perm", 2), ("perm/sub", 0), ("perm/*/w.mp4", 0), ("perm/*", 2)]
)
def test_a_folder_that_may_not_be_looked_into(film, tmp_path, without_powers, mode, name, events):
    sub = tmp_path / "perm" / "sub"
    sub.mkdir(parents=True)
    film("perm/a.mp4")
    film("perm/sub/w.mp4")
    sub.chmod(mode)
    done = subprocess.run(
        [*without_powers, sys.executable, "-m", "motionlapse", "scan", name, "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    sub.chmod(0o700)
    assert len(done.stdout.splitlines()) == events
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert (done.returncode, lines) == (3, ["error: perm/sub: cannot be read: permission denied"])


def test_a_pipe_is_no_empty_file(film, tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    ran = scan_here("pipe.mp4", "kept")
    assert (ran.code, ran.err) == (3, "error: pipe.mp4: a pipe; give a file\n")
