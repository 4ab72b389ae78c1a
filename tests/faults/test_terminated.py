"""SIGTERM ends every command as Ctrl-C does, with a code of its own."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from films import files_below, write_stills

# Sends the signal when a function of a module is called for the twentieth time.
_STOPPED = """
import importlib, os, sys
number, where, what, *words = sys.argv[1:]
module = importlib.import_module(where)
before, calls = getattr(module, what), []

def counted(*given, **more):
    calls.append(given)
    if len(calls) == 20:
        os.kill(os.getpid(), int(number))
    return before(*given, **more)

setattr(module, what, counted)
sys.argv[1:] = words
from motionlapse.__main__ import main
main()
"""
_STILLS = "motionlapse.sources.stills", "read_planes"
SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


def stopped(number, where, *words):
    words = [str(int(number)), *where, *map(str, words)]
    command = [sys.executable, "-c", _STOPPED, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 128 + number, done.stderr
    return done


@pytest.fixture
def yard():
    write_stills(Path("yard"), [0.0] * 40)
    return Path("yard")


@SIGNALS
def test_a_lapse_is_finished_with_what_was_done(yard, tmp_path, number):
    before = set(files_below(tmp_path))
    done = stopped(number, ("motionlapse.report.lapse", "read_planes"), "lapse", yard)
    assert (done.stdout, done.stderr) == (
        "",
        "warning: interrupted: lapse.mp4 holds what was done so far\n",
    )
    assert set(files_below(tmp_path)) - before == {tmp_path / "lapse.mp4"}
    with av.open("lapse.mp4") as film:
        assert 0 < sum(1 for _ in film.decode(video=0)) < 40


@SIGNALS
@pytest.mark.parametrize(
    "words", [("explain", "--at", "30s"), ("calibrate",)], ids=lambda words: words[0]
)
def test_what_is_done_at_once_or_not_at_all_leaves_nothing(yard, tmp_path, number, words):
    before = set(files_below(tmp_path))
    done = stopped(number, _STILLS, *words, yard, "--fps", "1")
    assert (done.stdout, done.stderr) == ("", "")
    assert set(files_below(tmp_path)) == before


def write_sequence(folder, count):
    for number in range(count):
        for name in (f"input/in{number:06d}.jpg", f"groundtruth/gt{number:06d}.png"):
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), np.zeros((120, 160), np.uint8))


@SIGNALS
def test_an_evaluation_shows_what_was_done(number):
    write_sequence("one", 5)
    write_sequence("two", 40)
    done = stopped(number, _STILLS, "evaluate", "one", "two", "--json")
    assert "warning: interrupted: only the results so far are shown" in done.stderr
    shown = [json.loads(line)["sequence"] for line in done.stdout.splitlines()]
    assert "one" in shown
    assert "two" not in shown


@SIGNALS
def test_folders_that_are_compared_are_told_as_far_as_it_came(yard, number):
    printed = "motionlapse.cli.compare_output", "print_json"
    done = stopped(number, printed, "compare", yard, yard, "--json", "--measure", "mse")
    assert len(done.stdout.splitlines()) == 19
