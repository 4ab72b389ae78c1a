"""Scores reduced to half seconds: enough to draw a run later, 65 KB an hour."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import NamedTuple

from motionlapse.types import State

BIN_S = 0.5
_RECORD = struct.Struct("<ffB")
_STATES = tuple(State)  # stored as their place here: add new ones at the end
_CHUNK_BINS = 120


class ScoreBin(NamedTuple):
    """Half a second of a run.

    Attributes
    ----------
    time_s
        Its beginning in media time.
    lowest, highest
        Of the scores in it.
    state
        The furthest state reached in it.
    """

    time_s: float
    lowest: float
    highest: float
    state: State


class ScoreBins:
    """Reduces scores as they come; time must not go back."""

    def __init__(self) -> None:
        self._first = 0  # bin of the chunk's first record
        self._records: list[tuple[float, float, int]] = []

    def add(self, time_s: float, score: float, state: State) -> tuple[int, bytes] | None:
        """Take one frame's score; return a chunk (first bin, packed bins) once one is full."""
        place = math.floor(time_s / BIN_S)
        rank = _STATES.index(state)
        last = self._first + len(self._records) - 1
        if self._records and place == last:
            low, high, furthest = self._records[-1]
            self._records[-1] = (min(low, score), max(high, score), max(furthest, rank))
            return None
        done = None
        if self._records and (place != last + 1 or len(self._records) >= _CHUNK_BINS):
            done = self.take()
        if not self._records:
            self._first = place
        self._records.append((score, score, rank))
        return done

    def take(self) -> tuple[int, bytes] | None:
        """Return what has been gathered as a chunk, and begin anew."""
        if not self._records:
            return None
        packed = b"".join(_RECORD.pack(*record) for record in self._records)
        self._records = []
        return self._first, packed


def unpack_bins(first: int, packed: bytes) -> Iterator[ScoreBin]:
    """Yield the bins of a chunk."""
    for number, (low, high, rank) in enumerate(_RECORD.iter_unpack(packed)):
        yield ScoreBin((first + number) * BIN_S, low, high, _STATES[rank])
