"""What is done once on every machine, before anything else."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def compile_kernels() -> None:
    """Compile the inner loops where nothing of them is kept yet.

    Before signals are handled, so that Ctrl-C or SIGTERM ends it at once, and before a dashboard
    hides that it is said.
    """
    from motionlapse.native import store

    if not store.is_empty():
        return
    before = {number: signal.signal(number, _end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        import motionlapse.analysis.analyzer
        import motionlapse.background.gaussian  # noqa: F401  # it has most of them
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, _frame: FrameType | None) -> None:
    """End the process: an exception would be lost where the compiler calls Python."""
    sys.stderr.write("motionlapse: interrupted\n")
    sys.stderr.flush()
    os._exit(128 + number)
