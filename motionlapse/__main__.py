"""The program: ``motionlapse``, and ``python -m motionlapse``.

What a signal ends has the exit code that a shell gives it: 128 and its number.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

_USUAL = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}


def main() -> None:
    """Run the command line; a signal before it has begun ends the process at once."""
    handled = [number for number, usual in _USUAL.items() if signal.getsignal(number) is usual]
    for number in handled:  # not where it is ignored
        signal.signal(number, _end)
    from motionlapse.cli.app import main as run

    if signal.SIGINT in handled:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.SIGTERM in handled:
        signal.signal(signal.SIGTERM, _leave)
    try:
        run()
    finally:
        if signal.SIGINT in handled:
            # The interpreter gives its handler up before it ends: one more would end it.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        if signal.SIGTERM in handled:
            signal.signal(signal.SIGTERM, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    os._exit(128 + number)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    """End as Ctrl-C does: what is open is closed on the way, and what is half done is kept."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
