"""Scenes for the kernels of `Gaussian`, small enough for a reference."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Frames = npt.NDArray[np.uint8]  # (frames, planes, height, width)


def random_frames(seed: int, planes: int, count: int) -> Frames:
    """Return pixels that jump among three looks, the second of them a shadow of the first."""
    random = np.random.default_rng(seed)
    # Narrower than a block of 16 pixels, or a few of them wide.
    height, width = random.integers(1, 9), random.integers(1, random.choice([12, 12, 12, 44]))
    first = random.integers(20, 236, (planes, height, width))
    looks = np.stack([first, first * 0.8, random.integers(0, 256, first.shape)])
    if planes == 3:
        looks[1, 1:] += 128 * 0.2  # chroma is darkened around its neutral value
    often = random.choice([0.02, 0.1, 0.5])
    choice = np.zeros((height, width), int)
    frames = []
    for _ in range(count):
        jump = random.random((height, width)) < often
        choice[jump] = random.integers(0, 3, int(jump.sum()))
        look = np.take_along_axis(looks, choice[None, None], axis=0)[0]
        frames.append(look + random.normal(0, 2, look.shape))
    return np.clip(np.rint(frames), 0, 255).astype(np.uint8)


def visit(seed: int, planes: int, count: int) -> Frames:
    """Return a scene into which something comes, stays with its shadow, and leaves again."""
    random = np.random.default_rng(seed)
    frames = np.full((count, planes, 8, 11), 150.0)
    frames[:, 0] += np.arange(11)
    frames[:, 1:] += 4 * np.arange(11)  # of different colours: a shadow keeps its own
    come, leave = sorted(random.integers(2, count, 2))
    frames[come:leave, :, 2:6, 3:7] = random.integers(0, 256, planes)[:, None, None]
    frames[come:leave, 0, 6:, 3:7] *= 0.8
    frames[come:leave, 1:, 6:, 3:7] *= 0.8
    frames[come:leave, 1:, 6:, 3:7] += 128 * 0.2
    frames += random.normal(0, 1.5, frames.shape)
    return np.clip(np.rint(frames), 0, 255).astype(np.uint8)
