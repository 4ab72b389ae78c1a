"""The program: ``motionlapse``, and ``python -m motionlapse``."""

from __future__ import annotations

import os
import signal
from types import FrameType

_INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C before it has begun ends the process at once."""
    early = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if early:  # not where it is ignored
        signal.signal(signal.SIGINT, _end)
    from motionlapse.cli.app import main as run

    if early:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run()
    finally:
        if early:  # the interpreter gives its handler up before it ends: one more would end it
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end(_signal: int, _frame: FrameType | None) -> None:
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
