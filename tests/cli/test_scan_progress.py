"""The bars of a scan, as text."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from motionlapse.cli.scan_progress import ScanProgress
from motionlapse.frames import SourceInfo


def text_of(bars: ScanProgress) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(bars._progress.get_renderable())
    return str(console.file.getvalue())  # type: ignore[attr-defined]  # of StringIO


@pytest.mark.parametrize("total", [1, 2])
def test_the_bar_of_key_frames_gives_way_to_that_of_the_source(total: int) -> None:
    info = SourceInfo("door.mp4", "door", "recording", 640, 360, fps=25.0, duration_s=60.0)
    bars = ScanProgress(total)
    try:
        bars.search("door.mp4", 1, "key frames", 0.0)
        bars.search("door.mp4", 1, "key frames", 0.25)
        shown = text_of(bars)
        assert "door.mp4: key frames" in shown
        assert "25%" in shown
        assert "frames/s" not in shown
        bars.search("door.mp4", 1, "check", 0.75)
        shown = text_of(bars)
        assert "door.mp4: check" in shown
        assert "key frames" not in shown
        assert "75%" in shown
        bars.begin(info, 1)
        bars.move(1, 600, 24.0)
        shown = text_of(bars)
        assert "check" not in shown
        assert shown.count("door.mp4") == 1
        assert "40%" in shown
        bars.end(1)
        assert "door.mp4" not in text_of(bars)
    finally:
        bars.close()
