"""How far each key frame's picture is from those around it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import accumulate
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from motionlapse.frames import Image, Plane, Planes
from motionlapse.shrink_kernel import shrink

Array = npt.NDArray[np.float32]
Kept = npt.NDArray[np.uint16]

_ACROSS, _DOWN = 64, 36  # a cell has 0.043 % of the picture: the smallest blob that counts
# A cell is the mean of at least 4×4 means, which are whole grey levels. From them on float32: the
# whole of 720p in float32 took three times as long.
_INSIDE = 4
_MOST = 16  # a kernel's largest factor
# A picture is compared with the median of itself and seven on either side: what is in fewer than
# eight of them does not hide itself, and light has hardly changed meanwhile.
AROUND = 7
_CHUNK = 256  # pictures from which the noise of a cell is learned; day and night have their own
_PARTS = 256  # of a level; means are kept in them: 14 kB a picture


class CellScores:
    """Scores pictures one after another, and afterwards some between them.

    A picture is reduced to the means of a grid of cells in each plane. A cell's deviation is its
    difference from the median over the pictures around, less the median deviation of the plane
    (the light), over the cell's own noise: the median size of that difference in the film, and no
    less than a typical cell's. A picture's score is its greatest deviation.

    Parameters
    ----------
    watched
        0/255 uint8 ``(H, W)`` at any size: what is watched; None for everything.
    keep
        Whether pictures between those that are added are scored afterwards: memory for it grows
        with every picture.
    """

    def __init__(self, watched: Image | None = None, *, keep: bool = True) -> None:
        self._watched = _watched_cells(watched)
        self._keep = keep
        self._kept: list[Kept] = []
        self._waiting: list[Array] = []
        self._before = 0  # of those waiting, how many have a score and are there for the others
        # In a thread: a chunk takes as long as to decode fifty key frames.
        self._scorer = ThreadPoolExecutor(1, "cell-scores")
        self._chunks: list[Future[_Chunk]] = []

    def add(self, planes: Planes) -> None:
        """Take the next picture; the number of its planes stays the same."""
        self._add(_cells(planes, self._watched))

    def forget(self) -> None:
        """Keep nothing any more for pictures between those that are added: there will be none."""
        self._keep = False
        self._kept.clear()

    def _add(self, cells: Array) -> None:
        if self._keep:
            self._kept.append(_packed(cells))
        self._waiting.append(cells)
        if len(self._waiting) - self._before >= 2 * _CHUNK:
            self._score(_CHUNK)

    def finish(self) -> Array:
        """Return the score of every picture, float32 ``(N,)``, at least 0."""
        if len(self._waiting) > self._before:
            self._score(len(self._waiting) - self._before)
        self._scorer.shutdown()
        scores = [chunk.result().scores for chunk in self._chunks]
        return np.concatenate(scores) if scores else np.empty(0, np.float32)

    def between(self, planes: Planes, place: int) -> float:
        """Return the score of a picture among those that were added, once all have been.

        Parameters
        ----------
        planes
            Of a picture that was not added.
        place
            How many of those that were come before it.
        """
        first = max(0, min(place - AROUND, len(self._kept) - 2 * AROUND))
        around = [_unpacked(kept) for kept in self._kept[first : first + 2 * AROUND]]
        pictures = np.stack([_cells(planes, self._watched), *around])
        ends = accumulate(len(chunk.result().scores) for chunk in self._chunks)
        number = min(bisect_right(list(ends), place), len(self._chunks) - 1)
        deviations = _deviations(pictures, 0, 1) / self._chunks[number].result().noise
        return float(deviations.max())

    def with_all_between(self, pictures: Iterable[Planes], places: Sequence[int]) -> CellScores:
        """Return the same of these pictures too, as if they had been added in their places.

        What was kept is given away with it, picture by picture, and nothing is kept anew: this can
        be done once, and afterwards nothing between can be scored.
        """
        whole, added = CellScores(keep=False), 0
        whole._watched = self._watched
        rest, self._kept = self._kept[::-1], []
        try:
            for planes, place in zip(pictures, places, strict=True):
                for _ in range(added, place):
                    whole._add(_unpacked(rest.pop()))
                added = place
                whole.add(planes)
            while rest:
                whole._add(_unpacked(rest.pop()))
        except BaseException:
            whole.close()
            raise
        return whole

    def close(self) -> None:
        """Score no more, whatever waits; may be called again."""
        self._scorer.shutdown(cancel_futures=True)

    def _score(self, count: int) -> None:
        if len(self._chunks) > 1:  # small pictures come faster than they are scored, and would wait
            self._chunks[-2].result()
        first, end = self._before, self._before + count
        self._chunks.append(self._scorer.submit(_scored, self._waiting, first, end))
        kept = max(0, end - AROUND)
        self._waiting = self._waiting[kept:]
        self._before = end - kept


class _Chunk(NamedTuple):
    """The greatest deviation of each picture, and the noise of each cell, ``(planes, cells)``."""

    scores: Array
    noise: Array


def _scored(waiting: Sequence[Array], first: int, end: int) -> _Chunk:
    """Return the scores of the pictures from `first` to `end`."""
    deviations = _deviations(np.stack(waiting), first, end)
    noise = np.median(deviations, axis=0)
    # Where nothing but rounding differs, a sixteenth of a level is what there can be.
    least = np.maximum(np.median(noise, axis=1, keepdims=True), 1 / 16)
    noise = np.maximum(noise, least)
    deviations /= noise
    return _Chunk(deviations.max(axis=(1, 2)), noise)


def _deviations(pictures: Array, first: int, end: int) -> Array:
    """Return how far each cell of the pictures from `first` to `end` is from those around."""
    deviations = np.stack(
        [pictures[number] - _around(pictures, number) for number in range(first, end)]
    )
    deviations -= np.median(deviations, axis=2, keepdims=True)
    np.abs(deviations, out=deviations)
    return deviations


def _around(pictures: Array, number: int) -> Array:
    """Return the median over the pictures around one; at the ends, as many on the other side."""
    first = max(0, min(number - AROUND, len(pictures) - 2 * AROUND - 1))
    window = pictures[first : first + 2 * AROUND + 1]
    middle = len(window) // 2
    median: Array = np.partition(window, middle, axis=0)[middle]  # np.median: six times as long
    return median


def _packed(cells: Array) -> Kept:
    return np.rint(cells * _PARTS).astype(np.uint16)


def _unpacked(kept: Kept) -> Array:
    return kept.astype(np.float32) / np.float32(_PARTS)


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
