"""Scores as data: Parquet beside CSV, and a day's activity drawn in the terminal."""

from __future__ import annotations

import pytest
from films import run_here, scan_here, table

from motionlapse.cli.day_plot import plot_lines

parquet = pytest.importorskip("pyarrow.parquet", reason="PyArrow is not installed")


def test_parquet_has_the_numbers_of_the_csv(door, tmp_path):
    wall = ("--wall-start", "2026-05-04T12:00:00+02:00")
    scan_here(door, "one", "--metrics", "m.csv", *wall)
    assert scan_here(door, "two", "--metrics", "m.parquet", *wall).code == 0
    rows, read = table(tmp_path / "m.csv"), parquet.read_table("m.parquet").to_pylist()
    assert [list(row) for row in rows] == [list(row) for row in read]
    for row, typed in zip(rows, read, strict=True):
        assert typed["index"] == int(row["index"])
        assert typed["score"] == pytest.approx(float(row["score"]), abs=1e-4)
        assert (typed["state"], typed["reason"]) == (row["state"], row["reason"])
        assert typed["flow"] is None
        assert typed["wall"].timestamp() == pytest.approx(1777888800 + typed["time_s"], abs=0.001)


def test_without_pyarrow_it_is_said_what_to_install(door, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    ran = scan_here(door, "kept", "--metrics", "m.parquet")
    assert ran.code == 2
    assert "motionlapse[parquet]" in ran.err
    assert not (tmp_path / "m.parquet").exists()


def test_a_day_is_drawn_by_the_clock(door, monkeypatch):
    monkeypatch.setenv("COLUMNS", "79")
    scan_here(door, "kept", "--wall-start", "2026-05-04T18:30:00")
    ran = run_here("events", "kept", "--plot")
    title, *lines = ran.out.splitlines()
    assert title.startswith("2026-05-04: 2 events, 00:00:02 of motion")
    assert all(len(line) <= 79 for line in lines)
    assert lines[-1].split() == [f"{hour:02d}" for hour in range(24)]
    column = lines[-1].index("18")
    assert lines[-3][column + 1] in "▁▂▃▄▅▆▇█.:-=+*#@"
    assert {line[7:column].strip() for line in lines[:-2]} == {""}


def test_media_time_is_drawn_where_there_is_no_time_of_day(door):
    scan_here(door, "kept")
    ran = run_here("events", "kept", "--plot")
    assert ran.out.startswith("media time of door.mp4: 2 events")
    assert "00:00:05" in ran.out


def test_a_plot_leaves_stdout_to_json(door):
    scan_here(door, "kept")
    assert run_here("events", "kept", "--plot", "--json").code == 2


def test_heights_follow_the_logarithm_of_the_score():
    spans = [(0.0, 10.0, 1.0), (30.0, 40.0, 10.0), (70.0, 80.0, 100.0)]
    lines = plot_lines(spans, 100.0, 50, by_the_clock=False, symbols=" .:-=+*#@")
    heights = [
        sum(line[7 + column] == "@" for line in lines[:8] if len(line) > 7 + column)
        for column in (1, 16, 36)
    ]
    assert heights == [0, 4, 8]
    assert lines[7][8] != " "  # a score of 1 still shows
