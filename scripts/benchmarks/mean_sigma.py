"""The fused pass of the default model by itself."""

from __future__ import annotations

import numpy as np

from motionlapse.background.gathered_kernel import others_length
from motionlapse.background.gaussian_kernel import judge_and_learn, scratch_length
from motionlapse.frames import Image


class MeanSigmaPass:
    """The fused kernel alone, on luma whose background has been known for a while."""

    def __init__(self, first: Image) -> None:
        height, width = first.shape
        most, floor, k_squared = 16.0, 64.0, 6.25
        self._mean = first[None].astype(np.float32)
        self._variance = np.full((height, width), floor, np.float32)
        self._credit = np.full((height, width), most, np.float32)
        self._doubt = np.zeros((height, width, 2), np.float32)
        self._others = np.zeros((height, width, others_length(1)), np.float32)
        self._rows = np.zeros(height, np.uint8), np.zeros(height, np.uint8)
        self._score = np.zeros((height, width), np.uint8)
        self._moving = np.zeros((height, width), np.uint8)
        self._scratch = np.empty((3, scratch_length(width)), np.float32)
        self._light = np.ones(1, np.float32), np.empty((0, width), np.float32)
        rest = [k_squared, 0.36 * k_squared, 1.0, 0.04, 0.24, 0.12, 0.5, 0.45, 0.0, 0.04]
        constants = [0.02, 0.04, most, 1 / k_squared, floor, 0.5, *rest]
        self._constants = np.array(constants, np.float32)

    def __call__(self, luma: Image) -> int:
        """Judge a frame, then learn from it."""
        state = self._mean, self._variance, self._credit, self._doubt, self._others, *self._rows
        out = self._score, self._moving, self._scratch, self._constants
        return judge_and_learn(luma, luma, luma, *self._light, *state, *out, 0)  # type: ignore[no-any-return]
