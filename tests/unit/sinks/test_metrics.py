from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from films import table

from motionlapse.errors import SinkError
from motionlapse.frames import Frame
from motionlapse.sinks.metrics import MetricsFile
from motionlapse.sinks.metrics_parquet import MetricsParquet
from motionlapse.types import Analysis, Decision, State


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_a_pipe_that_nobody_reads_any_more_is_told_and_not_removed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "m.csv")
    reader = os.open(tmp_path / "m.csv", os.O_RDONLY | os.O_NONBLOCK)
    metrics = MetricsFile(tmp_path / "m.csv")
    os.close(reader)
    with pytest.raises(SinkError, match=r"m\.csv: cannot be written: broken pipe"):
        metrics.close()
    assert (tmp_path / "m.csv").is_fifo()


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="pipes have no names")
def test_a_pipe_without_a_name_is_written() -> None:
    """As a shell gives with ``>(gzip > m.csv.gz)``."""
    reader, writer = os.pipe()
    metrics = MetricsFile(Path(f"/dev/fd/{writer}"))
    metrics.close()
    os.close(writer)
    with os.fdopen(reader) as file:
        assert file.read().startswith("index,time_s,")


def test_rows_that_come_rarely_are_written_at_once(
    tmp_path: Path,
    make_frame: Callable[..., Frame],
    make_analysis: Callable[..., Analysis],
    make_decision: Callable[..., Decision],
) -> None:
    """Else a kill would cost a time-lapse of a picture a minute forty of them."""
    metrics = MetricsFile(tmp_path / "m.csv", live=True)
    luma = np.zeros((30, 40), np.uint8)
    for index in range(3):
        frame = make_frame(luma, index=index, time=index * 60.0)
        metrics.write(make_analysis(frame), make_decision(State.QUIET))
    [part] = tmp_path.glob(".m.csv.*.part")
    assert len(table(part)) == 3
    metrics.close()


@pytest.mark.parametrize("kind", [MetricsFile, MetricsParquet])
def test_two_watches_that_were_given_one_name_both_keep_their_numbers(
    tmp_path: Path, kind: type[MetricsFile | MetricsParquet]
) -> None:
    if kind is MetricsParquet:
        pytest.importorskip("pyarrow")
    path = tmp_path / "m.csv"
    first, second = kind(path, live=True), kind(path, live=True)
    first.close()
    before = path.stat().st_ino
    with pytest.raises(SinkError, match=r"taken the name in the meantime; the table is m-2\.csv"):
        second.close()
    assert path.stat().st_ino == before, "it is still the first one's"
    assert sorted(name.name for name in tmp_path.iterdir()) == ["m-2.csv", "m.csv"]
    kind(path).close()
    assert path.stat().st_ino != before, "what can be made again is written anew"
