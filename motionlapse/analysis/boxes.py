"""Boxes in a picture."""

from __future__ import annotations

from typing import NamedTuple


class Box(NamedTuple):
    """A box in a picture of analysis, empty if all are 0.

    Attributes
    ----------
    top, bottom, left, right
        First row, last row + 1, first column, last column + 1.
    """

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    def grown(self, by: int, shape: tuple[int, ...]) -> Box:
        """Return the box that reaches so many pixels farther, as far as a picture's ``(H, W)``."""
        height, width = shape
        return Box(
            max(0, self.top - by),
            min(height, self.bottom + by),
            max(0, self.left - by),
            min(width, self.right + by),
        )

    @property
    def slices(self) -> tuple[slice, slice]:
        """Its rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)
