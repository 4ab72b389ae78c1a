"""What one frame changes in the mean/σ model, kept so that the frame can be undone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from motionlapse.background.hues import Hues
from motionlapse.background.outlines import Seen

Array = npt.NDArray[np.float32]
State = tuple[int, float, float, Seen, Hues]
Room = tuple[npt.NDArray[np.uint32] | Array, ...]
"""Where the kernel saves what it changes: block numbers and contents; empty if it need not."""


class Kept:
    """The state of a model before a frame.

    Arrays that a frame changes everywhere are copied. Of candidates and retired backgrounds, which
    are larger but change in few places, the kernel saves only the blocks that it changes: copying
    everything took three times as long.

    Parameters
    ----------
    everywhere
        Arrays that are copied.
    in_blocks
        Arrays of which changed blocks are saved, as `gaussian_kernel.judge_and_learn` has them.
    """

    def __init__(
        self, everywhere: Sequence[npt.NDArray[np.generic]], in_blocks: Sequence[Array]
    ) -> None:
        self._everywhere = [(now, np.empty_like(now)) for now in everywhere]
        self._in_blocks = in_blocks
        # The system provides memory only once it is written to.
        self._blocks = np.zeros(len(in_blocks[0]) + 1, np.uint32)
        self._changed = [np.empty_like(now) for now in in_blocks]
        self._state: State | None = None
        self._waits = False

    def mark(self, state: State) -> None:
        """Keep the arrays, and the rest of the state, which is never modified in place."""
        # Into the same memory: allocating a megabyte for each frame would cost as much again.
        for now, before in self._everywhere:
            np.copyto(before, now)
        self._state, self._blocks[0], self._waits = state, 0, True

    @property
    def room(self) -> Room:
        """Where the kernel saves what the next frame changes."""
        if self._waits:
            return self._blocks, *self._changed
        return self._blocks[:0], *(changed[:0] for changed in self._changed)

    def took(self) -> None:
        """Note that the kernel has saved what a frame has changed."""
        self._waits = False

    def put_back(self) -> State | None:
        """Restore the arrays as at the mark, and return the rest of the state; None without."""
        if self._state is None:
            return None
        for now, before in self._everywhere:
            np.copyto(now, before)
        count = int(self._blocks[0])
        for now, before in zip(self._in_blocks, self._changed, strict=True):
            now[self._blocks[1 : count + 1]] = before[:count]
        self._waits = False
        return self._state
