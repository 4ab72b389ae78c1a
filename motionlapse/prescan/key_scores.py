"""The scores of a film's key frames: first of every other one, then of others that are needed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from motionlapse.frames import Planes
from motionlapse.prescan.cells import CellScores
from motionlapse.prescan.quiet import Numbers
from motionlapse.sources.ahead import Ahead
from motionlapse.sources.key_frames import KeyFrames


class UnlikeError(Exception):
    """Pictures change their size or kind, or there are none; the message says which."""


class KeyScores:
    """Scores key frames; those that were left out have the score NaN.

    Parameters
    ----------
    reader
        Reads the key frames; not yet iterated over.
    make_cells
        Given the size of pictures, (width, height), returns what scores them.
    check
        Called at each picture with what is being read, in a word or two, and the share of it that
        is done, 0 to 1. It may raise an exception to end reading.
    """

    def __init__(
        self,
        reader: KeyFrames,
        make_cells: Callable[[tuple[int, int]], CellScores],
        check: Callable[[str, float], None],
    ) -> None:
        self._reader, self._check = reader, check
        self._make_cells = make_cells
        self._kind: tuple[object, ...] | None = None

    def read(self) -> Numbers:
        """Read the film; return the score of each key frame, float64 ``(N,)``.

        Raises
        ------
        UnlikeError
            If pictures change their size or kind, or there are none.
        SourceError
            As from `KeyFrames`.
        """
        cells: CellScores | None = None
        reader = self._reader
        try:
            for planes in self._alike(reader, lambda _: self._check("key frames", reader.share)):
                cells = cells or self._make_cells(planes.size)
                if not reader.leaves_out:
                    cells.forget()
                cells.add(planes)
            if cells is None:
                raise UnlikeError("it has no key frames")
            found = cells.finish()
        finally:
            if cells is not None:
                cells.close()
        self._cells = cells
        self._scores = np.full(reader.count, np.nan)
        self._scores[reader.looked_at] = found
        return self._scores.copy()

    def look_at(self, numbers: Sequence[int]) -> Numbers:
        """Score some key frames that were left out, too; return all scores, as `read` does."""
        looked_at = self._reader.looked_at
        if numbers:
            pictures = self._anew(numbers, "more key frames")
            for number, planes in zip(numbers, pictures, strict=True):
                place = bisect_left(looked_at, number)
                self._scores[number] = self._cells.between(planes, place)
        return self._scores.copy()

    def look_at_all(self) -> Numbers:
        """Score all key frames that were left out; return scores as if none had been."""
        looked_at = self._reader.looked_at
        rest = sorted(set(range(self._reader.count)) - set(looked_at))
        places = [bisect_left(looked_at, number) for number in rest]
        pictures = self._anew(rest, "all key frames")
        cells = self._cells.with_all_between(pictures, places)
        self._scores = cells.finish().astype(np.float64)
        return self._scores.copy()

    def _anew(self, numbers: Sequence[int], what: str) -> Iterator[Planes]:
        """Yield the pictures of some key frames; the film is read again, up to the last of them."""

        def check(count: int) -> None:
            self._check(what, numbers[count] / (numbers[-1] + 1))

        return self._alike(self._reader.pictures(numbers), check)

    def _alike(self, pictures: Iterable[Planes], check: Callable[[int], None]) -> Iterator[Planes]:
        """Yield pictures, decoded ahead; raise UnlikeError if one has another size or kind.

        `check` is called with the number of each picture.
        """
        ahead = Ahead(pictures)
        try:
            for number, planes in enumerate(ahead):
                check(number)
                kind = planes.size, planes.chroma is None
                if self._kind not in (None, kind):
                    raise UnlikeError("its pictures change size or format")
                self._kind = kind
                yield planes
        finally:
            ahead.close()
