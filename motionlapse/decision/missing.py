"""For how much of the time between two frames pictures are missing."""

from __future__ import annotations


class MissingTime:
    """Adds up the time of missing pictures, such as damaged ones: frame indices jump there.

    The decider takes a frame to stand for the time since the one before it. But one torn picture
    after a second of damage is not a second of motion.
    """

    def __init__(self) -> None:
        self._before: tuple[int, float] | None = None
        self._gaps: list[tuple[int, float]] = []

    def take(self, index: int, time: float) -> None:
        """Take the next frame of the source, whether it is analysed or not."""
        if self._before is not None:
            steps, passed_s = index - self._before[0], time - self._before[1]
            if steps > 1:
                self._gaps.append((index, passed_s * (1 - 1 / steps)))
        self._before = index, time

    def interrupt(self) -> None:
        """Start anew after an interruption, which is accounted for elsewhere."""
        self._before = None
        self._gaps.clear()

    def up_to(self, index: int) -> float:
        """Return how many seconds are missing before a frame, each of them only once."""
        missing_s = 0.0
        while self._gaps and self._gaps[0][0] <= index:
            missing_s += self._gaps.pop(0)[1]
        return missing_s
