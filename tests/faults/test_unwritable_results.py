"""Results that cannot be written: exit 4, one line, and the scan goes on."""

import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
from complaints import error_line
from films import files_below, run_apart, run_here, scan_here

needs_dev_full = pytest.mark.skipif(
    not Path("/dev/full").is_char_device(), reason="there is no /dev/full"
)
WHOLE = [(25, 49), (115, 139)]


@pytest.fixture
def file_in_the_way(tmp_path):
    (tmp_path / "wall").write_text("a file where a folder should be")
    return "wall/kept"


def test_archive_that_cannot_be_made(film, file_in_the_way):
    film("door.mp4")
    ran = scan_here("door.mp4", file_in_the_way)
    assert (ran.code, ran.out) == (4, "")
    assert "wall" in error_line(ran)


def test_archive_that_is_another_file(film, tmp_path):
    film("door.mp4")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "archive.sqlite").write_text("this is no database\n" * 100)
    ran = scan_here("door.mp4", "kept")
    assert (ran.code, ran.out) == (4, "")
    assert "archive.sqlite" in error_line(ran)
    assert (tmp_path / "kept" / "archive.sqlite").read_text().startswith("this is no database")


@pytest.mark.parametrize(("flag", "name"), [("--metrics", "rows.csv"), ("--masks", "masks")])
def test_extra_results_that_cannot_be_made(film, file_in_the_way, flag, name):
    film("door.mp4")
    ran = scan_here("door.mp4", "kept", flag, f"{file_in_the_way}/{name}")
    assert ran.code == 4
    assert "wall" in error_line(ran)


def test_scan_that_cannot_begin_does_not_hide_an_earlier_one(film, file_in_the_way):
    film("door.mp4")
    assert scan_here("door.mp4", "kept").spans == WHOLE
    assert scan_here("door.mp4", "kept", "--metrics", file_in_the_way + "/rows.csv").code == 4
    assert run_here("events", "kept", "--json").spans == WHOLE


@pytest.mark.parametrize(
    "words",
    [
        ("--csv", "wall/kept/events.csv"),
        ("--csv", "wall"),
        ("--metrics", "wall/kept/rows.csv"),
        ("--masks", "wall/kept/masks"),
        ("--masks", "wall/kept/seen.mp4"),
        ("--clips", "copy", "--join", "wall/kept/all.mp4"),
    ],
    ids=lambda words: words[-2] + " " + words[-1],
)
@pytest.mark.parametrize("films", [["door.mp4"], ["door.mp4", "gate.mp4"]], ids=["one", "two"])
def test_a_result_that_cannot_be_written_is_known_before_footage_is_read(
    film, tmp_path, words, films
):
    for name in films:
        film(name)
    if words[1] == "wall":
        (tmp_path / "wall").mkdir()  # a folder where a file should be
    else:
        (tmp_path / "wall").write_text("a file where a folder should be")
    before = sorted(files_below(tmp_path))
    ran = run_here("scan", *films, "--out", "kept", "--json", *words)
    assert (ran.code, ran.out) == (4, "")
    assert "wall" in error_line(ran)
    assert sorted(files_below(tmp_path)) == before


@needs_dev_full
def test_csv_that_cannot_be_written_costs_no_events(film):
    film("door.mp4")
    ran = scan_here("door.mp4", "kept", "--csv", "/dev/full")
    assert (ran.code, ran.spans) == (4, WHOLE)
    assert "/dev/full" in error_line(ran)


@needs_dev_full
def test_csv_that_cannot_be_written_does_not_hide_the_table(film):
    film("door.mp4")
    ran = run_here("scan", "door.mp4", "--out", "kept", "--csv", "/dev/full")
    assert ran.code == 4
    assert len(ran.out.splitlines()) == 1 + len(WHOLE)
    summary, fault = ran.err.splitlines()
    assert summary.startswith("2 events")
    assert "/dev/full" in fault


def test_log_file_that_cannot_be_made(film, file_in_the_way):
    film("door.mp4")
    ran = scan_here("door.mp4", "kept", "--log-file", file_in_the_way + "/log")
    assert (ran.code, ran.out) == (4, "")
    assert "wall" in error_line(ran)


@needs_dev_full
def test_log_file_on_a_full_disk(film):
    film("door.mp4")
    ran = run_apart("scan", "door.mp4", "--out", "kept", "--json", "--log-file", "/dev/full")
    assert (ran.code, ran.spans) == (4, WHOLE)
    assert "/dev/full: cannot be written: no space" in error_line(ran)


@needs_dev_full
def test_standard_output_on_a_full_disk(film):
    film("door.mp4")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "motionlapse", "scan", "door.mp4", "--out", "kept", "--json"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    assert run_here("events", "kept", "--json").spans == WHOLE


@needs_dev_full
@pytest.mark.parametrize("words", [["--help"], ["--version"], ["config", "check", "--help"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_help_on_a_full_disk(words, unbuffered):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "motionlapse", *words],
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 4
    assert done.stderr == "error: standard output: cannot be written: no space left on device\n"


@needs_dev_full
@pytest.mark.parametrize("words", [[], ["scan", "--nope"]])
def test_what_cannot_be_said_is_told_by_the_exit_code(words):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "motionlapse", *words],
            stdout=subprocess.PIPE, stderr=full, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")


def closed(stream, *words):
    """Run the program with a standard stream closed."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {stream}', "-", sys.executable, "-m", "motionlapse", *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


NO_STDOUT = "error: standard output: cannot be written: bad file descriptor\n"


@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["table", "json"])
def test_a_scan_without_standard_output(film, flags):
    film("door.mp4")
    done = closed(">&-", "scan", "door.mp4", "--out", "kept", *flags)
    assert done.returncode == 4
    assert NO_STDOUT in done.stderr
    assert done.stderr.count("error: ") == 1
    assert run_here("events", "kept", "--json").spans == WHOLE


@pytest.mark.parametrize("words", [["list", "models"], ["--version"], ["config", "show"]])
def test_nothing_to_print_on(words):
    done = closed(">&-", *words)
    assert (done.returncode, done.stderr) == (4, NO_STDOUT)


@pytest.mark.parametrize("streams", ["2>&-", "<&- 2>&-"])
def test_nowhere_to_say_anything_changes_nothing(film, streams):
    film("door.mp4")
    done = closed(streams, "scan", "door.mp4", "--out", "kept", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == len(WHOLE)
    assert run_here("events", "kept", "--json").spans == WHOLE


def test_full_disk_of_snapshots(film, small_disk):
    film("door.mp4")
    disk = small_disk(400)
    filling = disk / "filling"
    filling.write_bytes(bytes(150_000))
    ran = scan_here("door.mp4", disk / "kept", "--snapshots", "all")
    assert_told_of_the_full_disk(ran)
    assert ran.spans[0] == WHOLE[0]
    assert_only_whole_files(disk)
    filling.unlink()
    assert run_here("events", disk / "kept", "--json").spans[0] == WHOLE[0]


@pytest.mark.parametrize("size_kb", [4, 64])  # for the database itself, and for its journal
@pytest.mark.parametrize("films", [("door.mp4",), ("door.mp4", "gate.mp4")], ids=len)
def test_full_disk_of_a_new_archive_is_one_line(film, small_disk, size_kb, films):
    for name in films:
        film(name)
    kept = small_disk(size_kb) / "kept"
    ran = run_here("scan", *films, "--out", kept)
    assert (ran.code, ran.out) == (4, "")
    [line] = ran.err.splitlines()
    path = kept / "archive.sqlite"
    assert line == f"error: {path}: cannot be written: no space left on device"


@pytest.mark.parametrize("name", ["seen.mp4", "seen.mkv"])
@pytest.mark.parametrize("size_kb", [0, 32])  # for its header, and for the rest
def test_full_disk_of_a_film_of_masks_costs_no_event(film, small_disk, name, size_kb):
    film("door.mp4")
    disk = small_disk(64)
    (disk / "filling").write_bytes(bytes(64 * 1024 - size_kb * 1024))
    ran = run_apart("scan", "door.mp4", "--out", "kept", "--masks", disk / name)
    assert_told_of_the_full_disk(ran)
    assert run_here("events", "kept", "--json").spans == WHOLE
    assert [path.name for path in files_below(disk)] == ["filling"]


@pytest.mark.parametrize(("flag", "name"), [("--masks", "masks"), ("--metrics", "rows.csv")])
def test_full_disk_of_extra_results_costs_no_event(film, small_disk, flag, name):
    film("door.mp4")
    disk = small_disk(8)
    ran = scan_here("door.mp4", "kept", flag, disk / name)
    assert ran.spans == WHOLE
    assert run_here("events", "kept", "--json").spans == WHOLE
    assert_told_of_the_full_disk(ran)
    assert_only_whole_files(disk)


def test_an_archive_in_a_read_only_folder_is_called_that(film, small_disk):
    film("door.mp4")
    disk = small_disk(4000)
    assert scan_here("door.mp4", disk / "kept").code == 0
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    ran = scan_here("door.mp4", disk / "kept")
    assert (ran.code, ran.out) == (4, "")
    assert "archive.sqlite: cannot be written: its folder is read-only" in error_line(ran)
    assert run_here("events", disk / "kept", "--json").spans == WHOLE


def test_full_disk_of_the_archive_still_lists_what_was_found(film, small_disk):
    film("door.mp4")
    disk = small_disk(400)
    (disk / "filling").write_bytes(bytes(300_000))
    ran = scan_here("door.mp4", disk / "kept")
    assert ran.code == 4
    assert "Traceback" not in ran.err
    assert_only_whole_files(disk)
    assert ran.spans == WHOLE


def test_a_watch_tells_of_each_result_that_a_full_disk_has_cost(film, small_disk):
    film("door.mp4")
    disk = small_disk(96)  # room for an archive without events
    ran = run_apart("watch", "door.mp4", "--out", disk / "kept")
    assert_told_of_the_full_disk(ran)
    assert "archive.sqlite: cannot be written" in ran.err, "the events are not in it"
    assert ".jpg: cannot be written" in ran.err


def assert_told_of_the_full_disk(ran):
    assert ran.code == 4
    assert "Traceback" not in ran.err
    assert "no space left on device" in ran.err
    assert len(ran.err.splitlines()) < 10, "one line, not one for each picture"


def assert_only_whole_files(folder):
    for path in files_below(folder):
        assert not path.name.endswith(".part"), path
        assert path.stat().st_size or "sqlite" in path.name, path
        if path.suffix in (".jpg", ".png"):
            assert cv2.imread(str(path)) is not None, path
