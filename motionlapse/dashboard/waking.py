"""What wakes a thread that waits for keys, also from a signal handler."""

from __future__ import annotations

import contextlib
import os
import select

_READ_BYTES = 64


class Waking:
    """A pipe to oneself. It takes no lock: a handler may run while its thread holds any."""

    def __init__(self) -> None:
        self._reads, self._writes = os.pipe()
        os.set_blocking(self._reads, False)
        os.set_blocking(self._writes, False)

    def wake(self) -> None:
        """End the wait, or the next one where nobody waits."""
        with contextlib.suppress(BlockingIOError):  # full: who waits will wake
            os.write(self._writes, b"\0")

    def wait(self, other: int | None, wait_s: float | None) -> bool:
        """Wait to be woken.

        Parameters
        ----------
        other
            A file that there may be something to read of; None for none.
        wait_s
            For how long; None without an end.

        Returns
        -------
        bool
            True if there is something to read of `other`.
        """
        files = [self._reads] if other is None else [self._reads, other]
        ready, _, _ = select.select(files, [], [], wait_s)
        if self._reads in ready:
            with contextlib.suppress(BlockingIOError):
                while os.read(self._reads, _READ_BYTES):
                    pass
        return other is not None and other in ready

    def close(self) -> None:
        """Close both ends, when nobody waits or wakes any more."""
        os.close(self._reads)
        os.close(self._writes)
