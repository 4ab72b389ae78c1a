"""What kinds of live sources have in common: a connection that gives pictures until it breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

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
    """

    planes: Planes
    to_bgr: Callable[[], Image]
    pts_s: float | None


def itself(image: Image) -> Image:
    """Return a picture that is BGR already; for `Picture.to_bgr`."""
    return image


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
    def paced(self) -> bool:
        """Tell whether pictures come faster than they were taken and must wait for their time."""

    @property
    def finite(self) -> bool:
        """Tell whether the end of the pictures is the end of the source, not a loss."""

    def pictures(self) -> Iterator[Picture]:
        """Yield the pictures as they come; returns when there are no more."""

    def close(self) -> None:
        """Let go of the source; may be called again."""
