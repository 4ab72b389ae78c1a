"""The first background against plain NumPy, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from gaussian_reference import blue_green_red
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.background.opening_kernel import agree

ALIKE, REACH, FLOOR = 8.0, 20.0, 64.0


def mirrored(at: np.ndarray, last: int) -> np.ndarray:
    at = abs(at)
    return np.minimum(abs(np.where(at > last, 2 * last - at, at)), last)


def agreements(looks: np.ndarray) -> np.ndarray:
    """Return how much each look, ``(K, P, H, W)``, agrees with the others, ``(K, H, W)``."""
    apart = abs(looks[:, None] - looks[None]).max(axis=2)
    height, width = apart.shape[2:]
    rows, columns = (mirrored(np.arange(-2, side + 2), side - 1) for side in (height, width))
    edged = apart[:, :, rows[:, None], columns[None]]
    around = np.lib.stride_tricks.sliding_window_view(edged, (5, 5), (2, 3)).mean((-2, -1))
    return (1 / (1 + (around / ALIKE) ** 4)).sum(axis=1)


def reference(looks: np.ndarray, best: int) -> tuple[np.ndarray, float, float]:
    """Return mean, variance and share of one pixel's looks, ``(K, P)``, where one is chosen."""
    inside = looks[abs(looks - looks[best]).max(axis=1) < REACH]
    mean = inside.mean(axis=0)
    return mean, max(float(((inside - mean) ** 2).mean()), FLOOR), len(inside) / len(looks)


def agreed(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    shape = pictures.shape[1:]
    mean = np.empty(shape, np.float32)
    variance, share = (np.empty(shape[1:], np.float32) for _ in range(2))
    agree(pictures, mean, variance, share, ALIKE, REACH, FLOOR)
    return mean, variance, share


@pytest.mark.parametrize("planes", [1, 3], ids=["grey", "colour"])
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 9))
def test_the_look_that_most_agree_on(planes: int, seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    height, width = random.integers(1, 9, 2)
    pictures = random.integers(90, 170, (count, planes, height, width)).astype(np.uint8)
    usual = random.random((count, 1, height, width)) < 0.6
    pictures = np.where(usual, 120 + pictures % 5, pictures).astype(np.uint8)
    mean, variance, share = agreed(pictures)
    looks = pictures.astype(np.float64)
    if planes == 3:
        looks = np.stack([blue_green_red(*picture) for picture in looks])
    agreement = agreements(looks)
    for y in range(height):
        for x in range(width):
            here = agreement[:, y, x]
            # Several looks may have the same agreement but for rounding: then any is right.
            best = np.flatnonzero(here > here.max() - 1e-3)
            assert any(
                np.allclose(mean[:, y, x], true_mean, atol=1e-3)
                and variance[y, x] == pytest.approx(true_variance, rel=1e-4, abs=1e-2)
                and abs(share[y, x] - true_share) < 1e-6
                for true_mean, true_variance, true_share in (
                    reference(looks[:, :, y, x], one) for one in best
                )
            )


def test_a_place_that_repeats_outweighs_more_looks_that_are_merely_near() -> None:
    random = np.random.default_rng(5)
    pictures = random.integers(100, 140, (9, 1, 20, 20)).astype(np.uint8)  # leaves
    wall = random.integers(60, 70, (20, 20))
    pictures[::3] = wall
    mean, _, share = agreed(pictures)
    assert (mean == wall).all()
    assert np.allclose(share, 3 / 9)


def test_what_stands_there_for_less_than_half_is_not_the_background() -> None:
    pictures = np.full((9, 1, 4, 4), 100, np.uint8)
    pictures[:4] = 200
    mean, _, share = agreed(pictures)
    assert (mean == 100).all()
    assert np.allclose(share, 5 / 9)


@pytest.mark.parametrize("sigma", [0, 8, 15])
def test_noise_makes_no_background_of_what_leaves(sigma: float) -> None:
    random = np.random.default_rng(6)
    pictures = np.full((9, 1, 30, 30), 90.0)
    pictures[:3, :, 5:25, 5:25] = 180
    noisy = np.clip(np.rint(pictures + random.normal(0, sigma, pictures.shape)), 0, 255)
    mean, _, _ = agreed(noisy.astype(np.uint8))
    assert (mean[0, 5:25, 5:25] > 135).mean() < 0.05
