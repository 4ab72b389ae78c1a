"""An hour of the demo camera, faster than it happens: memory, file handles and threads.

Prints one line every ten minutes of footage, and fails if after the first minute memory grows by
5 MB or more, or if a handle or a thread is left over.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import threading
from pathlib import Path

from motionlapse.cli.watch_output import WatchOutput
from motionlapse.clock import SystemClock
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.address import parse_address
from motionlapse.watch.controls import Controls
from motionlapse.watch.session import Watch

MOST_GROWTH_MB = 5.0
MINUTE_S = 60.0


def resident_mb() -> float:
    """Return the memory of this process that is in RAM."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def handles() -> int:
    """Return how many files and sockets are open."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  # no paths are wanted


class Soak:
    """Looks at the process while frames go by."""

    def __init__(self, seconds: float, output: WatchOutput, controls: Controls) -> None:
        self._seconds = seconds
        self._output = output
        self._controls = controls
        self._next_s = MINUTE_S
        self.first: tuple[float, int, int] | None = None
        self.last = (0.0, 0, 0)

    def look(self) -> None:
        """Measure once a minute of footage."""
        analysis = self._output.chronicle.analysis
        time_s = analysis.frame.time if analysis else 0.0
        if time_s >= self._next_s:
            gc.collect()
            self.last = resident_mb(), handles(), threading.active_count()
            self.first = self.first or self.last
            if self._next_s == MINUTE_S or self._next_s % 600 == 0:
                megabytes, files, threads = self.last
                minutes = self._next_s / MINUTE_S
                open_ones = f"{files} handles  {threads} threads"
                sys.stdout.write(f"{minutes:4.0f} min  {megabytes:6.1f} MB  {open_ones}\n")
            self._next_s += MINUTE_S
        if time_s >= self._seconds:
            self._controls.stop("the end of the soak")


def main() -> int:
    """Soak, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--clips", default="none", choices=["none", "encode"])
    options = parser.parse_args()
    handles_before, threads_before = handles(), threading.active_count()
    clock, controls = SystemClock(), Controls()
    output = WatchOutput("demo:", clock, json=False, quiet=True, lines=False)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.model_validate(
            {"sinks": {"out": folder, "clips": options.clips, "retention": {"max_size": "20MB"}}}
        )
        watch = Watch(parse_address("demo:"), settings, output, clock, controls, realtime=False)
        soak = Soak(options.minutes * MINUTE_S, output, controls)
        output.on_tick(soak.look)
        result = watch.run()
    first = soak.first or soak.last
    grown_mb = soak.last[0] - first[0]
    left = handles() - handles_before, threading.active_count() - threads_before
    found = f"{result.frames} frames, {result.events} events"
    sys.stdout.write(f"{found}; memory grew by {grown_mb:.1f} MB\n")
    sys.stdout.write(f"left over: {left[0]} handles, {left[1]} threads\n")
    return int(grown_mb >= MOST_GROWTH_MB or max(left) > 0)


if __name__ == "__main__":
    sys.exit(main())
