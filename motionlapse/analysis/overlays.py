"""Finding clocks that are written into the picture, so that they can be ignored."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from motionlapse.analysis.changes_kernel import CELL, count_changed
from motionlapse.frames import Image

_CHANGED = 32  # grey levels from one frame to the next: written digits do, noise does not
_LEAST = 2  # of a cell's 64 pixels: a part of a small digit
_ENOUGH_S = 8.0
# A clock changes a second after it did last, give or take what a slow camera does, in most seconds;
# and it stands still in most frames. Leaves change now and then, after any time.
_SECOND_S, _ABOUT_S = 1.0, 0.25
_TICKS, _FRAMES = 0.6, 0.3
# Frames a second that are looked at, with room for rounded times, and the fewest.
_EVERY_S, _LEAST_RATE = 0.09, 4.0
_LARGEST = 0.05  # of the picture


class OverlayFinder:
    """Watches for a place that changes second by second and is still in between.

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
        self._last_s: float | None = None
        self._lasted_s = 0.0  # without gaps
        self._counts: Image = np.zeros(shape, np.uint8)
        self._changed_frames = np.zeros(shape, np.int32)
        self._changed_s = np.full(shape, -np.inf)
        self._ticks = np.zeros(shape, np.int32)

    def add(self, luma: Image, time: float) -> None:
        """Take the next frame.

        Parameters
        ----------
        luma
            uint8 ``(H, W)`` at the size of analysis; copied.
        time
            Media time in seconds.
        """
        passed_s = 0.0 if self._last_s is None else time - self._last_s
        if self._last_s is not None and passed_s < _EVERY_S:
            return
        self._last_s = time
        self._lasted_s += min(passed_s, _SECOND_S)
        previous, self._previous = self._previous, luma.copy()
        self._frames += 1
        if previous is None:
            return
        count_changed(self._previous, previous, _CHANGED, self._counts)
        changed = self._counts >= _LEAST
        self._changed_frames += changed
        since_s = time - self._changed_s[changed]
        self._ticks[changed] += np.abs(since_s - _SECOND_S) <= _ABOUT_S
        self._changed_s[changed] = time

    def found(self) -> tuple[int, int, int, int] | None:
        """Return (x, y, width, height) of a clock in pixels of analysis, None without one."""
        if self._lasted_s < _ENOUGH_S or self._frames < _LEAST_RATE * self._lasted_s:
            return None
        ticking = self._ticks >= _TICKS * (self._lasted_s - _SECOND_S)  # the first is no tick
        ticking &= self._changed_frames <= _FRAMES * self._frames
        if not ticking.any():
            return None
        x, y, width, height = cv2.boundingRect(_largest(ticking))
        # Minutes and hours stand on the line, change with the seconds and not without them.
        rare = (self._changed_frames > 0) & (self._changed_frames <= _FRAMES * self._frames)
        line = np.atleast_1d(rare[y : y + height].any(axis=0))
        begin = x
        while begin > 0 and line[begin - 1]:
            begin -= 1
        # Where more than a clock stirs on the line, the seconds tell at least where it is.
        whole = self._around(begin, y, x + width - begin, height)
        return whole or self._around(x, y, width, height)

    def _around(self, x: int, y: int, width: int, height: int) -> tuple[int, int, int, int] | None:
        """Return cells with a margin, in pixels of analysis; None: too much for a clock."""
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
