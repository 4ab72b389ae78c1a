"""Work that is done in another thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

# Evens out work of varying length; this many pictures may wait in memory.
_MOST_WAITING = 4


class WorkQueue:
    """Does pieces of work in a thread of its own, one after another, in the order they are given.

    An exception of a piece is raised again by `do` or `finish`: one at each call, and none is lost.
    """

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="work-queue")
        self._pending: deque[Future[None]] = deque()

    def do(self, piece: Callable[[], None]) -> None:
        """Add a piece of work; wait while too many are pending."""
        self._pending.append(self._executor.submit(piece))
        while len(self._pending) > _MOST_WAITING or (self._pending and self._pending[0].done()):
            self._pending.popleft().result()

    def finish(self) -> None:
        """Wait until all are done; may be called again, but no work can be added any more."""
        self._executor.shutdown()
        while self._pending:
            self._pending.popleft().result()

    def drop(self) -> None:
        """As `finish`, but leave undone what has not begun, and raise nothing."""
        self._executor.shutdown(cancel_futures=True)
        self._pending.clear()
