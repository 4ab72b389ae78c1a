"""Reading ahead in a thread, so that decoding and analysis run in parallel."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


def fitting(wanted: int, each_bytes: int, most_bytes: int) -> int:
    """Return how many pictures may wait: as many as wanted and as fit the memory, but at least two.

    Parameters
    ----------
    wanted
        How many should wait, if they are small enough.
    each_bytes
        The size of a picture.
    most_bytes
        How many bytes all of them may take together.
    """
    return max(2, min(wanted, most_bytes // max(1, each_bytes)))


class Ahead(Generic[T]):
    """Iterates over `items` in a thread of its own, and hands them on through a bounded queue.

    An exception in the thread is raised again in the consumer, after the items before it.

    Parameters
    ----------
    items
        What the thread iterates over.
    depth
        How many items may wait. Queues deeper than 4 gained nothing, since decoders have threads of
        their own.
    eager
        Given an item, tells whether the thread goes on before the consumer has asked for the next.
    size, most
        `size` returns how large an item is, always the same; `most` is how large all waiting items
        may be together. One item may wait in any case.
    """

    def __init__(
        self,
        items: Iterable[T],
        depth: int = 4,
        eager: Callable[[T], bool] = lambda _: True,
        *,
        size: Callable[[T], int] = lambda _: 0,
        most: int = 0,
    ) -> None:
        self._queue: queue.Queue[T | BaseException | None] = queue.Queue(depth)
        self._eager = eager
        self._size, self._most = size, most
        self._waiting = 0  # the size of all waiting items together
        self._room = threading.Condition()
        self._closing = threading.Event()
        self._wanted = threading.Event()  # the consumer asks for more, and nothing waits
        self._thread = threading.Thread(
            target=self._fill, args=(items,), name="decode-ahead", daemon=True
        )
        self._thread.start()

    def _fill(self, items: Iterable[T]) -> None:
        last: BaseException | None = None
        try:
            for item in items:
                self._wanted.clear()
                # Asked after clearing: `close` sets `_closing` first and `_wanted` second, so one
                # of the two is seen.
                if not self._closing.is_set():
                    self._hand_on(item)
                if self._closing.is_set():
                    return
        except Exception as error:  # raised again in the consumer
            last = error
        if not self._closing.is_set():
            self._queue.put(last)

    def _hand_on(self, item: T) -> None:
        if size := self._size(item):
            with self._room:
                self._room.wait_for(lambda: self._closing.is_set() or self._fits(size))
                self._waiting += size
        self._queue.put(item)
        if not self._eager(item):
            self._wanted.wait()

    def _fits(self, size: int) -> bool:
        return not self._waiting or self._waiting + size <= self._most

    def __iter__(self) -> Iterator[T]:
        while not self._closing.is_set():
            item = self._queue.get()
            if item is None or isinstance(item, BaseException):
                self._closing.set()  # nothing more will come
                if item is not None:
                    raise item
                return
            if size := self._size(item):
                with self._room:
                    self._waiting -= size
                    self._room.notify()
            yield item
            if self._queue.empty():
                self._wanted.set()

    def close(self) -> None:
        """Stop the thread and wait for it; may be called again, from any other thread."""
        self._closing.set()
        # The thread may be waiting for one of these three, but only once before it sees `_closing`.
        self._wanted.set()
        with self._room:
            self._room.notify()
        self._drain()
        self._thread.join()
        self._drain()
        with contextlib.suppress(queue.Full):  # if another thread closes it, too
            self._queue.put_nowait(None)  # wakes a consumer that waits in another thread

    def _drain(self) -> None:
        """Drop the waiting items, which may refer back to the owner of this object."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._queue.get_nowait()
