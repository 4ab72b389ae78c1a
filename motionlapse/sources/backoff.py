"""Back-off: how long to wait before connecting again."""

from __future__ import annotations

import random

_JITTER = 0.25
# If each wait were twice the one before, a source that is back would go unnoticed for half as long
# as it was away, on average. With this growth it is a tenth, at the price of 110 attempts in an
# hour.
_GROWTH = 1.1


class Backoff:
    """Waits that grow by a tenth each, up to a bound, with jitter of up to a quarter.

    The jitter keeps many programs from all connecting at once to a camera that has just come back.

    Parameters
    ----------
    first_s, most_s
        The first wait and the longest, in seconds.
    chance
        The source of randomness; a seeded one gives waits that can be repeated.
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
        """Begin again with the first wait, after a connection that has proved itself."""
        self._next_s = self._first_s
