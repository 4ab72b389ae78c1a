"""A live source as a scene to calibrate on."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Self

from motionlapse.clock import SystemClock
from motionlapse.errors import SourceError
from motionlapse.frames import Fault, Frame, Interruption, SourceInfo
from motionlapse.sources.address import parse_address
from motionlapse.sources.connecting import connect_to
from motionlapse.sources.live import Live
from motionlapse.sources.live_settings import LiveSettings

USUAL_S = 30.0
"""How long a live source is watched where nobody says."""


def is_live(name: str) -> bool:
    """Tell whether a name stands for a live source, not for footage."""
    return name.isdecimal() or name.startswith(("/dev/", "demo:")) or "://" in name


class LiveScene:
    """The frames of a live source, as long as it is not lost.

    Parameters
    ----------
    name
        As `motionlapse.sources.address.parse_address` takes it.
    settings
        Waits and time-outs.

    Raises
    ------
    SourceError
        If it cannot be opened; and from iterating, when it is lost.
    """

    def __init__(self, name: str, settings: LiveSettings) -> None:
        address, clock = parse_address(name), SystemClock()
        self._live = Live(address, lambda: connect_to(address, settings, clock), settings, clock)
        try:
            self._live.open()
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
        """Nothing can be read twice."""

    def __iter__(self) -> Iterator[Frame]:
        for item in self._live:
            if isinstance(item, Interruption):
                raise SourceError(f"{self.info.name}: was lost while it was watched")
            yield item

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the source; may be called again."""
        self._live.close()
