"""A live source read for a while like a piece of footage, to calibrate on it for example."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from motionlapse.clock import SystemClock
from motionlapse.closing import Closing
from motionlapse.errors import SourceError
from motionlapse.frames import Fault, Frame, Interruption, SourceInfo
from motionlapse.sources.address import parse_address
from motionlapse.sources.connecting import connect_to
from motionlapse.sources.live import Live
from motionlapse.sources.settings import SourceSettings

USUAL_S = 30.0
"""How long a live source is read by default, in seconds."""


def is_live(name: str) -> bool:
    """Return whether a name stands for a live source, not for footage."""
    return name.isdecimal() or name.startswith(("/dev/", "demo:")) or "://" in name


class LiveScene(Closing):
    """The frames of a live source, until it is lost.

    Parameters
    ----------
    name
        As `motionlapse.sources.address.parse_address` takes it.
    settings
        Waits and time-outs.
    most_s
        How long it is read, in seconds from its first picture.
    should_stop
        Asked repeatedly while it is opened and read; True ends it.

    Raises
    ------
    SourceError
        If it cannot be opened; and from iterating, when it is lost.
    """

    def __init__(
        self,
        name: str,
        settings: SourceSettings,
        *,
        most_s: float = math.inf,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        address, clock = parse_address(name), SystemClock()
        self._most_s = most_s
        self._live = Live(
            address,
            lambda: connect_to(address, settings, clock, wait=self._live.wait),
            settings.live,
            clock,
            should_stop=should_stop,
        )
        try:
            if not self._live.open():
                raise SourceError(f"{address.name}: stopped before its first picture")
        except SourceError:
            self._live.close()
            raise

    @property
    def info(self) -> SourceInfo:
        """What is known of the source."""
        return self._live.info

    @property
    def faults(self) -> list[Fault]:
        """What went wrong so far."""
        return self._live.faults

    def opening(self) -> None:
        """Return None: a live source cannot be read twice."""

    def __iter__(self) -> Iterator[Frame]:
        begin_s: float | None = None
        for item in self._live:
            if isinstance(item, Interruption):
                raise SourceError(f"{self.info.name}: was lost while it was watched")
            begin_s = item.time if begin_s is None else begin_s
            if item.time - begin_s > self._most_s:
                return
            yield item

    def close(self) -> None:
        """Close the source; may be called again."""
        self._live.close()
