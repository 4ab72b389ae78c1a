"""Terminals that nobody reads: output piles up there until the drawing thread has to wait."""

from __future__ import annotations

import contextlib
import signal
import termios
import threading
from collections.abc import Iterator

from rich.console import Console

DRAWN_S = 0.5
"""A drawing that takes longer than this, in seconds, means that the terminal hangs."""
_FLUSHED_S = 0.05  # between two attempts to discard unread output


@contextlib.contextmanager
def unheld(console: Console, ident: int) -> Iterator[None]:
    """Discard unread output (Ctrl-S, a hung connection), so that no thread waits for its reader.

    Must be entered by the main thread.

    Parameters
    ----------
    console
        Where it is drawn.
    ident
        Identifier of the thread that may wait to write; it must not end within the block.
    """
    done = threading.Event()

    def drop() -> None:
        wait_s = DRAWN_S
        while not done.wait(wait_s):
            with contextlib.suppress(termios.error, OSError, ValueError):
                output = console.file.fileno()
                # Only output that was stopped in this way can be restarted; restarting also undoes
                # Ctrl-S.
                termios.tcflow(output, termios.TCOOFF)
                termios.tcflow(output, termios.TCOON)
                termios.tcflush(output, termios.TCOFLUSH)
            # A thread that waits to write is not told of the room, but a signal wakes it.
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
