"""The picture size for which sizes in pixels were chosen."""

from __future__ import annotations

_LONG_SIDE_PX = 320


def times_usual(size: tuple[int, int]) -> float:
    """Return how much larger things are in a picture than in one that is 320 pixels wide.

    Parameters
    ----------
    size
        (width, height) of analysis; the longer side counts.
    """
    return max(size) / _LONG_SIDE_PX
