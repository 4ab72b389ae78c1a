"""Frame numbers, media time and time of day."""

import contextlib
import json
import sqlite3
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from films import run_here, scan_here, table, write_film

KEPT = ("--metrics", "m.csv")


def frames(folder):
    return [(int(row["index"]), float(row["time_s"])) for row in table(folder / "m.csv")]


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        (("--start", "3.3"), 83, 174),
        (("--end", "3"), 0, 74),
        (("--start", "00:00:03", "--end", "6.02s"), 75, 150),
        (("--start", "4s", "--duration", "2s"), 100, 149),
        (("--start", "0.5", "--duration", "500ms"), 13, 24),
    ],
)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_part_keeps_numbers_and_time_of_the_whole(tmp_path, suffix, words, first, last):
    film = write_film(tmp_path / f"film{suffix}")
    ran = scan_here(film, "kept", *KEPT, *words)
    assert (ran.code, len(ran.err.splitlines())) == (0, 1)
    assert frames(tmp_path) == [(index, index / 25) for index in range(first, last + 1)]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
@pytest.mark.parametrize(
    ("codec", "options"),
    [("libx264", {}), ("libx264", {"x264-params": "open-gop=1"}), ("libx265", {})],
    ids=["h264", "h264 with open groups", "h265"],
)
def test_a_part_of_a_film_whose_frames_are_stored_out_of_order(tmp_path, suffix, codec, options):
    options = {"preset": "veryfast", **options}
    film = write_film(tmp_path / f"film{suffix}", codec=codec, options=options, b_frames=3)
    whole = scan_here(film, "whole", *KEPT)
    assert frames(tmp_path) == [(index, index / 25) for index in range(175)]
    assert whole.code == 0
    part = scan_here(film, "part", *KEPT, "--start", "3.3", "--end", "4.2")
    assert part.code == 0
    assert frames(tmp_path) == [(index, index / 25) for index in range(83, 105)]


def test_events_of_a_part_are_those_of_the_whole(door):
    whole = scan_here(door, "one").records[1]
    [part] = scan_here(door, "two", "--start", "3.5").records
    for key in ("start_s", "end_s", "start_frame", "end_frame"):
        assert part[key] == whole[key]


def test_wall_start_gives_every_time_of_day(door, tmp_path):
    first = scan_here(door, "kept", *KEPT, "--wall-start", "2026-05-04T23:59:59+02:00").records[0]
    assert first["start_wall"] == "2026-05-05T00:00:00.000+02:00"
    assert first["end_wall"] == "2026-05-05T00:00:00.960+02:00"
    assert table(tmp_path / "m.csv")[1]["wall"] == "2026-05-04T23:59:59.040+02:00"


def test_wall_start_is_that_of_the_file_also_with_start(door):
    words = ("--wall-start", "2026-05-04T12:00:00Z", "--start", "3.5")
    [record] = scan_here(door, "kept", *words).records
    assert record["start_wall"] == "2026-05-04T12:00:04.600+00:00"


def test_creation_time_of_the_container_is_the_start(tmp_path):
    film = write_film(
        tmp_path / "made.mkv", metadata={"creation_time": "2026-05-04T10:00:00.000000Z"}
    )
    assert scan_here(film, "kept").records[0]["start_wall"] == "2026-05-04T10:00:01.000+00:00"


def test_without_any_start_there_is_no_time_of_day(door):
    first = scan_here(door, "kept").records[0]
    assert (first["start_wall"], first["end_wall"]) == (None, None)


def test_variable_rate_takes_times_from_the_film(tmp_path):
    """25 frames a second to 3 s, a gap to 4 s, then 12.5 frames a second."""
    times = [index / 25 for index in range(75)] + [4 + index / 12.5 for index in range(38)]
    ran = scan_here(write_film(tmp_path / "vfr.mkv", times=times), "kept", *KEPT)
    assert (ran.code, len(ran.err.splitlines())) == (0, 1)
    assert frames(tmp_path) == [(index, round(time_s, 3)) for index, time_s in enumerate(times)]
    first, second = ran.records
    assert (first["start_s"], first["end_s"]) == (1.0, 1.96)
    assert (second["start_s"], second["end_s"]) == (4.64, 5.52)
    assert (second["start_frame"], second["end_frame"]) == (83, 94)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_media_time_begins_with_the_first_frame(tmp_path, suffix):
    film = write_film(tmp_path / f"late{suffix}", first_s=5.0)
    ran = scan_here(film, "kept", *KEPT)
    assert frames(tmp_path) == [(index, index / 25) for index in range(175)]
    assert ran.spans == [(25, 49), (115, 139)]
    assert (ran.code, ran.err.count("\n")) == (0, 1), ran.err


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_start_counts_from_the_first_frame(tmp_path, suffix):
    film = write_film(tmp_path / f"late{suffix}", first_s=5.0)
    scan_here(film, "kept", *KEPT, "--start", "3", "--end", "4")
    assert frames(tmp_path) == [(index, index / 25) for index in range(75, 100)]


def test_timestamp_that_goes_back_is_repaired_and_reported(tmp_path):
    def shown(number, ticks):
        return ticks + 400 - (100 if number == 80 else 0)

    film = write_film(tmp_path / "back.mkv", codec="mjpeg", pixels="yuvj420p", shown=shown)
    ran = scan_here(film, "kept", *KEPT)
    assert ran.code == 0
    assert ran.spans == [(25, 49), (115, 139)]
    assert "backward timestamps of 1 frame repaired" in ran.err
    found = frames(tmp_path)
    assert [index for index, _ in found] == list(range(175))
    assert all(one[1] < two[1] for one, two in pairwise(found))
    assert found[81:] == [(index, index / 25) for index in range(81, 175)]


def test_film_without_timestamps_runs_at_its_nominal_rate(tmp_path):
    ran = scan_here(write_film(tmp_path / "bare.h264"), "kept", *KEPT)
    assert ran.code == 0
    assert ran.spans == [(25, 49), (115, 139)]
    assert "missing or backward timestamps of 175 frames repaired" in ran.err
    assert [round(time_s, 3) for _, time_s in frames(tmp_path)] == [i / 25 for i in range(175)]


def test_start_in_a_film_without_timestamps(tmp_path):
    ran = scan_here(write_film(tmp_path / "bare.h264"), "kept", *KEPT, "--start", "3")
    assert (ran.code, ran.spans) == (0, [(115, 139)])
    assert [index for index, _ in frames(tmp_path)] == list(range(75, 175))


def test_events_since_a_time_of_day_alone_begin_where_it_was_last(door):
    now = datetime.now().astimezone().replace(microsecond=0)
    an_hour_ago = now - timedelta(hours=1)
    scan_here(door, "kept", "--wall-start", an_hour_ago.isoformat())
    for minutes, count in ((-90, 2), (-61, 2), (60, 2), (-30, 0)):
        since = now + timedelta(minutes=minutes)
        ran = run_here("events", "kept", "--json", "--since", f"{since:%H:%M:%S}")
        assert (ran.code, len(ran.records)) == (0, count), minutes
    assert ran.err == f"kept: no events since {since:%Y-%m-%dT%H:%M:%S%z}\n"


def test_numbers_that_json_lacks_are_null(door):
    def refuse(text):
        raise AssertionError(text)

    for line in run_here("scan", door, "--json").out.splitlines():
        json.loads(line, parse_constant=refuse)


@pytest.mark.parametrize(
    "start",
    ["9999-12-31T23:59:59", "0001-01-01T00:00:00+14:00", "0001-01-01", "1899-12-31", "2201-01-01"],
)
def test_a_start_in_a_year_without_footage_is_refused(door, tmp_path, start):
    ran = run_here("scan", door, "--out", "kept", "--wall-start", start)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: --wall-start: '{start}")
    assert ran.err.endswith("' is not in the years 1900 to 2200\n")
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("start", ["1900-01-01T00:00:00", "2200-12-31T23:59:59"])
def test_the_first_and_the_last_year(door, start):
    assert scan_here(door, "kept", "--wall-start", start).code == 0
    assert run_here("events", "kept").code == 0


def test_an_archive_with_a_time_that_no_zone_can_show(door):
    """As such a start left there."""
    scan_here(door, "kept", "--wall-start", "2026-05-04T00:00:00+14:00")
    with contextlib.closing(sqlite3.connect("kept/archive.sqlite")) as db, db:
        for name in ("start_wall", "end_wall"):
            db.execute(f"UPDATE events SET {name} = '0001-01-01' || substr({name}, 11)")
    listed = run_here("events", "kept")
    assert (listed.code, listed.err) == (0, "")
    assert "00:00:01+1400" in listed.out


def test_a_film_that_says_it_was_made_in_the_year_9999(tmp_path):
    film = write_film(tmp_path / "f.mkv", metadata={"creation_time": "9999-12-31T23:59:59Z"})
    ran = scan_here(film, "kept")
    assert ran.code == 0, ran.err
    assert [record["start_wall"] for record in ran.records] == [None, None]
