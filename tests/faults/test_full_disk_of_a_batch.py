"""A disk that fills up in the middle of a batch: each cause once, and what was found is told."""

import os
import re

import pytest
from films import run_apart, run_here

NAMES = [f"day{number}.mp4" for number in range(1, 7)]
_LEFT = re.compile(
    r"warning: (\d) of 6 sources (?:was|were) not scanned, as their results could not be written; "
    r"run it again with --resume to scan the rest"
)


@pytest.fixture
def week(film, tmp_path):
    folder = tmp_path / "week"
    folder.mkdir()
    first = film(f"week/{NAMES[0]}")
    for name in NAMES[1:]:
        os.link(first, folder / name)
    return folder


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("room_kb", [160, 224, 288])
def test_what_was_found_is_told_and_what_was_not_scanned(week, small_disk, workers, room_kb):
    disk = small_disk(8192)
    filling = disk / "filling"
    filling.write_bytes(bytes((8192 - room_kb) * 1024))
    words = ("scan", week, "--out", disk / "kept", "--clips", "copy", "--workers", workers)
    ran = run_apart(*words)
    assert ran.code == 4
    lines = ran.err.splitlines()
    errors = [line.partition(" (and ")[0] for line in lines if line.startswith("error: ")]
    assert errors
    assert all(line.endswith(": cannot be written: no space left on device") for line in errors)
    assert len(set(errors)) == len(errors)
    scanned = int(re.search(r"^\d+ events(?: in (\d) sources)? \(", ran.err, re.MULTILINE)[1] or 1)
    left = _LEFT.fullmatch(lines[-1])
    assert scanned + int(left[1] if left else 0) == len(NAMES)
    assert len({row.split()[0] for row in ran.out.splitlines()[1:]}) == scanned
    filling.unlink()
    again = run_apart(*words, "--resume", "-q")
    assert (again.code, again.err) == (0, "")
    shown = run_here("events", disk / "kept").out.splitlines()[1:]
    assert {row.split()[0] for row in shown} == set(NAMES)
