"""Scores of key frames: how much each picture differs from those before and after it."""

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

_ACROSS, _DOWN = 64, 36  # cells; one is 0.043 % of the picture, like the smallest blob that counts
# Pictures are first shrunk by a whole factor, to uint8, so that a cell still has at least 4×4
# pixels, and only then averaged in float32. All of 720p in float32 took three times as long.
_INSIDE = 4
_MOST = 16  # the kernel's largest factor
# A picture is compared with the median of itself and seven pictures on either side. An object that
# is in fewer than eight of these does not become the median; and the light has hardly changed.
AROUND = 7
_CHUNK = 256  # pictures with a noise estimate of their own, so that day and night each have theirs
_PARTS = 256  # fractions of a grey level to which means are rounded to be kept: 14 kB a picture


class CellScores:
    """Scores pictures one after another, and afterwards, if wanted, pictures between them.

    A picture is reduced to the means of a grid of cells in each plane. From a cell's mean, its
    median over the pictures around is subtracted, and then the median of these differences over the
    plane, which is a change of light. The size of what is left, divided by the cell's noise, is the
    cell's deviation. The noise is the median of that size over some hundred pictures, and no less
    than that of a typical cell. A picture's score is its largest deviation.

    Parameters
    ----------
    watched
        The watched area, 0/255 uint8 ``(H, W)`` at any size; None for everything.
    keep
        Whether pictures in between may be scored afterwards. The memory for that grows with every
        picture.
    """

    def __init__(self, watched: Image | None = None, *, keep: bool = True) -> None:
        self._watched = _watched_cells(watched)
        self._keep = keep
        self._kept: list[Kept] = []
        self._waiting: list[Array] = []
        self._before = 0  # how many of those waiting are scored, and only needed by the others
        # In a thread of its own: a chunk takes as long as decoding fifty key frames.
        self._scorer = ThreadPoolExecutor(1, "cell-scores")
        self._chunks: list[Future[_Chunk]] = []

    def add(self, planes: Planes) -> None:
        """Take the next picture; all must have the same number of planes."""
        self._add(_cells(planes, self._watched))

    def forget(self) -> None:
        """Stop keeping pictures, because none between them will have to be scored."""
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
        """Return the score of a picture between those that were added; call it after `finish`.

        Parameters
        ----------
        planes
            The planes of the picture.
        place
            How many of the pictures that were added come before it.
        """
        first = max(0, min(place - AROUND, len(self._kept) - 2 * AROUND))
        around = [_unpacked(kept) for kept in self._kept[first : first + 2 * AROUND]]
        pictures = np.stack([_cells(planes, self._watched), *around])
        ends = accumulate(len(chunk.result().scores) for chunk in self._chunks)
        number = min(bisect_right(list(ends), place), len(self._chunks) - 1)
        deviations = _deviations(pictures, 0, 1) / self._chunks[number].result().noise
        return float(deviations.max())

    def with_all_between(self, pictures: Iterable[Planes], places: Sequence[int]) -> CellScores:
        """Return new scores of all pictures, as if the given ones had been added in their places.

        The kept pictures are used up by this, so it can be done only once, and after it no pictures
        in between can be scored, neither here nor by what is returned.

        Parameters
        ----------
        pictures
            The planes of the pictures to add.
        places
            For each of them, how many of the pictures that were added come before it; ascending.
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
        """Stop scoring, and drop what waits; may be called again."""
        self._scorer.shutdown(cancel_futures=True)

    def _score(self, count: int) -> None:
        if len(self._chunks) > 1:  # small pictures come faster than they are scored: limit memory
            self._chunks[-2].result()
        first, end = self._before, self._before + count
        self._chunks.append(self._scorer.submit(_scored, self._waiting, first, end))
        kept = max(0, end - AROUND)
        self._waiting = self._waiting[kept:]
        self._before = end - kept


class _Chunk(NamedTuple):
    """The score of each picture, ``(N,)``, and the noise of each cell, ``(planes, cells)``."""

    scores: Array
    noise: Array


def _scored(waiting: Sequence[Array], first: int, end: int) -> _Chunk:
    """Return the scores of the pictures from `first` up to, not including, `end`."""
    deviations = _deviations(np.stack(waiting), first, end)
    noise = np.median(deviations, axis=0)
    # Rounding alone can make a difference of a sixteenth of a level.
    least = np.maximum(np.median(noise, axis=1, keepdims=True), 1 / 16)
    noise = np.maximum(noise, least)
    deviations /= noise
    return _Chunk(deviations.max(axis=(1, 2)), noise)


def _deviations(pictures: Array, first: int, end: int) -> Array:
    """Return by how much cells differ from the pictures around, ``(N, planes, cells)``, in levels.

    N counts the pictures from `first` up to, not including, `end`.
    """
    deviations = np.stack(
        [pictures[number] - _around(pictures, number) for number in range(first, end)]
    )
    deviations -= np.median(deviations, axis=2, keepdims=True)
    np.abs(deviations, out=deviations)
    return deviations


def _around(pictures: Array, number: int) -> Array:
    """Return the median over the pictures around one; at an end, more on the other side count."""
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
