"""The fused pass of the mean/σ model over all pixels: judge against the background, then learn.

Work goes row by row in short loops over few arrays: with more, LLVM cannot prove that they are
apart and does not vectorise. Inputs may be wider than the picture (padded rows): the width is the
output's.
"""

from __future__ import annotations

import numpy as np
from numba import float32, void

from motionlapse.background.compiled import F1, F2, F3, MASK, PLANE, ROWS, compiled

_ONE = np.float32(1.0)
_PER_MIDDLE = np.float32(1 / 128)
_ZERO = np.float32(0.0)
_NEUTRAL = np.float32(128.0)
_TOP = np.float32(255.0)
THRESHOLD_SCORE = np.float32(64.0)
"""The score of a pixel that differs by exactly k σ; twice that is 2 k σ, up to 255."""


@compiled(void(PLANE, F3, F1))
def compose_grey(luma, look, gain):  # type: ignore[no-untyped-def]  # Numba's signature types it
    """Fill `look` ``(1, H, W)`` with luma over the gain of the light."""
    _, height, width = look.shape
    inverse = _ONE / gain[0]
    for y in range(height):
        row, out = luma[y], look[0, y]
        for x in range(width):
            out[x] = np.float32(row[x]) * inverse


@compiled(void(PLANE, PLANE, PLANE, F3, F1))
def compose_colour(luma, blue, red, look, gain):  # type: ignore[no-untyped-def]  # as above
    """Fill `look` ``(3, H, W)`` with blue, green and red over the gains of the light.

    Full-range BT.601, not clipped: three planes with noise and contrast of one size, so that one σ
    serves all.
    """
    _, height, width = look.shape
    inverse0, inverse1, inverse2 = _ONE / gain[0], _ONE / gain[1], _ONE / gain[2]
    for y in range(height):
        rows, us, vs = luma[y], blue[y], red[y]
        out0, out1, out2 = look[0, y], look[1, y], look[2, y]
        for x in range(width):
            u = np.float32(us[x]) - _NEUTRAL
            out0[x] = (np.float32(rows[x]) + np.float32(1.772) * u) * inverse0
            out1[x] = np.float32(rows[x]) - np.float32(0.344) * u
        for x in range(width):
            v = np.float32(vs[x]) - _NEUTRAL
            out1[x] = (out1[x] - np.float32(0.714) * v) * inverse1
            out2[x] = (np.float32(rows[x]) + np.float32(1.402) * v) * inverse2


@compiled()
def _distances(look, mean, y, difference, farthest, spread, width):  # type: ignore[no-untyped-def]
    """Fill the row's differences, and over the planes their largest square and their mean one."""
    planes = look.shape[0]
    share = _ONE / np.float32(planes)
    for p in range(planes):
        row, usual, out = look[p, y], mean[p, y], difference[p]
        for x in range(width):
            out[x] = row[x] - usual[x]
        if p == 0:
            for x in range(width):
                farthest[x] = out[x] * out[x]
                spread[x] = farthest[x] * share
        else:
            for x in range(width):
                square = out[x] * out[x]
                farthest[x] = max(farthest[x], square)
                spread[x] += square * share


@compiled()
def _judge(farthest, variance, score, rate, usual_rate, per_k, width):  # type: ignore[no-untyped-def]
    """Fill the row's scores and rates, 0 for foreground."""
    for x in range(width):
        distance = farthest[x] * per_k / variance[x]
        score[x] = np.uint8(min(_TOP, THRESHOLD_SCORE * np.sqrt(distance)))
        rate[x] = usual_rate if score[x] <= THRESHOLD_SCORE else _ZERO


@compiled()
def _credit_row(credit, rate, elapsed, most, width):  # type: ignore[no-untyped-def]
    """Credit the row's background, let the young learn faster; tell if any still is."""
    least = most
    for x in range(width):
        fits = rate[x] > _ZERO
        rate[x] = max(rate[x], elapsed / (credit[x] + elapsed)) if fits else _ZERO
        credit[x] = min(credit[x] + (elapsed if fits else _ZERO), most)
        least = min(least, credit[x])
    return least < most


@compiled()
def _learn(  # type: ignore[no-untyped-def]
    mean, y, difference, variance, spread, rate, learn, floor, dark, width
):
    """Move the row's background by `rate` towards the frame."""
    for p in range(mean.shape[0]):
        usual, out = mean[p, y], difference[p]
        for x in range(width):
            usual[x] += rate[x] * learn * out[x]
    level = mean[mean.shape[0] // 2, y]  # green, or luma
    for x in range(width):
        shade = min(max(level[x] * _PER_MIDDLE, dark), _ONE)
        least = floor * shade * shade
        variance[x] = max(variance[x] + rate[x] * learn * (spread[x] - variance[x]), least)


@compiled()
def _forget(doubt, rate, elapsed, width):  # type: ignore[no-untyped-def]
    """Take credit from the row's candidates where the background fits; tell if any had some."""
    most = _ZERO
    for x in range(width):
        most = max(most, doubt[x])
    for x in range(width):
        doubt[x] = max(doubt[x] - (elapsed if rate[x] > _ZERO else _ZERO), _ZERO)
    return most > _ZERO


@compiled(void(F3, F3, F2, F2, F2, ROWS, ROWS, MASK, F2, *[float32] * 7))
def judge_and_learn(  # type: ignore[no-untyped-def]
    look,
    mean,
    variance,
    credit,
    doubt,
    doubtful,
    young,
    score,
    scratch,
    rate,
    elapsed,
    learn,
    k_squared,
    most,
    floor,
    dark,
):
    """Judge and learn every pixel; see `gaussian.Gaussian` for the formulas.

    Parameters
    ----------
    look
        The frame, float32 ``(P, H, W)``.
    mean, variance, credit
        The background ``(P, H, W)``, ``(H, W)``, ``(H, W)``; learned.
    doubt
        The candidate's credit ``(H, W)``; shrinks where the background fits.
    doubtful
        uint8 ``(H,)``: 0 for rows in which no candidate has credit, which are most.
    young
        uint8 ``(H,)``: 0 for rows in which every background has all the credit there is.
    score
        uint8 ``(H, W)``; filled.
    scratch
        float32 ``(P + 3, W)``.
    rate, elapsed, learn
        Learning rate, elapsed seconds, and 0 to judge only, else 1.
    k_squared, most, floor
        k², the most credit, the least variance.
    """
    planes, height, width = look.shape
    difference = scratch[:planes]
    farthest, spread, rates = scratch[planes], scratch[planes + 1], scratch[planes + 2]
    per_k = _ONE / k_squared
    rate = max(
        rate, learn * elapsed / (most + elapsed)
    )  # what a background of full credit learns with
    for y in range(height):
        _distances(look, mean, y, difference, farthest, spread, width)
        _judge(farthest, variance[y], score[y], rates, rate, per_k, width)
        if young[y]:
            young[y] = _credit_row(credit[y], rates, elapsed, most, width)
        _learn(mean, y, difference, variance[y], spread, rates, learn, floor, dark, width)
        if doubtful[y]:
            doubtful[y] = _forget(doubt[y], rates, elapsed, width)
