"""A film whose name leaves no room for the names of its results costs itself alone."""

import os

import pytest
from complaints import error_line
from films import run_here, table

LONG = "n" * 250 + ".mp4"


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("--masks", "seen.mp4"), f"seen-{LONG}"),
        (("--clips", "copy", "--join", "all.mp4"), f"all-{LONG}"),
        (("--metrics", "rows.csv"), f"rows-{LONG[:250]}.csv"),
    ],
    ids=lambda words: words[-2] if isinstance(words, tuple) else "",
)
def test_the_others_are_scanned(film, tmp_path, words, name, workers):
    (tmp_path / "week").mkdir()
    film("week/a.mp4")
    for other in (LONG, "z.mp4"):
        os.link("week/a.mp4", f"week/{other}")
    more = ("--workers", workers, "--csv", "events.csv", "--report")
    ran = run_here("scan", "week", "--out", "kept", "--json", *words, *more)
    assert ran.code == 4
    assert error_line(ran) == f"error: {name}: cannot be written: file name too long"
    assert [record["source"] for record in ran.records] == ["week/a.mp4"] * 2 + ["week/z.mp4"] * 2
    assert len(table(tmp_path / "events.csv")) == 4
    assert (tmp_path / "kept" / "report.html").exists()
