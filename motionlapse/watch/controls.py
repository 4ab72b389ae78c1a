"""Requests of a person or a signal to a running watch: made in any thread, met by the loop."""

from __future__ import annotations

import threading

_STEP = 1.25  # a key press changes the threshold by a fourth


class Controls:
    """The requests that are open.

    Attributes
    ----------
    paused
        True while frames are to be skipped.
    threshold
        The factor by which keys have changed the threshold of the settings.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: set[str] = set()
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
        """Pause, or go on."""
        self.paused = not self.paused

    def raise_threshold(self) -> None:
        """Make events need more motion."""
        self.threshold = min(self.threshold * _STEP, 1e3)

    def lower_threshold(self) -> None:
        """Make events need less motion."""
        self.threshold = max(self.threshold / _STEP, 1e-3)

    def ask(self, request: str) -> None:
        """Request ``snapshot``, ``relearn`` or ``reload``; also from a signal handler."""
        # Adding to a set is atomic; a lock could be held by the very code that a signal interrupts.
        self._requests.add(request)

    def take(self, request: str) -> bool:
        """Return whether something was requested, and clear the request."""
        with self._lock:
            if request in self._requests:
                self._requests.discard(request)
                return True
            return False
