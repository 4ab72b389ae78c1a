"""``scripts/bench --quick``: every row has a number, or says why it has none."""

import os
import re
import subprocess
import sys

import pytest
from films import LONG_S

ABSENT = ("not installed", "motion is not installed", "takes too long for a quick run")


@pytest.fixture(scope="module")
def printed(root):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "scripts"), "COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=10 * LONG_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(printed):
    lines = [line.strip("│ ").split("│") for line in printed.splitlines() if line.startswith("│")]
    return {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in lines}


def test_every_row_has_a_number(printed):
    found = rows(printed)
    assert len(found) >= 20
    for name, values in found.items():
        if values[0] in ABSENT:
            continue
        assert all(re.fullmatch(r"\d+(\.\d+)?", value) for value in values if value), name
        assert float(values[0]) > 0, name


def test_all_that_was_promised_is_there(printed):
    names = set(rows(printed))
    assert {"scan", "gaussian (the default)", "MOG2", "KNN", "CNT", "model and cleanup"} <= names
    assert {"decode", "prepare", "model", "cleanup", "score", "decide", "sinks"} <= names
    assert any(name.startswith("dvr-scan") for name in names)
    assert any(name.startswith("ffmpeg") for name in names)
    assert any("files of" in name for name in names)
