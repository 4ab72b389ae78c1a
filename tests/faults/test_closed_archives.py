"""Folders that may not be looked into, or lead in a circle: one line that names them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from complaints import only_line
from films import Ran, run_here, scan_here, write_stills


@pytest.fixture
def kept(film):
    """An archive of two sources."""
    for name in ("door.mp4", "gate.mp4"):
        film(name)
        assert scan_here(name, "kept").code == 0
    return Path("kept")


@pytest.fixture
def powerless(without_powers):
    """Run the program as one that may not look into every folder."""

    def run(*words):
        command = [*without_powers, sys.executable, "-m", "motionlapse", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


def test_a_report_says_which_folder_is_closed(kept, powerless):
    (kept / "gate").chmod(0)
    ran = powerless("report", kept)
    (kept / "gate").chmod(0o700)
    assert (ran.code, ran.out) == (0, "kept/report.html\n")
    assert_gate_is_left_out(ran, kept, "permission denied")


def test_a_report_of_a_folder_that_is_a_file(kept):
    shutil.rmtree(kept / "gate")
    (kept / "gate").touch()
    assert_gate_is_left_out(run_here("report", kept), kept, "")


def test_links_that_lead_in_a_circle(kept):
    shutil.rmtree(kept / "gate")
    (kept / "gate").symlink_to("gate")
    assert_gate_is_left_out(run_here("report", kept), kept, "")
    assert run_here("events", kept).code == 0


def assert_gate_is_left_out(ran, kept, reason):
    warning, summary = ran.err.splitlines()
    said = "warning: 2 snapshots or clips of the archive cannot be found, and are left out"
    assert warning.startswith(said)
    assert warning.removeprefix(said).startswith(" (kept/gate/event-0001_" if reason else "")
    assert warning.endswith(f": {reason})" if reason else "left out")
    assert summary.startswith("4 events")
    page = (kept / "report.html").read_text()
    assert "door/event-0001" in page
    assert "gate/event-0001" not in page


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there are no owners of folders")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["report", "closed/x"], 3),
        (["events", "closed/x"], 3),
        (["lapse", "closed/x"], 3),
        (["evaluate", "closed/x"], 3),
        (["compare", "closed/x", "yard"], 3),
        (["compare", "yard/shot0.jpg", "yard/shot1.jpg", "--diff", "closed/x.png"], 4),
        (["sift", "yard", "--out", "closed/x"], 4),
        (["scan", "yard", "--fps", "1", "--csv", "closed/x.csv"], 4),
        (["scan", "yard", "--fps", "1", "--metrics", "closed/x.csv"], 4),
        (["scan", "yard", "--fps", "1", "--masks", "closed/x.mp4"], 4),
        (["scan", "yard", "--fps", "1", "--mask-image", "closed/x.png"], 2),
        (["explain", "yard", "--fps", "1", "--at", "1s", "--out", "closed/x.png"], 4),
        (["calibrate", "yard", "--fps", "1", "--out", "closed/x.toml"], 4),
        (["config", "init", "--out", "closed/x.toml"], 4),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_closed_folder(powerless, words, code):
    write_stills(Path("yard"), [0.0, 0.1])
    Path("closed").mkdir(0)
    ran = powerless(*words)
    what = "written" if code == 4 else "read"
    assert ran.code == code
    path = next(word for word in words if word.startswith("closed"))
    assert only_line(ran).endswith(f"{path}: cannot be {what}: permission denied")
