"""Chooses the first frames of a source to learn from before any is judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from motionlapse.frames import Frame

_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class Opening:
    """Chooses a few of the first frames, spread evenly, to learn from before any is judged.

    Attributes
    ----------
    seconds
        The media time over which they are spread.
    pictures
        How many are chosen at most.
    """

    seconds: float
    pictures: int = 9

    def chosen(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """Yield the chosen ones of a source's frames, reading one frame beyond the opening."""
        first_s: float | None = None
        count = 0
        for frame in frames:
            first_s = frame.time if first_s is None else first_s
            passed_s = frame.time - first_s + _ROUNDING_S
            if passed_s > self.seconds + 2 * _ROUNDING_S:
                return
            if passed_s * (self.pictures - 1) >= count * self.seconds:
                count += 1
                yield frame
