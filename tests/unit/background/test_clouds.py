"""The shadow of a cloud, at many frames a second and at few."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from motionlapse.background.gaussian import Gaussian
from motionlapse.frames import Planes

MakePlanes = Callable[..., Planes]
_WIDTH, _HEIGHT = 256, 128
_LASTS_S, _FEWEST_LOOKS, _DARKEST = 1.5, 5, 0.6


@pytest.mark.parametrize("rate", [1.0, 2.0, 3.0, 5.0, 25.0])
def test_the_shadow_of_a_cloud_is_no_foreground(make_planes: MakePlanes, rate: float) -> None:
    """The background follows all of the change since the last frame, not just 0.2 s of it."""
    random = np.random.default_rng(5)
    scene = random.uniform(60, 180, (_HEIGHT, _WIDTH))
    # An edge so wide that no single gain fits: dark at the left, unchanged at the right.
    wide = np.clip(np.linspace(1.5, -0.5, _WIDTH), 0, 1)
    lasts_s = max(_LASTS_S, _FEWEST_LOOKS / rate)
    model, most = Gaussian(), 0.0
    for index in range(round((6 + lasts_s) * rate)):
        passed = min(max(index / rate - 4, 0) / lasts_s, 1)
        light = 1 - (1 - _DARKEST) * passed * wide
        picture = scene * light + random.normal(0, 2, scene.shape)
        seen = model.apply(
            make_planes(np.clip(picture, 0, 255).astype(np.uint8)),
            elapsed_s=(index > 0) / rate,
            pace=1.0,
        )
        most = max(most, seen.pixels / scene.size)
    assert most < 0.02
