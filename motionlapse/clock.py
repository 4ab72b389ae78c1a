"""The time of day and the passing of time, handed in so that tests never wait.

Wall time dates things (a run, a live frame); monotonic time measures durations, because the wall
clock may be stepped.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells wall time and monotonic time."""

    def now(self) -> datetime:
        """Return the wall time, aware, in the local zone."""

    def monotonic(self) -> float:
        """Return seconds since some fixed moment; never goes back."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Return the wall time, aware, in the local zone."""
        return datetime.now().astimezone()

    def monotonic(self) -> float:
        """Return seconds since some fixed moment; never goes back."""
        return time.monotonic()


class ManualClock:
    """A clock that stands still until `advance` is called.

    Parameters
    ----------
    start
        Its first wall time, aware.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed_s = 0.0

    def now(self) -> datetime:
        """Return the wall time, aware."""
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        """Return the seconds that `advance` has added up."""
        return self._elapsed_s

    def advance(self, seconds: float) -> None:
        """Move the clock on by `seconds`."""
        self._elapsed_s += seconds
