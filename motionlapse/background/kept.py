"""What one frame changes of the mean/σ model, kept so that the frame can be taken back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from motionlapse.background.outlines import Seen

Array = npt.NDArray[np.float32]
State = tuple[int, float, float, Seen]
Room = tuple[npt.NDArray[np.uint32], Array]
"""Where the kernel keeps what it changes: places, and what was there; for no pixel, or for all."""


class Kept:
    """The state before a frame.

    What a frame changes everywhere is copied. Of candidates and retired backgrounds, which are
    larger and of which it changes few, the kernel keeps those that it changes: copying all of them
    took three times as long.

    Parameters
    ----------
    everywhere
        Arrays that are copied.
    doubt, others
        As `gaussian_kernel.judge_and_learn` has them.
    """

    def __init__(self, everywhere: Sequence[npt.NDArray[np.generic]], doubt: Array, others: Array):
        self._everywhere = [(now, np.empty_like(now)) for now in everywhere]
        self._doubt, self._others = doubt, others
        pixels, length = others.shape
        # Memory that is never written to is none.
        self._spots = np.empty(pixels, np.uint32)
        self._changed = np.empty((pixels, length + doubt.shape[1]), np.float32)
        self._state: State | None = None
        self._count = 0
        self._waits = False

    def mark(self, state: State) -> None:
        """Keep the state before the next frame, and what of it is never written to."""
        # Into the same memory: a new megabyte for each frame costs as much again.
        for now, before in self._everywhere:
            np.copyto(before, now)
        self._state, self._count, self._waits = state, 0, True

    @property
    def room(self) -> Room:
        """Where the kernel keeps what the next frame changes."""
        if self._waits:
            return self._spots, self._changed
        return self._spots[:0], self._changed[:0]

    def took(self, count: int) -> None:
        """Know how many pixels the kernel has kept of a frame."""
        if self._waits:
            self._count, self._waits = count, False

    def put_back(self) -> State | None:
        """Make the state what it was at the mark, and return its rest; None without a mark."""
        if self._state is None:
            return None
        for now, before in self._everywhere:
            np.copyto(now, before)
        spots, changed = self._spots[: self._count], self._changed[: self._count]
        length = self._others.shape[1]
        self._others[spots], self._doubt[spots] = changed[:, :length], changed[:, length:]
        self._waits = False
        return self._state
