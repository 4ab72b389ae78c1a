"""The fused pass of the mean/σ model: judge against the background, learn, follow the rest.

One pass over memory: a row of the picture is judged and taught in one vectorised loop, which leaves
its looks in scratch; then its foreground pixels, if it has any, are taken on by
`candidate_kernel.follow_row` while all of it is still in the nearest cache. As separate passes over
the picture the same work took three times as long.

Inputs may be wider than the picture (padded rows): the width is the output's.
"""

from __future__ import annotations

import numpy as np
from numba import int64, void

from motionlapse.background.candidate_kernel import follow
from motionlapse.background.compiled import F1, F2, F3, MASK, PLANE, ROWS, compiled
from motionlapse.background.gathered_kernel import COLOUR, GATHERED_ROWS, GREY, gather_row
from motionlapse.background.score_levels import THRESHOLD_SCORE

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)
_HALF = np.float32(0.5)
_THIRD = np.float32(1 / 3)
_PER_MIDDLE = np.float32(1 / 128)
_NEUTRAL = np.float32(128.0)
_TOP = np.float32(255.0)
_TURNS = 16
_TINY = np.float32(1e-20)  # no time over no credit is no rate
# Scores are whole: up to here they are cut to that of the threshold.
_BEYOND = np.float32((65 / 64) ** 2)
_TOGETHER = 512  # foreground pixels that are followed together: they fit the second cache
CELL = 32
"""Height and width, in pixels of analysis, of the cells in which changes of light are measured."""


@compiled()
def blue_green_red(luma, u, v):  # type: ignore[no-untyped-def]  # Numba's signature types it
    """Return full-range BT.601, not clipped: planes with noise and contrast of one size."""
    level, u, v = np.float32(luma), np.float32(u) - _NEUTRAL, np.float32(v) - _NEUTRAL
    return (
        level + np.float32(1.772) * u,
        level - np.float32(0.344) * u - np.float32(0.714) * v,
        level + np.float32(1.402) * v,
    )


@compiled(void(PLANE, PLANE, PLANE, F3, int64))
def sample_looks(luma, blue, red, look, stride):  # type: ignore[no-untyped-def]  # as above
    """Fill `look` with every `stride`-th pixel both ways, in blue, green and red, or in luma."""
    planes, height, width = look.shape
    for y in range(height):
        rows, us, vs = luma[y * stride], blue[y * stride], red[y * stride]
        for x in range(width):
            at = x * stride
            if planes == 1:
                look[0, y, x] = np.float32(rows[at])
            else:
                b, g, r = blue_green_red(rows[at], us[at], vs[at])
                look[0, y, x], look[1, y, x], look[2, y, x] = b, g, r


@compiled()
def _relight(mean, y, light, factor):  # type: ignore[no-untyped-def]
    """Multiply a row of the background by ``1 + light``, bilinear between rows of cells."""
    cells, width = light.shape
    position = (np.float32(y) + _HALF) / np.float32(CELL) - _HALF
    above = min(max(int(np.floor(position)), 0), cells - 1)
    below = min(above + 1, cells - 1)
    part = min(max(position - np.float32(above), _ZERO), _ONE)
    first, second = light[above], light[below]
    for x in range(width):
        factor[x] = _ONE + first[x] + part * (second[x] - first[x])
    for p in range(mean.shape[0]):
        row = mean[p, y]
        for x in range(width):
            row[x] *= factor[x]


@compiled()
def _judge_grey(y, lumas, looks, means, variances, credit, scores, inverses, constants):  # type: ignore[no-untyped-def]
    """Judge and teach a row of luma; see `_judge_colour`."""
    rate, elapsed, most, per_k, floor, dark = constants[0:6]
    inverse = inverses[0]
    luma, look, mean, variance, score = lumas[y], looks[0], means[0, y], variances[y], scores[y]
    for x in range(score.shape[0]):
        look[x] = np.float32(luma[x]) * inverse
        d = look[x] - mean[x]
        spread = d * d
        v = variance[x]
        quotient = spread * per_k / v
        score[x] = np.uint8(min(_TOP, THRESHOLD_SCORE * np.sqrt(quotient)))
        fits = quotient < _BEYOND
        trust = credit[x]
        a = max(rate, elapsed / (trust + elapsed + _TINY)) if fits else _ZERO
        credit[x] = min(trust + (elapsed if fits else _ZERO), most)
        mean[x] += a * d
        shade = min(max(mean[x] * _PER_MIDDLE, dark), _ONE)
        variance[x] = max(v + a * (spread - v), floor * shade * shade)


@compiled()
def _judge_colour(  # type: ignore[no-untyped-def]
    y, lumas, blues, reds, looks, means, variances, credit, scores, inverses, constants
):
    """Judge and teach a row in colour: everything that a pixel needs in one vectorised loop."""
    rate, elapsed, most, per_k, floor, dark = constants[0:6]
    inverse0, inverse1, inverse2 = inverses[0], inverses[1], inverses[2]
    luma, blue, red, variance, score = lumas[y], blues[y], reds[y], variances[y], scores[y]
    look0, look1, look2 = looks[0], looks[1], looks[2]
    mean0, mean1, mean2 = means[0, y], means[1, y], means[2, y]
    for x in range(score.shape[0]):
        b, g, r = blue_green_red(luma[x], blue[x], red[x])
        b, g, r = b * inverse0, g * inverse1, r * inverse2
        look0[x], look1[x], look2[x] = b, g, r
        d0, d1, d2 = b - mean0[x], g - mean1[x], r - mean2[x]
        square0, square1, square2 = d0 * d0, d1 * d1, d2 * d2
        v = variance[x]
        quotient = max(square0, square1, square2) * per_k / v
        score[x] = np.uint8(min(_TOP, THRESHOLD_SCORE * np.sqrt(quotient)))
        fits = quotient < _BEYOND
        trust = credit[x]
        a = max(rate, elapsed / (trust + elapsed + _TINY)) if fits else _ZERO
        credit[x] = min(trust + (elapsed if fits else _ZERO), most)
        mean0[x] += a * d0
        mean1[x] += a * d1
        mean2[x] += a * d2
        shade = min(max(mean1[x] * _PER_MIDDLE, dark), _ONE)
        spread = (square0 + square1 + square2) * _THIRD
        variance[x] = max(v + a * (spread - v), floor * shade * shade)


@compiled()
def _is_young(credit, most):  # type: ignore[no-untyped-def]
    """Tell whether any background of the row has less than the most credit."""
    least = most
    for x in range(credit.shape[0]):
        least = min(least, credit[x])
    return least < most


@compiled(
    int64(
        PLANE, PLANE, PLANE, F1, F2, F3, F2, F2, F3, F3, ROWS, ROWS, MASK, MASK, F2, F1, int64
    )
)  # fmt: skip
def judge_and_learn(  # type: ignore[no-untyped-def]
    luma,
    blue,
    red,
    gain,
    light,
    mean,
    variance,
    credit,
    doubt,
    others,
    stirred,
    young,
    score,
    moving,
    scratch,
    constants,
    turn,
):
    """Judge every pixel of a frame and learn from it; see `gaussian.Gaussian` for the formulas.

    Parameters
    ----------
    luma, blue, red
        The frame's planes, uint8, rows may be padded. Grey: `blue` and `red` are not read.
    gain
        Brightness of the frame over the background's, for each plane, ``(P,)``.
    light
        What the background is brightened by first, less 1: rows of cells, ``(cells, W)``; none of
        them where the light has not changed.
    mean, variance, credit
        The background ``(P, H, W)``, ``(H, W)``, ``(H, W)``; learned.
    doubt, others
        Candidate and retired background; see `gathered_kernel`.
    stirred
        uint8 ``(H,)``: 0 for rows of `moving` that are empty.
    young
        uint8 ``(H,)``: 0 for rows in which every background has all the credit there is.
    score
        uint8 ``(H, W)``; filled.
    moving
        uint8 ``(H, W)``; filled: 255 where foreground is newer than it takes to be standing.
    scratch
        float32 ``(P + 2, W)``.
    constants
        Learning rate and seconds (both 0 to judge only), the most credit, 1/k², the least variance
        and its share in the dark; the rest is `candidate_kernel.follow`'s.
    turn
        Counts frames: rows take turns to be asked whether they still are young.

    Returns
    -------
    int
        How many pixels are foreground before cleanup.
    """
    planes, height, width = mean.shape
    full, factor, look = scratch[planes], scratch[planes + 1], scratch[:planes]
    inverse = _ONE / gain
    most = constants[2]
    for x in range(width):
        full[x] = most
    room = _TOGETHER + width + 1
    gathered = np.empty((GATHERED_ROWS, room), np.float32)
    spots = np.empty(room, np.uint32)
    pixels = waiting = 0
    for y in range(height):
        if light.shape[0]:
            _relight(mean, y, light, factor)
        # A row in which all backgrounds have all the credit there is needs none of it read: one
        # row that says so stands for it and stays in the nearest cache.
        trust = credit[y] if young[y] else full
        if planes == 1:
            _judge_grey(y, luma, look, mean, variance, trust, score, inverse, constants)
        else:
            _judge_colour(
                y, luma, blue, red, look, mean, variance, trust, score, inverse, constants
            )
        if young[y] and y % _TURNS == turn % _TURNS:
            young[y] = _is_young(credit[y], most)
        if stirred[y]:
            moving[y, :] = stirred[y] = 0
        before = waiting
        if planes == 1:
            waiting = gather_row(GREY, y, look, score[y], spots, gathered, before)
        else:
            waiting = gather_row(COLOUR, y, look, score[y], spots, gathered, before)
        if waiting > before:
            stirred[y] = 1
            pixels += waiting - before
        if waiting and (waiting >= _TOGETHER or y == height - 1):
            if planes == 1:
                follow(
                    GREY, spots[:waiting], gathered, mean, variance, credit, doubt, others, young,
                    score, moving, constants,
                )  # fmt: skip
            else:
                follow(
                    COLOUR, spots[:waiting], gathered, mean, variance, credit, doubt, others, young,
                    score, moving, constants,
                )  # fmt: skip
            waiting = 0
    return pixels
