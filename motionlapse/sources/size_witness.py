"""Whether packet sizes reveal motion in a stream: checked with every event.

At a constant bit rate they do not, nor if a camera's noise takes most of the bits.
"""

from __future__ import annotations

from collections import deque

# For how long sizes are not relied on after an event that they did not reveal: twice as long each
# time.
_BLIND_S, _MOST_BLIND_S = 600.0, 7 * 24 * 3600.0
# Each event that they revealed makes that a tenth shorter: if they reveal 7 in 8, it does not grow.
_SHORTER = 0.9
# After they revealed this many events in a row, they are relied on again.
_ENOUGH = 3
# Packets may grow this long before motion is seen in the pictures.
_EARLY_S = 0.25
_UNLIKE = 256  # periods with unusual packets that are remembered
_ROUNDING_S = 1e-3


class SizeWitness:
    """Remembers when packets were unlike quiet ones, and whether that was when events began.

    All times are media times.

    Parameters
    ----------
    longest_s
        The longest time that held packets may span.

    Attributes
    ----------
    blind_until_s
        Until this time, packet sizes are not relied on.
    """

    def __init__(self, longest_s: float) -> None:
        self.blind_until_s = float("-inf")
        self._longest_s = longest_s
        self._blind_s = _BLIND_S
        self._revealed = 0  # how many events in a row sizes have revealed
        self.begin_anew()

    def begin_anew(self) -> None:
        """Begin a new connection."""
        self._unlike: deque[tuple[float, float]] = deque(maxlen=_UNLIKE)  # from, to
        self._spared: deque[tuple[float, float]] = deque(maxlen=8)
        self._opened_s: float | None = None  # the beginning of an event yet to be checked

    def unlike(self, since_s: float, until_s: float) -> None:
        """Note a period with packets that are unlike quiet ones."""
        # Joined with the last period if they meet: single packets would soon push out older ones.
        if self._unlike and since_s <= self._unlike[-1][1] and self._unlike[-1][0] <= until_s:
            last_since_s, last_until_s = self._unlike.pop()
            since_s, until_s = min(since_s, last_since_s), max(until_s, last_until_s)
        self._unlike.append((since_s, until_s))

    def spared(self, since_s: float, until_s: float) -> None:
        """Note a period whose packets were held to the end of their group, so not decoded."""
        self._spared.append((since_s, until_s))

    def spared_around(self, time_s: float) -> bool:
        """Return whether packets were not decoded at a time or just before it."""
        return any(since_s < time_s <= until_s + _ROUNDING_S for since_s, until_s in self._spared)

    def opened(self, opened_s: float) -> None:
        """Note where an event begins."""
        self._opened_s = opened_s

    def judged(self, time_s: float) -> None:
        """Note how far the loop is, and check the last event once its group has ended."""
        if self._opened_s is not None and time_s >= self._opened_s + 2 * self._longest_s:
            self._check(self._opened_s)
            self._opened_s = None

    def _check(self, opened_s: float) -> None:
        """Check whether packets were unlike quiet ones where an event began, decoded or not.

        They may be so up to `longest_s` after the beginning: what comes into the picture slowly, at
        an edge, may take a second and more to show in packet sizes. It is seen all the same, in a
        key frame; only events shorter than `longest_s` depend on packet sizes.
        """
        since_s, until_s = opened_s - _EARLY_S, opened_s + self._longest_s
        if any(start_s <= until_s and since_s <= end_s for start_s, end_s in self._unlike):
            self._revealed += 1
            self._blind_s = max(_SHORTER * self._blind_s, _BLIND_S)
            if self._revealed >= _ENOUGH:
                self.blind_until_s = min(self.blind_until_s, opened_s)
        else:
            self._revealed = 0
            self.blind_until_s = opened_s + self._blind_s
            self._blind_s = min(2 * self._blind_s, _MOST_BLIND_S)
