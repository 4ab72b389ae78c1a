"""What one frame changes of the mean/σ model, kept so that the frame can be taken back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from motionlapse.background.hues import Hues
from motionlapse.background.outlines import Seen

Array = npt.NDArray[np.float32]
State = tuple[int, float, float, Seen, Hues]
Room = tuple[npt.NDArray[np.uint32] | Array, ...]
"""Where the kernel keeps what it changes: blocks, and what was there; for none of them, or all."""


class Kept:
    """The state before a frame.

    What a frame changes everywhere is copied. Of candidates and retired backgrounds, which are
    larger and of which it changes few, the kernel keeps the blocks that it changes: copying all of
    them took three times as long.

    Parameters
    ----------
    everywhere
        Arrays that are copied.
    in_blocks
        Those of which blocks are kept, as `gaussian_kernel.judge_and_learn` has them.
    """

    def __init__(
        self, everywhere: Sequence[npt.NDArray[np.generic]], in_blocks: Sequence[Array]
    ) -> None:
        self._everywhere = [(now, np.empty_like(now)) for now in everywhere]
        self._in_blocks = in_blocks
        # Memory that is never written to is none.
        self._blocks = np.zeros(len(in_blocks[0]) + 1, np.uint32)
        self._changed = [np.empty_like(now) for now in in_blocks]
        self._state: State | None = None
        self._waits = False

    def mark(self, state: State) -> None:
        """Keep the state before the next frame, and what of it is never written to."""
        # Into the same memory: a new megabyte for each frame costs as much again.
        for now, before in self._everywhere:
            np.copyto(before, now)
        self._state, self._blocks[0], self._waits = state, 0, True

    @property
    def room(self) -> Room:
        """Where the kernel keeps what the next frame changes."""
        if self._waits:
            return self._blocks, *self._changed
        return self._blocks[:0], *(changed[:0] for changed in self._changed)

    def took(self) -> None:
        """Know that the kernel has kept what it changed of a frame."""
        self._waits = False

    def put_back(self) -> State | None:
        """Make the state what it was at the mark, and return its rest; None without a mark."""
        if self._state is None:
            return None
        for now, before in self._everywhere:
            np.copyto(now, before)
        count = int(self._blocks[0])
        for now, before in zip(self._in_blocks, self._changed, strict=True):
            now[self._blocks[1 : count + 1]] = before[:count]
        self._waits = False
        return self._state
