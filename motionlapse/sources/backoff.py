"""How long to wait before connecting again."""

from __future__ import annotations

import random

_JITTER = 0.25
# Waits that double last as long as half of the time that a source was away, in the mean: so long
# nobody looks though it is back. With these it is a tenth, and 110 calls upon a camera in an hour.
_GROWTH = 1.1


class Backoff:
    """Waits that grow by a tenth up to a bound, each up to a fourth longer or shorter by chance.

    Chance keeps many programs from calling upon a camera that has just come back all at once.

    Parameters
    ----------
    first_s, most_s
        The first wait and the longest.
    chance
        Where randomness comes from; give a seeded one for waits that repeat.
    """

    def __init__(self, first_s: float, most_s: float, chance: random.Random) -> None:
        self._first_s = first_s
        self._most_s = max(first_s, most_s)
        self._chance = chance
        self._next_s = first_s

    def next(self) -> float:
        """Return the next wait in seconds, between 0.75 × first and 1.25 × most."""
        wait_s, self._next_s = self._next_s, min(self._next_s * _GROWTH, self._most_s)
        return wait_s * self._chance.uniform(1 - _JITTER, 1 + _JITTER)

    def reset(self) -> None:
        """Begin again with the first wait: the connection has proved itself."""
        self._next_s = self._first_s
