from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.background.light_kernel import better_gains, measure_cells

Array = npt.NDArray[np.float32]
CLOSE, K = 12.0, 2.5
seeds = st.integers(0, 2**32 - 1)
shapes = st.tuples(st.sampled_from([1, 3]), st.integers(1, 40), st.integers(1, 60))


def scene(shape: tuple[int, int, int], seed: int) -> tuple[Array, Array, npt.NDArray[np.uint8]]:
    """Return samples of a frame under another light, of the background, and of the foreground."""
    random = np.random.default_rng(seed)
    mean = random.uniform(1, 255, shape).astype(np.float32)
    noise = random.normal(0, random.choice([0, 3, 20]), shape)
    look = mean * random.choice([0.7, 1, 1.1, 1.4]) + noise
    share = random.choice([0, 0.1, 0.3, 0.6])
    foreground = np.where(random.random(shape[1:]) < share, 255, 0).astype(np.uint8)
    return look.astype(np.float32), mean, foreground


@given(shape=shapes, seed=seeds)
def test_cells_hold_the_coherent_change_of_what_is_background(
    shape: tuple[int, int, int], seed: int
) -> None:
    look, mean, foreground = scene(shape, seed)
    gain = np.random.default_rng(seed).uniform(0.8, 1.2, shape[0]).astype(np.float32)
    variance = np.random.default_rng(seed).uniform(20, 200, shape[1:]).astype(np.float32)
    cells = np.full((-(-shape[1] // 8), -(-shape[2] // 8)), 7, np.float32)
    measure_cells(look, gain, mean, variance, K, foreground, 1, cells)
    now = (look.astype(np.float64) / gain[:, None, None]).sum(axis=0)
    usual = mean.astype(np.float64).sum(axis=0)
    ratio = ((now - usual) / np.maximum(usual, 3)).clip(-0.2, 0.25)
    sigmas = abs(now - usual) / shape[0] / np.sqrt(variance)
    if abs(sigmas - K).min() < 1e-4:
        return  # float32 may see it on the other side
    background = (foreground == 0) & (sigmas < K)
    for row, column in np.ndindex(cells.shape):
        part = slice(row * 8, row * 8 + 8), slice(column * 8, column * 8 + 8)
        seen = background[part]
        change = ratio[part][seen]
        expected = 0.0
        if 2 * change.size >= seen.size and change.any():
            expected = change.mean() * (change.sum() / abs(change).sum()) ** 2
        assert abs(cells[row, column] - expected) < 1e-5


@given(shape=shapes, seed=seeds)
def test_a_gain_is_taken_over_where_clearly_more_fits(
    shape: tuple[int, int, int], seed: int
) -> None:
    look, mean, foreground = scene(shape, seed)
    before = np.random.default_rng(seed).choice([0.8, 1.0, 1.1], shape[0]).astype(np.float32)
    gain = before.copy()
    better_gains(look, mean, foreground, 1, gain, 0.9, CLOSE)
    for p in range(shape[0]):
        told = (look[p] > 8) & (look[p] < 250) & (mean[p] > 8)
        usable = (foreground == 0) & told
        frame, usual = look[p][usable].astype(np.float64), mean[p][usable].astype(np.float64)
        returned = 1 + (before[p] - 1) * 0.9
        expected = returned
        if len(frame) >= 20:
            wanted = np.median(frame / usual).clip(0.3, 3)
            missed = [abs(frame / by - usual) - CLOSE for by in (returned, wanted)]
            if min(abs(miss).min() for miss in missed) < 1e-3:
                continue  # float32 may see it on the other side
            now, then = (np.count_nonzero(miss < 0) for miss in missed)
            least = now + 0.05 * len(frame)
            if abs(abs(np.log(wanted)) - abs(np.log(returned))) < 1e-4:
                continue
            if abs(np.log(wanted)) > abs(np.log(returned)):
                least = max(least, 0.5 * np.count_nonzero(told))
            expected = wanted if then > least else returned
        assert abs(gain[p] - expected) < 1e-5


def test_what_little_is_seen_beside_a_mover_tells_no_gain_of_all() -> None:
    mean = np.full((1, 20, 30), 100, np.float32)
    look = np.full_like(mean, 160)
    foreground = np.full(mean.shape[1:], 255, np.uint8)
    gain = np.ones(1, np.float32)
    foreground[:, :14] = 0
    better_gains(look, mean, foreground, 1, gain, 1.0, CLOSE)
    assert gain[0] == 1
    foreground[:, :16] = 0
    better_gains(look, mean, foreground, 1, gain, 1.0, CLOSE)
    assert abs(gain[0] - 1.6) < 1e-6
    look[:] = 100  # and back, behind something large
    foreground[:, 10:] = 255
    better_gains(look, mean, foreground, 1, gain, 1.0, CLOSE)
    assert gain[0] == 1
