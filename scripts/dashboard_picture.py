"""Writes fixtures/pictures/dashboard.svg: the dashboard on the demo camera, exported by Rich.

It watches for as long as the picture says, and all figures in it are those of this watch, which
draws nothing meanwhile.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from pathlib import Path

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment

from motionlapse.cli.watch_output import WatchOutput
from motionlapse.clock import SystemClock
from motionlapse.dashboard.live import Dashboard
from motionlapse.dashboard.look import Look
from motionlapse.dashboard.view import render
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.address import parse_address
from motionlapse.watch.controls import Controls
from motionlapse.watch.session import Watch

PICTURE = Path(__file__).resolve().parent.parent / "fixtures" / "pictures" / "dashboard.svg"
SIZE = (124, 34)
AT_S = 50.3  # the fourth walker is half way


class _Lines:
    def __init__(self, lines: list[list[Segment]]) -> None:
        self._lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._lines:
            yield from line
            yield Segment.line()


def watched() -> Look | None:
    """Watch the demo camera for a while; return what the dashboard knows then."""
    clock, controls = SystemClock(), Controls()
    output = WatchOutput("demo:", clock, json=False, quiet=True, lines=False)
    settings = Settings.model_validate({"sinks": {"out": "captures"}})
    watch = Watch(parse_address("demo:"), settings, output, clock, controls, shown=True)
    dashboard = Dashboard(output.chronicle, watch, controls, clock)  # it looks, and draws nothing
    look: Look | None = None

    def tick() -> None:
        nonlocal look
        analysis = output.chronicle.analysis
        if look is None and analysis is not None:
            dashboard.look()  # as the processor share is of the last seconds
            if analysis.frame.time >= AT_S:
                look = dashboard.look()
                controls.stop("the picture is taken")

    output.on_tick(tick)
    watch.run()
    return look


def main() -> int:
    """Export what the dashboard shows."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        look = watched()
    if look is None:
        return 1
    console = Console(file=io.StringIO(), record=True, width=SIZE[0], color_system="truecolor")
    console.print(_Lines(render(look, *SIZE)), end="")
    svg = console.export_svg(title="motionlapse watch demo:", unique_id="dashboard")
    PICTURE.write_text(svg, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
