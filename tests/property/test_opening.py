"""The first background against plain NumPy, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from gaussian_reference import blue_green_red
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.background.opening_kernel import agree

REACH, FLOOR = 20.0, 64.0


def reference(looks: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Return mean, variance and share of one pixel's looks, ``(K, P)``."""
    apart = abs(looks[:, None] - looks[None]).max(axis=2)
    best = int(np.clip(1 - apart / REACH, 0, None).sum(axis=1).argmax())
    inside = looks[apart[best] < REACH]
    mean = inside.mean(axis=0)
    return mean, max(float(((inside - mean) ** 2).mean()), FLOOR), len(inside) / len(looks)


@pytest.mark.parametrize("planes", [1, 3], ids=["grey", "colour"])
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 9))
def test_the_look_that_most_agree_on(planes: int, seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    height, width = random.integers(1, 7, 2)
    pictures = random.integers(90, 170, (count, planes, height, width)).astype(np.uint8)
    usual = random.random((count, 1, height, width)) < 0.6
    pictures = np.where(usual, 120 + pictures % 5, pictures).astype(np.uint8)
    mean = np.empty((planes, height, width), np.float32)
    variance, share = (np.empty((height, width), np.float32) for _ in range(2))
    agree(pictures, mean, variance, share, np.float32(REACH), np.float32(FLOOR))
    looks = pictures.astype(np.float64)
    if planes == 3:
        looks = np.stack([blue_green_red(*picture) for picture in looks])
    for y in range(height):
        for x in range(width):
            true_mean, true_variance, true_share = reference(looks[:, :, y, x])
            # Several looks may have the same agreement but for rounding: then any is right.
            if abs(share[y, x] - true_share) > 1e-6 or not np.allclose(
                mean[:, y, x], true_mean, atol=1e-3
            ):
                assert tied(looks[:, :, y, x], mean[:, y, x])
                continue
            assert variance[y, x] == pytest.approx(true_variance, rel=1e-4, abs=1e-2)


def tied(looks: np.ndarray, mean: np.ndarray) -> bool:
    apart = abs(looks[:, None] - looks[None]).max(axis=2)
    agreement = np.clip(1 - apart / REACH, 0, None).sum(axis=1)
    best = np.flatnonzero(agreement > agreement.max() - 1e-3)
    means = [looks[apart[one] < REACH].mean(axis=0) for one in best]
    return any(np.allclose(mean, one, atol=1e-3) for one in means)


def test_what_stands_there_for_less_than_half_is_not_the_background() -> None:
    pictures = np.full((9, 1, 4, 4), 100, np.uint8)
    pictures[:4] = 200
    mean = np.empty((1, 4, 4), np.float32)
    variance, share = (np.empty((4, 4), np.float32) for _ in range(2))
    agree(pictures, mean, variance, share, np.float32(REACH), np.float32(FLOOR))
    assert (mean == 100).all()
    assert np.allclose(share, 5 / 9)
