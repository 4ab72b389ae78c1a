"""Whether the sizes of packets tell of events in one stream: each event is asked.

At a constant bit rate they do not, nor where the noise of a camera takes most of the bits.
"""

from __future__ import annotations

from collections import deque

# For how long sizes are not relied on where they did not tell; twice as long each time.
_BLIND_S, _MOST_BLIND_S = 600.0, 7 * 24 * 3600.0
# Each event of which they told makes that a tenth shorter: where they tell of 7 in 8, it stays.
_SHORTER = 0.9
# If they tell of so many events, one after another, they are relied on again.
_ENOUGH = 3
# Packets may tell this long before what moves is seen to.
_EARLY_S = 0.25
_UNLIKE = 256  # times of packets unlike quiet ones that are remembered
_ROUNDING_S = 1e-3


class SizeWitness:
    """Remembers when packets were unlike quiet ones; times are media times.

    Parameters
    ----------
    longest_s
        For how long packets are held at most.

    Attributes
    ----------
    blind_until_s
        Until then sizes are not relied on.
    """

    def __init__(self, longest_s: float) -> None:
        self.blind_until_s = float("-inf")
        self._longest_s = longest_s
        self._blind_s = _BLIND_S
        self._told = 0  # of how many events, one after another, sizes told
        self.begin_anew()

    def begin_anew(self) -> None:
        """Begin with a connection."""
        self._unlike: deque[tuple[float, float]] = deque(maxlen=_UNLIKE)  # from, to
        self._spared: deque[tuple[float, float]] = deque(maxlen=8)
        self._opened_s: float | None = None  # an event of which sizes are still to be asked

    def unlike(self, since_s: float, until_s: float) -> None:
        """Take note of packets that are unlike quiet ones."""
        # As one with the last where they meet: each packet apart would push out those before.
        if self._unlike and since_s <= self._unlike[-1][1] and self._unlike[-1][0] <= until_s:
            last_since_s, last_until_s = self._unlike.pop()
            since_s, until_s = min(since_s, last_since_s), max(until_s, last_until_s)
        self._unlike.append((since_s, until_s))

    def spared(self, since_s: float, until_s: float) -> None:
        """Take note of packets that were held up to their group's end, undecoded."""
        self._spared.append((since_s, until_s))

    def spared_around(self, time_s: float) -> bool:
        """Tell whether something was not decoded around a time, or just before it."""
        return any(since_s < time_s <= until_s + _ROUNDING_S for since_s, until_s in self._spared)

    def opened(self, opened_s: float) -> None:
        """Take note of where an event begins."""
        self._opened_s = opened_s

    def judged(self, time_s: float) -> None:
        """Take note of how far the loop is; ask of the last event once that can be known."""
        # By then the group in which it began has ended.
        if self._opened_s is not None and time_s >= self._opened_s + 2 * self._longest_s:
            self._ask(self._opened_s)
            self._opened_s = None

    def _ask(self, opened_s: float) -> None:
        """Ask whether packets had grown where an event began, whether they were decoded or not.

        What comes in slowly at the edge may take a second and more to tell in packets. That says
        nothing of events that are short, which only packets can tell of: what lasts as long as
        packets may be held is seen in a key frame.
        """
        since_s, until_s = opened_s - _EARLY_S, opened_s + self._longest_s
        if any(start_s <= until_s and since_s <= end_s for start_s, end_s in self._unlike):
            self._told += 1
            self._blind_s = max(_SHORTER * self._blind_s, _BLIND_S)
            if self._told >= _ENOUGH:
                self.blind_until_s = min(self.blind_until_s, opened_s)
        else:
            self._told = 0
            self.blind_until_s = opened_s + self._blind_s
            self._blind_s = min(2 * self._blind_s, _MOST_BLIND_S)
