"""Polling cameras that send one picture for each request, such as ``…/snapshot.jpg``."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from motionlapse.clock import Clock
from motionlapse.errors import SourceError
from motionlapse.sources.connection import Arrival, Connection, Picture

Wait: TypeAlias = Callable[[float], bool]
"""Waits for a number of seconds, or until watching is to end: then it returns True."""


class PollingConnection:
    """Makes a request for each picture, and looks like one connection.

    Parameters
    ----------
    first
        The connection of the first request, open.
    ask
        Makes the next request; raises SourceError if the camera does not answer, so is lost.
    every_s
        Time from one request to the next, in seconds; longer if an answer takes longer.
    clock
        Tells the time.
    wait
        Waits until the next request is due.
    """

    paced = False
    finite = False
    damage = ""

    def __init__(
        self,
        first: Connection,
        ask: Callable[[], Connection],
        every_s: float,
        clock: Clock,
        wait: Wait,
    ) -> None:
        self._answer = first
        self._ask = ask
        self._every_s = every_s
        self._clock = clock
        self._wait = wait
        self._checksum: int | None = None  # of the last picture

    @property
    def detail(self) -> str:
        """Return what is received, in words; known after the first picture."""
        return f"{self._answer.detail}, asked for every {self._every_s:g} s"

    def pictures(self) -> Iterator[Arrival]:
        """Yield the pictures as they come, until watching is to end; none twice in a row.

        Raises
        ------
        SourceError
            If the camera does not answer, or its answer is no picture.
        """
        asked_s = self._clock.monotonic()
        while True:
            given = 0
            for picture in self._answer.pictures():
                if self._is_new(picture):
                    yield picture
                given += 1
            if not given:
                raise SourceError("what it sends is not a picture")
            self._answer.close()
            passed_s = self._clock.monotonic() - asked_s
            if self._wait(max(0.0, self._every_s - passed_s)):
                return
            asked_s = self._clock.monotonic()
            self._answer = self._ask()

    def _is_new(self, arrival: Arrival) -> bool:
        """Return whether a picture differs from the last: many cameras renew it only at times."""
        if not isinstance(arrival, Picture):
            return True
        before = self._checksum
        self._checksum = zlib.crc32(np.ascontiguousarray(arrival.planes.luma.view).data)
        return self._checksum != before

    def close(self) -> None:
        """Close the connection; may be called again."""
        self._answer.close()
