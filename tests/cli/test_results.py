"""What scan and events print and write."""

import csv
import io
import json
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import cv2
import pytest
from films import FRAMES, run_apart, run_here, scan_here, table, write_stills

from motionlapse.cli.event_output import print_events
from motionlapse.cli.watch_output import event_line
from motionlapse.types import KeptEvent

KEYS = [
    *("source", "event", "start_s", "end_s", "start_frame", "end_frame", "start_wall", "end_wall"),
    *("peak_s", "peak_score", "peak_fraction", "reason", "regions", "snapshots", "clip"),
]
METRICS = [
    *("index", "time_s", "wall", "fraction", "flow", "score", "state", "learning_rate"),
    *("light_gain", "reason"),
]
WHOLE = [(25, 49), (115, 139)]


def test_json_lines_alone_on_stdout(door):
    ran = scan_here(door, "kept")
    assert ran.code == 0
    assert [list(record) for record in ran.records] == [KEYS, KEYS]
    first = ran.records[0]
    assert ran.spans == WHOLE
    assert (first["source"], first["event"], first["regions"]) == (door, 1, ["all"])
    assert (first["start_s"], first["end_s"], first["clip"]) == (1.0, 1.96, None)
    assert first["start_s"] <= first["peak_s"] <= first["end_s"]
    assert first["peak_score"] > 1
    assert 0 < first["peak_fraction"] < 1
    assert ran.err == "2 events (175 frames); 2 snapshots in kept/door/\n"


@pytest.mark.parametrize("place", ["kept", "a/b c/ü", "absolute"])
def test_events_reads_back_the_same_records(door, tmp_path, place):
    kept = tmp_path / "kept" if place == "absolute" else place
    said = scan_here(door, kept).out
    listed = run_here("events", kept, "--json")
    assert (listed.code, listed.err) == (0, "")
    assert listed.out == said
    assert run_here("events", kept, "--csv", "-").out == csv_of(said)


def csv_of(json_lines):
    """The same events as CSV."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(KEYS)
    for line in json_lines.splitlines():
        values = json.loads(line).values()
        rows.writerow([";".join(v) if isinstance(v, list) else v for v in values])
    return text.getvalue()


def test_csv_on_stdout_alone_and_in_a_file(door, tmp_path):
    ran = run_here("scan", door, "--out", "one", "--csv", "-")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [list(row) for row in rows] == [KEYS, KEYS]
    assert [(row["start_frame"], row["end_frame"]) for row in rows] == [
        ("25", "49"),
        ("115", "139"),
    ]
    ran = scan_here(door, "two", "--csv", "lists/events.csv")
    assert (tmp_path / "lists" / "events.csv").read_text() == csv_of(ran.out)


def test_events_can_be_filtered(door):
    scan_here(door, "kept", "--wall-start", "2026-05-04T12:00:00+02:00")
    peaks = [record["peak_score"] for record in run_here("events", "kept", "--json").records]

    def count(*words):
        return len(run_here("events", "kept", "--json", *words).records)

    assert count("--source", "door") == 2
    assert count("--source", "window") == 0
    assert count("--region", "all") == 2
    assert count("--region", "gate") == 0
    assert count("--min-score", str(min(peaks) - 0.01)) == 2
    assert count("--min-score", str(max(peaks) + 1)) == 0
    assert count("--since", "2026-05-04T10:00:03+00:00") == 1
    assert run_here("events", "kept", "--since", "noon").code == 2


def test_an_archive_without_events_and_one_without_those_asked_for(door):
    scan_here(door, "kept")
    for flag, name, said in (
        ("--source", "window", "no source has 'window' in its name; sources: door.mp4"),
        ("--region", "gate", "none is in region 'gate'; regions with events: all"),
    ):
        assert run_here("events", "kept", flag, name).err == f"kept: no events that match; {said}\n"
    assert run_here("events", "kept", "--min-score", "99999").err == "kept: no events that match\n"
    scan_here(door, "still", "--enter", "99%")
    assert run_here("events", "still").err == "still: no events\n"


def test_a_line_of_an_event_names_its_regions_if_it_has_any(make_event):
    kept = KeptEvent("cam", make_event(), snapshots=("a.jpg",))
    with_regions = event_line(replace(kept, event=replace(kept.event, regions=("door", "gate"))))
    without = event_line(replace(kept, event=replace(kept.event, regions=())))
    assert with_regions.replace(", door, gate", "") == without
    assert "all" not in without


def cells(printed):
    """The first cells of a table's rows, without its heading."""
    return [line.split()[:6] for line in printed.splitlines()[1:]]


@pytest.fixture
def in_london(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/London")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        ("2026-05-04T10:00:00+01:00", ["10:00:01", "00:00:01.0"]),
        ("2026-05-04T10:00:00+02:00", ["10:00:01+0200", "00:00:01.0"]),
        ("2026-05-04T23:59:56+01:00", ["2026-05-04", "23:59:57", "00:00:01.0"]),
    ],
)
@pytest.mark.usefixtures("in_london")
def test_the_table_has_times_of_day_where_they_are_known(door, start, shown):
    scan_here(door, "kept", "--wall-start", start)
    first, second = cells(run_here("events", "kept").out)
    assert first[2 : 2 + len(shown)] == shown
    if len(shown) > 2:
        assert second[2] == "2026-05-05"


def test_summer_and_winter_of_one_zone_are_both_local(in_london, capsys, make_event):
    walls = [datetime.fromisoformat(f"2026-{day}") for day in ("07-01T12:00+01:00", "12-01T12:00Z")]
    print_events([KeptEvent("demo:", make_event(), wall, wall) for wall in walls])
    rows = cells(capsys.readouterr().out)
    assert [row[2:4] for row in rows] == [["2026-07-01", "12:00:00"], ["2026-12-01", "12:00:00"]]


def test_the_table_has_media_times_without_a_clock(door):
    scan_here(door, "kept")
    assert [row[2] for row in cells(run_here("events", "kept").out)] == ["00:00:01.0", "00:00:04.6"]


@pytest.mark.parametrize(
    ("sources", "shown"),
    [
        (["a/b/door.mp4"], ["door.mp4"]),
        (["a/b/door.mp4", "a/c/gate.mp4"], ["b/door.mp4", "c/gate.mp4"]),
        (["/a/door.mp4", "a/door.mp4"], ["/a/door.mp4", "a/door.mp4"]),
        (["a/door.mp4", "gate.mp4"], ["a/door.mp4", "gate.mp4"]),
        (["rtsp://host/door"], ["rtsp://host/door"]),
        (["demo:"], ["demo:"]),
    ],
)
def test_the_table_leaves_out_the_folder_that_all_sources_are_in(
    capsys, make_event, sources, shown
):
    print_events([KeptEvent(source, make_event()) for source in sources])
    assert [row[0] for row in cells(capsys.readouterr().out)] == shown


def test_reading_leaves_nothing_beside_the_database(door, tmp_path):
    assert scan_here(door, "kept").code == 0
    before = {path: path.read_bytes() for path in (tmp_path / "kept").rglob("*") if path.is_file()}
    assert run_here("events", "kept", "--json").code == 0
    after = {path: path.read_bytes() for path in (tmp_path / "kept").rglob("*") if path.is_file()}
    assert after == before


def test_a_report_says_which_files_are_gone(door):
    kept = scan_here(door, "kept").records
    whole = run_here("report", "kept")
    assert (whole.code, "warning" in whole.err) == (0, False)
    Path(kept[0]["snapshots"][0]).unlink()
    ran = run_here("report", "kept")
    assert ran.code == 0
    assert "warning: 1 snapshot or clip of the archive cannot be found" in ran.err


def test_events_of_an_archive_that_is_missing(tmp_path):
    ran = run_here("events", "gone")
    assert (ran.code, ran.out) == (3, "")
    [line] = ran.err.splitlines()
    assert "gone: not an archive" in line
    assert list(tmp_path.iterdir()) == []


def test_a_second_scan_counts_on_and_shows_its_own_events(door, tmp_path):
    scan_here(door, "kept")
    pictures = {path: path.read_bytes() for path in tmp_path.rglob("*.jpg")}
    again = scan_here(door, "kept")
    assert [record["event"] for record in again.records] == [3, 4]
    assert run_here("events", "kept", "--json").out == again.out
    assert len(run_here("events", "kept", "--json", "--all-runs").records) == 4
    assert all(path.read_bytes() == content for path, content in pictures.items())


@pytest.mark.parametrize(
    ("choice", "first_event"),
    [
        ("first", [25]),
        ("last", [49]),
        ("all", list(range(25, 50))),
        ("every:0.4s", [25, 35, 45]),
        ("none", []),
        ("best", None),
    ],
)
def test_choice_of_snapshots(door, choice, first_event):
    record = scan_here(door, "kept", "--snapshots", choice).records[0]
    names = [Path(path).name for path in record["snapshots"]]
    times = [record["peak_s"]] if first_event is None else [frame / 25 for frame in first_event]
    assert names == [f"event-0001_00-00-{time_s:06.3f}.jpg" for time_s in times]
    for path in record["snapshots"]:
        assert cv2.imread(path).shape == (120, 160, 3)


def test_drawn_boxes_change_the_snapshot(door):
    [plain, boxed] = [
        cv2.imread(scan_here(door, out, *words).records[0]["snapshots"][0])
        for out, words in (("plain", ()), ("boxed", ("--draw",)))
    ]
    green = (boxed[..., 1].astype(int) - boxed[..., 2] > 60).sum()
    assert green > 40
    assert (plain[..., 1].astype(int) - plain[..., 2] > 60).sum() == 0


def test_masks_cover_every_frame_at_the_size_of_the_source(door, tmp_path):
    scan_here(door, "kept", "--masks", "masks", "--scale", "3")
    paths = sorted((tmp_path / "masks").iterdir())
    assert [path.name for path in paths] == [f"bin{index:06d}.png" for index in range(FRAMES)]
    masks = [cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in paths]
    assert {mask.shape for mask in masks} == {(120, 160)}
    assert {int(value) for mask in masks for value in (mask.min(), mask.max())} == {0, 255}
    assert all(set(mask.ravel()) <= {0, 255} for mask in masks)
    assert masks[20].max() == 0
    assert masks[30].max() == 255


def test_masks_of_stills_carry_the_last_number_of_the_name(tmp_path):
    write_stills(tmp_path / "cam7", [index / 5 for index in range(10)], first=95)
    scan_here("cam7", "kept", "--fps", "5", "--masks", "masks")
    names = sorted(path.name for path in (tmp_path / "masks").iterdir())
    assert names == [f"bin{number:06d}.png" for number in range(95, 105)]


def test_metrics_have_one_row_a_frame(door, tmp_path):
    scan_here(door, "kept", "--metrics", "m.csv")
    rows = table(tmp_path / "m.csv")
    assert list(rows[0]) == METRICS
    assert [int(row["index"]) for row in rows] == list(range(FRAMES))
    assert [float(row["time_s"]) for row in rows] == [index / 25 for index in range(FRAMES)]
    assert {row["state"] for row in rows} == {"quiet", "rising", "active", "fading"}
    assert all(row["reason"] for row in rows)
    assert {row["flow"] for row in rows} == {""}
    fired = [int(row["index"]) for row in rows if float(row["score"]) >= 1]
    assert fired == [*range(25, 50), *range(115, 140)]


def test_quiet_says_nothing_and_verbose_more(door):
    assert scan_here(door, "one", "--quiet").err == ""
    plain, more = scan_here(door, "two").err, scan_here(door, "three", "--verbose").err
    assert len(more.splitlines()) > len(plain.splitlines()) == 1
    assert "160×120" in more


def test_log_file_is_appended_to_with_the_time_of_day(door, tmp_path):
    log = tmp_path / "scan.log"
    log.write_text("before\n")
    ran = run_apart("scan", door, "--out", "kept", "--log-file", "scan.log", "--quiet")
    assert (ran.code, ran.err) == (0, "")
    first, *lines = log.read_text().splitlines()
    assert first == "before"
    assert any("2 events (175 frames)" in line for line in lines)
    assert all(line[:2] == "20" and line[4] == "-" for line in lines)


def test_missing_folders_of_a_table_and_of_a_log_are_made(door):
    words = ("--csv", "new/tables/events.csv", "--log-file", "new/logs/scan.log")
    assert run_apart("scan", door, "--out", "kept", *words).code == 0
    assert len(table(Path("new/tables/events.csv"))) == 2
    assert "2 events (175 frames)" in Path("new/logs/scan.log").read_text()


def test_a_repeated_scan_gives_the_same_records(door):
    one, two = (scan_here(door, out).out for out in ("one", "two"))
    assert one.replace("one/", "two/") == two
