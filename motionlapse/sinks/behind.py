"""Work that is done behind the back of whoever asks for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

# Evens out what takes now more and now less; as many pictures as this wait in memory.
_MOST_WAITING = 4


class Behind:
    """Does pieces of work in a thread of its own, one after the other, in the order they came.

    What a piece raises is raised from `do` or `finish`: one error a call, none is lost.
    """

    def __init__(self) -> None:
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="behind")
        self._given: deque[Future[None]] = deque()

    def do(self, piece: Callable[[], None]) -> None:
        """Give a piece of work; waits while too many are undone."""
        self._given.append(self._hand.submit(piece))
        while len(self._given) > _MOST_WAITING or (self._given and self._given[0].done()):
            self._given.popleft().result()

    def finish(self) -> None:
        """Wait until all is done; may be called again, but nothing can be given any more."""
        self._hand.shutdown()
        while self._given:
            self._given.popleft().result()

    def drop(self) -> None:
        """Leave undone what has not been begun, and wait for the rest; otherwise as `finish`."""
        self._hand.shutdown(cancel_futures=True)
        self._given.clear()
