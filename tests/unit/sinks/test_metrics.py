from __future__ import annotations

import os
from pathlib import Path

import pytest

from motionlapse.errors import SinkError
from motionlapse.sinks.metrics import MetricsFile


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
