"""Writes fixtures/pictures/dashboard.svg: the dashboard on the demo camera, exported by Rich."""

from __future__ import annotations

import io
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment

from motionlapse.cli.watch_output import WatchOutput
from motionlapse.clock import ManualClock
from motionlapse.dashboard.look import look_at
from motionlapse.dashboard.view import render
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.address import parse_address
from motionlapse.watch.controls import Controls
from motionlapse.watch.session import Watch

PICTURE = Path(__file__).resolve().parent.parent / "fixtures" / "pictures" / "dashboard.svg"
SIZE = (124, 34)
AT_S = 50.3  # the fourth walker is half way
BEGUN = datetime(2026, 5, 4, 14, 2, tzinfo=UTC)


class _Lines:
    def __init__(self, lines: list[list[Segment]]) -> None:
        self._lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._lines:
            yield from line
            yield Segment.line()


def main() -> int:
    """Watch the demo camera for a while, and export what the dashboard shows then."""
    clock, controls = ManualClock(BEGUN), Controls()
    output = WatchOutput("demo:", clock, json=False, quiet=True, lines=False)

    def tick() -> None:
        analysis = output.chronicle.analysis
        if analysis is not None:
            clock.advance(max(0.0, analysis.frame.time - clock.monotonic()))
            if analysis.frame.time >= AT_S:
                controls.stop("the picture is taken")

    output.on_tick(tick)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.model_validate({"sinks": {"out": folder}})
        watch = Watch(parse_address("demo:"), settings, output, clock, controls, realtime=False)
        at_the_end = []
        output.on_tick(
            lambda: (
                at_the_end.append(look_at(output.chronicle, "demo:", clock.now()))
                if controls.stopped
                else None
            )
        )
        watch.run()
        analysis, status = output.chronicle.analysis, watch.live.status
        if analysis is None or not at_the_end:
            return 1
        look = replace(
            at_the_end[0],
            folder="captures/demo",
            status=replace(status, fps=15.0, dropped=0),
            uptime_s=AT_S,
            processor=0.07,
            opens_at=watch.opens_at,
            picture=analysis.frame.bgr(),
            mask=analysis.mask,
        )
    console = Console(file=io.StringIO(), record=True, width=SIZE[0], color_system="truecolor")
    console.print(_Lines(render(look, *SIZE)), end="")
    svg = console.export_svg(title="motionlapse watch demo:", unique_id="dashboard")
    PICTURE.write_text(svg, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
