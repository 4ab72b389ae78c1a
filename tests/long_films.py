"""Films of a scene that is quiet but for a few moments, long enough for a prescan."""

from pathlib import Path

import numpy as np
from films import picture, write_film

MOVES = ((31.3, 34.3), (70.2, 76.2))
SIZE = (160, 120)
RATE = 10


def noisy(moves):
    """Return what makes the pictures: the scene with grain that never repeats."""
    random = np.random.default_rng(5)

    def pictures(time_s):
        grain = random.normal(0, 2, (SIZE[1], SIZE[0], 1))
        return np.clip(picture(time_s, moves=moves) + grain, 0, 255).astype(np.uint8)

    return pictures


def write_long(
    path: Path, *, seconds=110.0, moves=MOVES, key_s=1.0, codec="libx264", b_frames=0, **options
):
    """Write a film that is quiet but for `moves`."""
    every = str(round(key_s * RATE))
    chosen = {"g": every, "keyint_min": every, "crf": "23", **options}
    times = [number / RATE for number in range(round(seconds * RATE))]
    return write_film(
        path, times=times, pictures=noisy(moves), codec=codec, options=chosen, b_frames=b_frames
    )
