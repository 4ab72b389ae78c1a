"""Waking a thread that waits for keys, also from a signal handler."""

from __future__ import annotations

import contextlib
import os
import select

_READ_BYTES = 64


class Waking:
    """A pipe to this process. It needs no lock, which the interrupted thread might hold."""

    def __init__(self) -> None:
        self._reads, self._writes = os.pipe()
        os.set_blocking(self._reads, False)
        os.set_blocking(self._writes, False)

    def wake(self) -> None:
        """End the current wait, or the next one if nobody waits."""
        with contextlib.suppress(BlockingIOError):  # full: the waiting thread wakes anyway
            os.write(self._writes, b"\0")

    def wait(self, other: int | None, wait_s: float | None) -> bool:
        """Wait to be woken.

        Parameters
        ----------
        other
            A file whose input also ends the wait; None for none.
        wait_s
            Longest wait in seconds; None for no limit.

        Returns
        -------
        bool
            True if `other` has input to read.
        """
        files = [self._reads] if other is None else [self._reads, other]
        ready, _, _ = select.select(files, [], [], wait_s)
        if self._reads in ready:
            with contextlib.suppress(BlockingIOError):
                while os.read(self._reads, _READ_BYTES):
                    pass
        return other is not None and other in ready

    def close(self) -> None:
        """Close both ends; nobody may wait or wake afterwards."""
        os.close(self._reads)
        os.close(self._writes)
