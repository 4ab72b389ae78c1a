"""Tables on a full disk, or left by a kill: whole lines, or nothing."""

from __future__ import annotations

import io
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from films import table

from motionlapse.errors import SinkError
from motionlapse.files import part_of
from motionlapse.frames import Frame
from motionlapse.locks import hold_new
from motionlapse.sinks.left_parts import keep_dead_lines
from motionlapse.sinks.metrics import MetricsFile
from motionlapse.sinks.whole_lines import cut_to_lines
from motionlapse.types import Analysis, Decision, State

resource = pytest.importorskip("resource")
LIMIT = 10_000


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may be longer than that; to whoever writes it is as a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)


@pytest.fixture
def fill(
    make_frame: Callable[..., Frame], make_analysis: Callable[..., Analysis]
) -> Callable[[Path, int], None]:
    """Write the numbers of some frames as far as there is room, and finish."""

    def write(path: Path, frames: int) -> None:
        metrics = MetricsFile(path)
        luma = np.zeros((4, 4), np.uint8)
        faults = []
        for index in range(frames):
            analysis = make_analysis(make_frame(luma, index=index, time=index / 25))
            try:
                metrics.write(analysis, Decision(State.QUIET, "nothing moves", 1.0))
            except SinkError as error:
                faults.append(str(error))
        try:
            metrics.close()
        except SinkError as error:
            faults.append(str(error))
        assert faults
        assert all("cannot be written: file too large" in fault for fault in faults)

    return write


@pytest.mark.parametrize("frames", [175, 1000], ids=["at the end", "long before"])
@pytest.mark.usefixtures("small_files")
def test_on_a_full_disk_what_was_written_is_kept_in_whole_lines(
    tmp_path: Path, fill: Callable[[Path, int], None], frames: int
) -> None:
    fill(tmp_path / "rows.csv", frames)
    rows = table(tmp_path / "rows.csv")
    assert [row["index"] for row in rows] == [str(index) for index in range(len(rows))]
    assert len({len(row) for row in rows}) == 1
    assert all(row["reason"] == "nothing moves" for row in rows)
    assert LIMIT - 100 < (tmp_path / "rows.csv").stat().st_size <= LIMIT
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


@pytest.mark.usefixtures("small_files")
def test_what_a_full_disk_cut_short_replaces_nothing(
    tmp_path: Path, fill: Callable[[Path, int], None]
) -> None:
    (tmp_path / "rows.csv").write_text("index,time_s,wall,\nof another run\n")
    fill(tmp_path / "rows.csv", 175)
    assert (tmp_path / "rows.csv").read_text().endswith("of another run\n")
    assert len(table(tmp_path / "rows-2.csv")) > 100


@pytest.mark.parametrize(
    ("content", "whole"),
    [(b"", b""), (b"a\nb\nc", b"a\nb\n"), (b"a\n", b"a\n"), (b"a\n" + b"b" * 9000, b"a\n")],
)
def test_the_last_line_is_cut_off_if_it_has_no_end(content: bytes, whole: bytes) -> None:
    file = io.BytesIO(content)
    assert cut_to_lines(file) == len(whole)
    assert file.getvalue() == whole


def test_what_was_left_gets_names_that_nothing_has(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("finished")
    names = ("rows.csv", "rows-2.csv", "rows.csv", "other.csv", "rows-x.csv")
    for number, name in enumerate(names):
        part_of(tmp_path / name).write_text(f"index\n{number}\n{number + 1}")
    part_of(tmp_path / "rows.csv").write_text("index\n1")
    with hold_new(part_of(tmp_path / "rows.csv")) as held:
        held.write(b"index\n7\n")
        held.flush()
        kept = keep_dead_lines(tmp_path / "rows.csv")
    assert sorted(path.name for path in kept) == ["rows-2.csv", "rows-3.csv", "rows-4.csv"]
    assert {path.read_text() for path in kept} == {f"index\n{n}\n" for n in (0, 1, 2)}
    left = [path.name for path in tmp_path.iterdir() if path.suffix == ".part"]
    assert sorted(name[:-18] for name in left) == [".other.csv", ".rows-x.csv", ".rows.csv"]
