"""A mailbox with one slot: the reader gets the newest frame."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")
B = TypeVar("B")


class Mailbox(Generic[T, B]):
    """Hands frames from the thread that reads a camera to the loop that analyses them.

    A frame that was not fetched in time is replaced by the next one. There are two exceptions:
    frames *in turn* are never replaced, and a frame that is put with `keep` waits behind the
    others. A *break* (the camera was lost) is not replaced by frames, and is fetched before them.

    Parameters
    ----------
    merge
        Makes one break of an older and a newer one, if the older has not been fetched yet.
    lossless
        True if `put` waits until the slot is empty, for pictures that need not keep pace with a
        clock.

    Attributes
    ----------
    dropped
        How many frames were replaced.
    """

    def __init__(self, merge: Callable[[B, B], B], *, lossless: bool = False) -> None:
        self._merge = merge
        self._lossless = lossless
        self._changed = threading.Condition()
        self._frames: deque[T] = deque()  # several only if they are in turn, or put with `keep`
        self._in_turn = 0  # how many frames, from the first on, are never replaced
        self._break: B | None = None
        self._closed = False
        self.dropped = 0

    def put(self, frame: T, *, keep: bool = False) -> None:
        """Put a frame; with `keep` it waits behind those that wait, and replaces none."""
        with self._changed:
            if self._lossless:
                self._changed.wait_for(lambda: not self._frames or self._closed)
            if not keep:
                self._drop()
            self._frames.append(frame)
            self._changed.notify_all()

    def put_in_turn(self, frame: T, most: int | None = None) -> None:
        """Put a frame that no other replaces; blocks while `most` frames wait already."""
        with self._changed:
            if most is not None:
                self._changed.wait_for(lambda: len(self._frames) < most or self._closed)
            self._frames.append(frame)
            self._in_turn = len(self._frames)
            self._changed.notify_all()

    @property
    def waits_in_turn(self) -> bool:
        """True if a frame waits that no other replaces."""
        return self._in_turn > 0

    @property
    def waiting(self) -> int:
        """How many frames wait."""
        return len(self._frames)

    def _drop(self) -> None:
        while len(self._frames) > self._in_turn:
            self._frames.pop()
            self.dropped += 1

    def put_break(self, item: B) -> None:
        """Put a break; a frame from before it that has not been fetched is dropped.

        Blocks until all frames in turn have been fetched.
        """
        with self._changed:
            if self._lossless:
                self._changed.wait_for(lambda: not self._frames or self._closed)
            self._changed.wait_for(lambda: not self._in_turn or self._closed)
            self._drop()
            self._break = item if self._break is None else self._merge(self._break, item)
            self._changed.notify_all()

    def get(self, timeout_s: float) -> T | B | None:
        """Return the break, or else the first frame; None if none came in time."""
        with self._changed:
            self._changed.wait_for(
                lambda: bool(self._frames) or self._break is not None or self._closed,
                timeout_s,
            )
            found: T | B | None
            if self._break is not None:
                found, self._break = self._break, None
            else:
                found = self._frames.popleft() if self._frames else None
                self._in_turn = max(0, self._in_turn - 1)
            self._changed.notify_all()
            return found

    def in_turn(self, more: Callable[[], bool], timeout_s: float) -> Iterator[T | B]:
        """Yield everything up to the last frame in turn.

        Parameters
        ----------
        more
            Tells whether more frames in turn will come.
        timeout_s
            If none comes within this time, it ends early.
        """
        while self.waits_in_turn or more():
            item = self.get(timeout_s)
            if item is None:
                return
            yield item

    @property
    def closed(self) -> bool:
        """True when nothing more will come."""
        with self._changed:
            return self._closed and not self._frames and self._break is None

    def close(self) -> None:
        """Declare that nothing more comes; threads that wait are woken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
