"""What all live sources have in common: a connection that delivers pictures until it breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from motionlapse.frames import Image, Planes


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture.

    Attributes
    ----------
    planes
        Its planes, upright.
    to_bgr
        Converts it to BGR.
    pts_s
        Its presentation timestamp, in seconds on the connection's clock; None if only its time of
        arrival is known.
    stamp_s
        The timestamp that its packet has in a `PacketTap`, or None.
    arrived_s
        When it arrived, on the monotonic clock; None for now.
    in_turn
        True if it must not be replaced by a newer picture, because its packet was held back.
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
    """A picture that has not been decoded, because packet sizes show that nothing moves in it.

    Attributes
    ----------
    to_planes, to_bgr
        Decode it, along with the pictures before it.
    pts_s, stamp_s, arrived_s
        As in `Picture`.
    """

    to_planes: Callable[[], Planes]
    to_bgr: Callable[[], Image]
    pts_s: float | None
    stamp_s: float | None
    arrived_s: float | None


Arrival: TypeAlias = Picture | Undecoded | None
"""What comes over a connection; None for a picture that is left out, or held and may come later."""


def itself(image: Image) -> Image:
    """Return a picture that is BGR already: the `Picture.to_bgr` of sources that deliver BGR."""
    return image


class PacketTap(Protocol):
    """Receives the packets of a stream as they come, such as the ring buffer for clips."""

    def attach(self, stream: Any) -> None:
        """Begin a connection, whose packets belong to this stream."""

    def add(self, packet: Any, stamp_s: float) -> None:
        """Take the next packet, in the order of decoding, and its timestamp in seconds."""

    def align(self, stamp_s: float, time_s: float) -> None:
        """Note which media time a timestamp stands for."""

    def detach(self) -> None:
        """End the connection: its packets must not be touched after this."""


class Connection(Protocol):
    """One connection to a live source.

    Raises
    ------
    SourceError
        From `pictures`, when the connection breaks; the message does not name the source.
    """

    @property
    def detail(self) -> str:
        """Return what is received, in words; known after the first picture."""

    @property
    def damage(self) -> str:
        """Return the damage that was found in a film so far, in words; ``""`` for other sources."""

    @property
    def paced(self) -> bool:
        """Whether pictures come faster than they were taken, and must wait until they are due."""

    @property
    def finite(self) -> bool:
        """Whether the source has ended when there are no more pictures, and was not lost."""

    def pictures(self) -> Iterator[Arrival]:
        """Yield the pictures as they come; returns when there are no more."""

    def close(self) -> None:
        """Let go of the source; may be called again."""
