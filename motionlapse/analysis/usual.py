"""The picture for which sizes in pixels were chosen."""

from __future__ import annotations

_LONG_SIDE_PX = 320


def times_usual(size: tuple[int, int]) -> float:
    """Return how many times as large as usual things are in a picture: 1 where it is 320 wide.

    Parameters
    ----------
    size
        (width, height) of analysis; of upright pictures the height counts.
    """
    return max(size) / _LONG_SIDE_PX
