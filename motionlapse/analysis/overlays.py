"""Finding clocks that are written into the picture, so that they can be ignored."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from motionlapse.analysis.changes_kernel import CELL, count_changed
from motionlapse.frames import Image

_CHANGED = 32  # grey levels from one frame to the next: written digits do, noise does not
_LEAST = 2  # of a cell's 64 pixels: a part of a small digit
_ENOUGH_S = 8
# A clock changes in nearly every second, in one frame of it; trees and people in many, or in some.
_SECONDS, _FRAMES = 0.8, 0.2
# Frames a second that are looked at, and the fewest: below, every frame may be a second's first.
_EVERY_S, _LEAST_RATE = 0.1, 6.0
_LARGEST = 0.05  # of the picture


class OverlayFinder:
    """Watches for a place that changes once a second and is still in between.

    Seconds change in all clocks; what changes only together with them (minutes) belongs to them.

    Parameters
    ----------
    size
        (width, height) of analysis.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        shape = (size[1] // CELL, size[0] // CELL)
        self._previous: Image | None = None
        self._frames = 0
        self._next_s = float("-inf")
        self._second = -1
        self._seconds = 0
        self._counts: Image = np.zeros(shape, np.uint8)
        self._changed_frames = np.zeros(shape, np.int32)
        self._changed_seconds = np.zeros(shape, np.int32)
        self._this_second = np.zeros(shape, np.bool_)

    def add(self, luma: Image, time: float) -> None:
        """Take the next frame.

        Parameters
        ----------
        luma
            uint8 ``(H, W)`` at the size of analysis; copied.
        time
            Media time in seconds.
        """
        if time < self._next_s:
            return
        self._next_s = time + _EVERY_S
        previous, self._previous = self._previous, luma.copy()
        if int(time) != self._second:
            self._second = int(time)
            self._seconds += 1
            self._changed_seconds += self._this_second
            self._this_second[:] = False
        self._frames += 1
        if previous is None:
            return
        count_changed(self._previous, previous, _CHANGED, self._counts)
        changed = self._counts >= _LEAST
        self._changed_frames += changed
        self._this_second |= changed

    def found(self) -> tuple[int, int, int, int] | None:
        """Return (x, y, width, height) of a clock in pixels of analysis, None without one."""
        complete = self._seconds - 1  # the last second may have only begun
        if complete < _ENOUGH_S or self._frames < _LEAST_RATE * complete:
            return None
        ticking = self._changed_seconds >= _SECONDS * complete
        ticking &= self._changed_frames <= _FRAMES * self._frames
        if not ticking.any():
            return None
        x, y, width, height = cv2.boundingRect(_largest(ticking))
        # Minutes and hours stand on the line, change with the seconds and not without them.
        rare = (self._changed_frames > 0) & (self._changed_frames <= _FRAMES * self._frames)
        line = np.atleast_1d(rare[y : y + height].any(axis=0))
        while x > 0 and line[x - 1]:
            x, width = x - 1, width + 1
        left, top = max(0, (x - 1) * CELL), max(0, (y - 1) * CELL)
        right = min(self._size[0], (x + width + 1) * CELL)
        bottom = min(self._size[1], (y + height + 1) * CELL)
        if (right - left) * (bottom - top) > _LARGEST * self._size[0] * self._size[1]:
            return None
        return left, top, right - left, bottom - top


def _largest(cells: npt.NDArray[np.bool_]) -> Image:
    """Return the largest group of cells, 0/1; digits have a cell between them at the most."""
    near = cv2.dilate(cells.astype(np.uint8), np.ones((1, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(near)
    best = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return np.asarray((labels == best) & cells, np.uint8)
