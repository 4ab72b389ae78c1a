"""The fused pass of the default model by itself."""

from __future__ import annotations

import numpy as np

from motionlapse.background.gathered_kernel import GATHERED_ROWS, others_length
from motionlapse.background.gaussian_kernel import (
    judge_and_learn,
    scratch_length,
    waiting_length,
)
from motionlapse.frames import Image


class MeanSigmaPass:
    """The fused kernel alone, on luma whose background has been known for a while."""

    def __init__(self, first: Image) -> None:
        height, width = first.shape
        most, floor, k_squared = 16.0, 64.0, 6.25
        pixels = height * width
        self._state = (
            first.reshape(1, pixels).astype(np.float32),
            np.full(pixels, floor, np.float32),
            np.full(pixels, most, np.float32),
            np.zeros((pixels, 2), np.float32),
            np.zeros((pixels, others_length(1)), np.float32),
            np.zeros(height, np.uint8),
            np.zeros(height, np.uint8),
            np.zeros(pixels, np.uint8),
            np.zeros(pixels, np.uint8),
        )
        self._scratch = np.empty((3, scratch_length(width)), np.float32)
        room = waiting_length(width)
        self._waiting = np.empty((GATHERED_ROWS, room), np.float32), np.empty(room, np.uint32)
        self._told = np.zeros(pixels, np.uint8)
        self._kept = np.empty(0, np.uint32), np.empty((0, others_length(1) + 2), np.float32)
        self._light = np.ones(1, np.float32), np.empty((0, width), np.float32)
        rest = [k_squared, 0.36 * k_squared, 1.0, 0.04, 0.24, 0.12, 0.5, 0.4, 0.0, 0.04]
        constants = [0.02, 0.04, most, 1 / k_squared, floor, 0.5, *rest]
        self._constants = np.array(constants, np.float32)

    def __call__(self, luma: Image) -> int:
        """Judge a frame, then learn from it."""
        rest = self._scratch, *self._waiting, *self._kept, self._told, self._constants
        return judge_and_learn(luma, luma, luma, *self._light, *self._state, *rest, 0)
