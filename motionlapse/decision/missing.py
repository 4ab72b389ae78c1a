"""How much of the time between two frames is that of pictures which are missing."""

from __future__ import annotations


class MissingTime:
    """Sums up what is missing, as damage in a film leaves it out: indices jump there.

    A frame stands for the time since the one before it, which tells how long motion has lasted. One
    torn picture after a second of damage is no motion of a second.
    """

    def __init__(self) -> None:
        self._before: tuple[int, float] | None = None
        self._gaps: list[tuple[int, float]] = []

    def take(self, index: int, time: float) -> None:
        """Take a frame as the source gives it, whether it is looked at or not."""
        if self._before is not None:
            steps, passed_s = index - self._before[0], time - self._before[1]
            if steps > 1:
                self._gaps.append((index, passed_s * (1 - 1 / steps)))
        self._before = index, time

    def interrupt(self) -> None:
        """Take a break, which has an account of its own."""
        self._before = None
        self._gaps.clear()

    def up_to(self, index: int) -> float:
        """Return how many seconds are missing before a frame; told once."""
        missing_s = 0.0
        while self._gaps and self._gaps[0][0] <= index:
            missing_s += self._gaps.pop(0)[1]
        return missing_s
