"""A sift into a folder that has no more room: one line, and the next run goes on there."""

import errno
import json
import os
from pathlib import Path

import pytest
from complaints import error_line
from films import files_below, run_here, write_stills

from motionlapse.errors import SinkError
from motionlapse.pipeline_settings import Settings
from motionlapse.sifting.journal import NAME, Journal, Record
from motionlapse.sifting.placing import Placer
from motionlapse.sifting.sift import Sift

YARD = "yard" * 50  # so long that a page of the journal is full after some stills
BY = ("--json", "--measure", "ncc", "--threshold", "0.9999")
TIMES = [1 + number / 10 for number in range(9)]


@pytest.fixture
def yard(tmp_path):
    """Stills of which each differs from the one before."""
    return write_stills(tmp_path / YARD, TIMES)


@pytest.mark.parametrize("filled", range(144, 188, 4))
def test_copies(yard, small_disk, filled):
    """Room for a few stills: the folder's or the journal's part of a page is the last straw."""
    kept = small_disk(200) / "kept"
    kept.mkdir()
    (kept.parent / "filling").write_bytes(bytes(filled * 1024))
    ran = run_here("sift", yard[0].parent, *BY, "--out", kept, "--copy")
    assert ran.code == 4
    line = error_line(ran)
    assert line.startswith(f"error: {kept}/")
    assert line.endswith(": cannot be written: no space left on device")
    assert_the_next_run_goes_on(ran, yard, kept, "--copy")


@pytest.mark.parametrize("how", ["--link", "--move"])
def test_the_journal_alone(small_disk, how):
    disk = small_disk(200)
    yard = write_stills(disk / YARD, TIMES)
    kept = disk / "kept"
    kept.mkdir()
    (kept / NAME).touch()
    filling = disk / "filling"
    filling.write_bytes(bytes(free(disk) - 4096))
    ran = run_here("sift", yard[0].parent, *BY, "--out", kept, how)
    assert ran.code == 4
    assert error_line(ran) == f"error: {kept / NAME}: cannot be written: no space left on device"
    assert 0 < len(ran.records) < len(yard)
    assert_the_next_run_goes_on(ran, yard, kept, how)


def free(disk):
    room = os.statvfs(disk)
    return room.f_bavail * room.f_frsize


def assert_the_next_run_goes_on(ran, yard, kept, how):
    if (kept / NAME).exists() and (raw := (kept / NAME).read_bytes()):
        assert raw.endswith(b"\n")
        noted = [json.loads(line)["still"] for line in raw.splitlines()[1:]]
        assert noted == [record["still"] for record in ran.records]
    (kept.parent / "filling").unlink()
    again = run_here("sift", yard[0].parent, *BY, "--out", kept, how)
    assert again.code == 0, again.err
    stills = [Path(record["still"]).name for record in ran.records + again.records]
    assert stills == [path.name for path in yard]
    assert sorted(path.name for path in files_below(kept)) == sorted([*stills, NAME])


class _Full(Journal):
    """A journal on a disk that is full from the third line on."""

    def add(self, record: Record) -> None:
        if len(self.records) == 2:
            raise SinkError(f"{NAME}: cannot be written: {errno.ENOSPC}")
        super().add(record)


@pytest.mark.parametrize("how", ["link", "copy", "move"])
def test_what_was_not_noted_is_not_there(yard, tmp_path, how):
    """So that a later run neither puts a second copy there nor misses a still that was moved."""
    settings = Settings(measures={"measure": "ncc", "threshold": 0.9999})
    kept = tmp_path / "kept"
    kept.mkdir()
    with _Full(None, {}) as journal:
        sift = Sift(settings, journal, Placer(kept, how), lambda _record: None)
        with pytest.raises(SinkError):
            sift.series(yard)
    assert sorted(path.name for path in files_below(kept)) == [path.name for path in yard[:2]]
    left = yard[2:] if how == "move" else yard
    assert all(path.exists() for path in left)
