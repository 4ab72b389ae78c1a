"""What a person or a signal wants of a running watch; set from any thread, granted by the loop."""

from __future__ import annotations

import threading

_STEP = 1.25  # a key press changes the threshold by a fourth


class Controls:
    """Wishes.

    Attributes
    ----------
    paused
        True while no frame is to be looked at.
    threshold
        Factor on the threshold of the settings, from the keys.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wishes: set[str] = set()
        self._why = ""
        self.paused = False
        self.threshold = 1.0

    def stop(self, why: str) -> None:
        """End watching; the first reason counts.

        Called from signal handlers, so it takes no lock.
        """
        self._why = self._why or why

    @property
    def stopped(self) -> str:
        """Why watching is to end, or ``""``."""
        return self._why

    def toggle_pause(self) -> None:
        """Look at no more frames, or again."""
        self.paused = not self.paused

    def raise_threshold(self) -> None:
        """Take more motion for an event."""
        self.threshold = min(self.threshold * _STEP, 1e3)

    def lower_threshold(self) -> None:
        """Take less motion for an event."""
        self.threshold = max(self.threshold / _STEP, 1e-3)

    def ask(self, wish: str) -> None:
        """Wish for ``snapshot``, ``relearn`` or ``reload``; also from a signal handler."""
        # A set's add is one step for all threads; a lock could be held by what a signal interrupts.
        self._wishes.add(wish)

    def take(self, wish: str) -> bool:
        """Return whether it is wished for, and forget it."""
        with self._lock:
            if wish in self._wishes:
                self._wishes.discard(wish)
                return True
            return False
