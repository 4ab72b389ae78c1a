"""The bars of a scan, as text."""

from __future__ import annotations

import io
import shutil

import pytest
from films import run_here
from rich.console import Console

from motionlapse.cli.scan_progress import ScanProgress
from motionlapse.cli.stopping import Stop
from motionlapse.frames import SourceInfo


def text_of(bars: ScanProgress, width: int = 120) -> str:
    console = Console(file=io.StringIO(), width=width)
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


@pytest.mark.parametrize("columns", [80, 100])
def test_a_long_path_squeezes_no_number(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    name = "/media/archive/of the cameras/2026/the street behind the house/door.mp4"
    info = SourceInfo(name, "door", "recording", 640, 360, fps=25.0, duration_s=60.0)
    bars = ScanProgress(2)
    try:
        bars.search(name, 1, "key frames", 0.5)
        shown = text_of(bars, columns)
        assert "door.mp4: key frames" in shown
        bars.begin(info, 1)
        bars.move(1, 1, 24.0)
        of_all, of_one = text_of(bars, columns).splitlines()
        assert of_one.startswith("…")
        assert "the house/door.mp4 ━━" in of_one
        for line in (of_all, of_one):
            assert "frames/s" in line
            assert ":" in line.rpartition("frames/s")[2]  # the time that is left
    finally:
        bars.close()


def test_the_bar_of_all_moves_with_each() -> None:
    info = SourceInfo("door.mp4", "door", "recording", 640, 360, fps=25.0, duration_s=60.0)
    bars = ScanProgress(2)
    try:
        bars.begin(info, 1)
        bars.move(1, 750, 30.0)
        assert "25%" in text_of(bars).splitlines()[0]
        bars.end(1)
        assert "50%" in text_of(bars).splitlines()[0]
        bars.begin(info, 2)
        bars.move(2, 1600, 64.0)  # longer than its header says
        assert "100%" in text_of(bars).splitlines()[0]
    finally:
        bars.close()


@pytest.mark.parametrize(
    ("names", "done"), [(["door.mp4"], ""), (["door.mp4", "b.mp4"], "; 0 of 2 sources done")]
)
def test_a_scan_that_is_stopped_before_its_first_frame_says_so_and_how_to_go_on(
    door: str, names: list[str], done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copyfile(door, "b.mp4")

    def asked_at_once(stop: Stop) -> Stop:
        stop.asked, stop._before, stop.exit_code = True, {}, 130
        return stop

    monkeypatch.setattr(Stop, "__enter__", asked_at_once)
    ran = run_here("scan", *names)
    assert (ran.code, ran.out) == (130, "")
    assert ran.err == (
        f"interrupted: 0 events (0 frames){done}; run it again with --resume to scan the rest\n"
    )
