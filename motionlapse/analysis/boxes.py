"""Boxes in a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from motionlapse.inside import Blob


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


def box_of(blobs: Sequence[Blob], scale: int) -> Box:
    """Return the box in a picture of analysis that holds blobs, of which there are some.

    Parameters
    ----------
    blobs
        In source pixels.
    scale
        Source pixels to a pixel of analysis.
    """
    return Box(
        min(blob.y for blob in blobs) // scale,
        max(blob.y + blob.height for blob in blobs) // scale,
        min(blob.x for blob in blobs) // scale,
        max(blob.x + blob.width for blob in blobs) // scale,
    )
