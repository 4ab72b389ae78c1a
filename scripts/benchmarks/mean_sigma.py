"""The fused pass of the default model by itself."""

from __future__ import annotations

import numpy as np

from motionlapse.background.blocks_kernel import LANES, shapes_of
from motionlapse.background.gaussian_kernel import judge_and_learn, scratch_length
from motionlapse.frames import Image


class MeanSigmaPass:
    """The fused kernel alone, on luma whose background has been known for a while."""

    def __init__(self, first: Image) -> None:
        height, width = first.shape
        most, floor, k_squared = 16.0, 64.0, 6.25
        pixels = height * width
        length = scratch_length(width)
        blocks, *_ = shapes_of(1, pixels)[0]
        rows = [rows * LANES for _, rows, _ in shapes_of(1, pixels)]
        self._state = (
            first.reshape(1, pixels).astype(np.float32),
            np.full(pixels, floor, np.float32),
            np.full(pixels, most, np.float32),
            *(np.zeros((blocks, count), np.float32) for count in rows),
            np.zeros(blocks, np.uint8),
            np.zeros(height, np.uint8),
            np.zeros(height, np.uint8),
            np.zeros(pixels, np.uint8),
            np.zeros(pixels, np.uint8),
        )
        self._scratch = (
            np.zeros((4, length), np.float32),
            np.empty(length // LANES, np.uint32),
            np.zeros(LANES, np.uint8),
        )
        self._told = np.zeros(pixels, np.uint8)
        self._kept = np.empty(0, np.uint32), *(np.empty((0, n), np.float32) for n in rows)
        self._light = np.ones(1, np.float32), np.empty((0, width), np.float32)
        rest = [k_squared, 0.36 * k_squared, 1.0, 0.04, 0.24, 0.12, 0.5, 0.4, 0.0, 0.04]
        constants = [0.02, 0.04, most, 1 / k_squared, floor, 0.5, *rest]
        self._constants = np.array(constants, np.float32)

    def __call__(self, luma: Image) -> int:
        """Judge a frame, then learn from it."""
        rest = *self._scratch, *self._kept, self._told, self._constants
        return judge_and_learn(luma, luma, luma, *self._light, *self._state, *rest, 0)
