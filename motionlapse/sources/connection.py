"""What kinds of live sources have in common: a connection that gives pictures until it breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from motionlapse.frames import Image, Planes


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as it came.

    Attributes
    ----------
    planes
        Upright.
    to_bgr
        Makes it in colour.
    pts_s
        Its timestamp in seconds on the connection's clock; None if when it came is all one knows.
    stamp_s
        The timestamp that its packet has in a `PacketTap`, or None.
    arrived_s
        When it came on the monotonic clock; None: now.
    in_turn
        True if no newer picture may take its place: it was held back.
    """

    planes: Planes
    to_bgr: Callable[[], Image]
    pts_s: float | None
    stamp_s: float | None = None
    arrived_s: float | None = None
    in_turn: bool = False

    def to_planes(self) -> Planes:
        """Return the planes."""
        return self.planes


@dataclass(frozen=True, slots=True)
class Undecoded:
    """A picture that has not been decoded, because its packet is as small as quiet ones are.

    Attributes
    ----------
    to_planes, to_bgr
        Decode it, with those before it.
    pts_s, stamp_s, arrived_s
        As of a `Picture`.
    """

    to_planes: Callable[[], Planes]
    to_bgr: Callable[[], Image]
    pts_s: float | None
    stamp_s: float | None
    arrived_s: float | None


Arrival: TypeAlias = Picture | Undecoded | None
"""What comes over a connection; None: a picture that is held back, and may follow."""


def itself(image: Image) -> Image:
    """Return a picture that is BGR already; for `Picture.to_bgr`."""
    return image


class PacketTap(Protocol):
    """Who gets the packets of a stream as they come, such as a ring for clips."""

    def attach(self, stream: Any) -> None:
        """A connection begins; packets are of this stream."""

    def add(self, packet: Any, stamp_s: float) -> None:
        """A packet has come; in order of decoding."""

    def align(self, stamp_s: float, time_s: float) -> None:
        """A timestamp stands for this media time."""

    def detach(self) -> None:
        """The connection ends: its packets must not be touched after this."""


class Connection(Protocol):
    """One connection to a live source.

    Raises
    ------
    SourceError
        From `pictures`, when it breaks; the message does not name the source.
    """

    @property
    def detail(self) -> str:
        """Return what is received, in words; known after the first picture."""

    @property
    def damage(self) -> str:
        """Return what of a film was damaged so far, in words; ``""`` for other sources."""

    @property
    def paced(self) -> bool:
        """Tell whether pictures come faster than they were taken and must wait for their time."""

    @property
    def finite(self) -> bool:
        """Tell whether the end of the pictures is the end of the source, not a loss."""

    def pictures(self) -> Iterator[Arrival]:
        """Yield the pictures as they come; returns when there are no more."""

    def close(self) -> None:
        """Let go of the source; may be called again."""
