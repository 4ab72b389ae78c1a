"""A noisy scene for background models, and how it is fed to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from motionlapse.frames import Image, Planes
from motionlapse.types import BackgroundModel, Foreground

STEP_S = 0.1
SIZE = (96, 128)
SQUARE = (slice(30, 50), slice(40, 60))
OBJECT = 230  # luma of what comes into the scene

MakePlanes = Callable[..., Planes]
Pictures = Iterator[list[Image]]


def scene(count: int, *, seed: int = 7) -> Image:
    """Return the planes of a scene without noise, ``(count, H, W)``."""
    random = np.random.default_rng(seed)
    planes = random.integers(118, 138, (count, *SIZE))
    planes[0] = random.integers(60, 180, SIZE)
    return planes.astype(np.uint8)


def noisy_pictures(count: int, *, seed: int = 7) -> Pictures:
    """Yield the planes of one scene again and again, with a camera's noise."""
    random, usual = np.random.default_rng(seed), scene(count, seed=seed)
    while True:
        noisy = usual + random.normal(0, 2, usual.shape)
        yield list(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))


def with_square(pictures: Pictures, luma: int = OBJECT) -> Pictures:
    for picture in pictures:
        picture[0][SQUARE] = luma
        yield picture


def feed(
    model: BackgroundModel,
    pictures: Pictures,
    make_planes: MakePlanes,
    steps: int,
    *,
    step_s: float = STEP_S,
    masked: bool = True,
) -> list[Foreground]:
    """Apply the model to pictures, each with the foreground of the one before, or without."""
    seen: list[Foreground] = []
    previous = None
    for _ in range(steps):
        planes = make_planes(*next(pictures))
        found = model.apply(planes, elapsed_s=step_s, pace=1.0, previous=previous)
        score, moving = found.score.copy(), found.moving
        previous = np.where(score > 64, np.uint8(255), np.uint8(0)) if masked else None
        kept = None if moving is None else moving.copy()
        seen.append(replace(found, score=score, moving=kept))
    return seen


def share(mask: np.ndarray) -> float:
    """Return the share of pixels that are foreground by their score, or set in a mask."""
    return float((mask > 64).mean())
