"""A terminal that nobody reads any more: what was drawn waits there, and so does who draws."""

from __future__ import annotations

import contextlib
import signal
import termios
import threading
from collections.abc import Iterator

from rich.console import Console

DRAWN_S = 0.5
"""How long one drawing may take before its terminal is taken to hang, in seconds."""
_FLUSHED_S = 0.05  # between two tries to get rid of what nobody reads


@contextlib.contextmanager
def unheld(console: Console, ident: int) -> Iterator[None]:
    """Drop what nobody reads (Ctrl-S, a connection that hangs), or a thread would wait for it.

    To be entered by the main thread.

    Parameters
    ----------
    console
        Where it is drawn.
    ident
        Of the thread that may wait to write. It must not end meanwhile.
    """
    done = threading.Event()

    def drop() -> None:
        wait_s = DRAWN_S
        while not done.wait(wait_s):
            with contextlib.suppress(termios.error, OSError, ValueError):
                output = console.file.fileno()
                # Only what was stopped like this can be let go on; then so does Ctrl-S.
                termios.tcflow(output, termios.TCOOFF)
                termios.tcflow(output, termios.TCOON)
                termios.tcflush(output, termios.TCOFLUSH)
            # Who waits to write is not told that there is room, but wakes up for a signal.
            signal.pthread_kill(ident, signal.SIGWINCH)
            wait_s = _FLUSHED_S

    before = signal.signal(signal.SIGWINCH, lambda *_: None)
    dropping = threading.Thread(target=drop, name="dropping", daemon=True)
    dropping.start()
    try:
        yield
    finally:
        done.set()
        dropping.join()
        signal.signal(signal.SIGWINCH, before)
