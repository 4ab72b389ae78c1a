"""The scores of a film's key frames: of every other one first, then of those wanted as well."""

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
    """Pictures change their size or kind, or there are none; says which."""


class KeyScores:
    """Scores key frames; those that were not looked at have NaN.

    Parameters
    ----------
    reader
        Not yet read.
    make_cells
        Given (width, height), returns what scores them.
    check
        Called at each picture with what is looked at, in a word or two, and which share of that is
        done, 0 to 1; may raise what ends it.
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
        """Look at some that were left out as well; return the score of each, as `read` does."""
        looked_at = self._reader.looked_at
        if numbers:
            pictures = self._anew(numbers, "more key frames")
            for number, planes in zip(numbers, pictures, strict=True):
                place = bisect_left(looked_at, number)
                self._scores[number] = self._cells.between(planes, place)
        return self._scores.copy()

    def look_at_all(self) -> Numbers:
        """Look at all that were left out; return scores as if none had been."""
        looked_at = self._reader.looked_at
        rest = sorted(set(range(self._reader.count)) - set(looked_at))
        places = [bisect_left(looked_at, number) for number in rest]
        pictures = self._anew(rest, "all key frames")
        cells = self._cells.with_all_between(pictures, places)
        self._scores = cells.finish().astype(np.float64)
        return self._scores.copy()

    def _anew(self, numbers: Sequence[int], what: str) -> Iterator[Planes]:
        """Yield the pictures of some key frames, for which the film is read up to the last."""

        def check(count: int) -> None:
            self._check(what, numbers[count] / (numbers[-1] + 1))

        return self._alike(self._reader.pictures(numbers), check)

    def _alike(self, pictures: Iterable[Planes], check: Callable[[int], None]) -> Iterator[Planes]:
        """Yield pictures, decoded ahead, while they are alike; `check` is told which it is."""
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
