"""How far each key frame's picture is from those around it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import cv2
import numpy as np
import numpy.typing as npt

from motionlapse.frames import Image, Plane, Planes
from motionlapse.shrink_kernel import shrink

Array = npt.NDArray[np.float32]

_ACROSS, _DOWN = 64, 36  # a cell has 0.043 % of the picture: the smallest blob that counts
# A cell is the mean of at least 4×4 means, which are whole grey levels. From them on float32: the
# whole of 720p in float32 took three times as long.
_INSIDE = 4
_MOST = 16  # a kernel's largest factor
# A picture is compared with the median of itself and seven on either side: what is in fewer than
# eight of them does not hide itself, and light has hardly changed meanwhile.
AROUND = 7
_CHUNK = 256  # pictures from which the noise of a cell is learned; day and night have their own


class CellScores:
    """Scores pictures one after another; memory does not grow with their number but for the scores.

    A picture is reduced to the means of a grid of cells in each plane. A cell's deviation is its
    difference from the median over the pictures around, less the median deviation of the plane
    (the light), over the cell's own noise: the median size of that difference in the film, and no
    less than a typical cell's. A picture's score is its greatest deviation.

    Parameters
    ----------
    watched
        0/255 uint8 ``(H, W)`` at any size: what is watched; None for everything.
    """

    def __init__(self, watched: Image | None = None) -> None:
        self._watched = _watched_cells(watched)
        self._waiting: list[Array] = []
        self._before = 0  # of those waiting, how many have a score and are there for the others
        # In a thread: a chunk takes as long as to decode fifty key frames.
        self._scorer = ThreadPoolExecutor(1, "cell-scores")
        self._scores: list[Future[Array]] = []

    def add(self, planes: Planes) -> None:
        """Take the next picture; the number of its planes stays the same."""
        self._waiting.append(_cells(planes, self._watched))
        if len(self._waiting) - self._before >= 2 * _CHUNK:
            self._score(_CHUNK)

    def finish(self) -> Array:
        """Return the score of every picture, float32 ``(N,)``, at least 0."""
        if len(self._waiting) > self._before:
            self._score(len(self._waiting) - self._before)
        self._scorer.shutdown()
        scores = [scored.result() for scored in self._scores]
        return np.concatenate(scores) if scores else np.empty(0, np.float32)

    def _score(self, count: int) -> None:
        first, end = self._before, self._before + count
        self._scores.append(self._scorer.submit(_greatest, self._waiting, first, end))
        kept = max(0, end - AROUND)
        self._waiting = self._waiting[kept:]
        self._before = end - kept


def _greatest(waiting: Sequence[Array], first: int, end: int) -> Array:
    """Return the greatest deviation of each picture from `first` to `end`."""
    pictures = np.stack(waiting)
    deviations = np.stack(
        [pictures[number] - _around(pictures, number) for number in range(first, end)]
    )
    deviations -= np.median(deviations, axis=2, keepdims=True)
    np.abs(deviations, out=deviations)
    noise = np.median(deviations, axis=0)
    # Where nothing but rounding differs, a sixteenth of a level is what there can be.
    least = np.maximum(np.median(noise, axis=1, keepdims=True), 1 / 16)
    deviations /= np.maximum(noise, least)
    greatest: Array = deviations.max(axis=(1, 2))
    return greatest


def _around(pictures: Array, number: int) -> Array:
    """Return the median over the pictures around one; at the ends, as many on the other side."""
    first = max(0, min(number - AROUND, len(pictures) - 2 * AROUND - 1))
    window = pictures[first : first + 2 * AROUND + 1]
    middle = len(window) // 2
    median: Array = np.partition(window, middle, axis=0)[middle]  # np.median: six times as long
    return median


def _cells(planes: Planes, watched: npt.NDArray[np.bool_] | None) -> Array:
    """Return the means of the cells, float32 ``(planes, cells)``."""
    means = np.stack([_means(plane) for plane in planes])
    return means if watched is None else means[:, watched]


def _means(plane: Plane) -> Array:
    factor = min(plane.width // (_ACROSS * _INSIDE), plane.height // (_DOWN * _INSIDE), _MOST)
    small = plane.view
    if factor > 1:
        small = np.empty((plane.height // factor, plane.width // factor), np.uint8)
        shrink(plane.buffer, small, factor, np.empty(plane.width, np.uint16))
    small = small.astype(np.float32)
    means = cv2.resize(small, (_ACROSS, _DOWN), interpolation=cv2.INTER_AREA)
    return np.asarray(means, np.float32).ravel()


def _watched_cells(watched: Image | None) -> npt.NDArray[np.bool_] | None:
    if watched is None:
        return None
    cells = cv2.resize(watched.astype(np.float32), (_ACROSS, _DOWN), interpolation=cv2.INTER_AREA)
    return np.asarray(cells, np.float32).ravel() > 0
