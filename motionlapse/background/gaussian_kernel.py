"""The fused pass of the mean/σ model: judge each pixel, learn, and process what is foreground.

There is one pass over memory. One vectorised loop judges a few rows of the picture and learns from
them, and leaves their looks in scratch memory; then `candidate_kernel.follow` processes their
foreground pixels while all of that is still in the nearest cache. As separate passes over the
picture, the same work took three times as long; and with single rows, setting up the loop took
longer than the loop.

Inputs may be wider than the picture (padded rows); the width that counts is the output's.
"""

from __future__ import annotations

import math

import numpy as np

from motionlapse.background.blocks_kernel import (
    COLOUR,
    GREY,
    LANES,
    count_foreground,
    find_blocks,
    highest_of,
    keep,
)
from motionlapse.background.candidate_kernel import follow
from motionlapse.background.kernel_types import F1, F2, MARKS, PLANE, ROWS, SPOTS
from motionlapse.background.looks_kernel import look_colour, look_grey
from motionlapse.background.score_levels import THRESHOLD_SCORE
from motionlapse.native import INT, kernel, part

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)
_HALF = np.float32(0.5)
_THIRD = np.float32(1 / 3)
_PER_MIDDLE = np.float32(1 / 128)
_TOP = np.float32(255.0)
_TURNS = 16  # rows are checked for being young in every 16th frame
_TINY = np.float32(1e-20)  # makes 0 of no time over no credit
# Scores are whole numbers: quotients up to this one are rounded down to the threshold's score.
_BEYOND = np.float32((65 / 64) ** 2)
_TOGETHER = 2048  # about how many pixels the rows that are judged together have, in whole blocks
CELL = 32
"""Height and width, in pixels of analysis, of the cells in which changes of light are measured."""


def scratch_length(width: int) -> int:
    """Return the length of a row of scratch: a few rows of a picture, and whole blocks."""
    rows = LANES // math.gcd(LANES, width)
    return max(_TOGETHER // (width * rows), 1) * width * rows


@part
def _relight_row(y, light, factor):  # type: ignore[no-untyped-def]
    """Fill `factor` with ``1 + light`` for a row, interpolated between rows of cells."""
    cells, width = light.shape
    position = (np.float32(y) + _HALF) / np.float32(CELL) - _HALF
    above = min(max(int(np.floor(position)), 0), cells - 1)
    below = min(above + 1, cells - 1)
    part = min(max(position - np.float32(above), _ZERO), _ONE)
    first, second = light[above], light[below]
    for x in range(width):
        factor[x] = _ONE + first[x] + part * (second[x] - first[x])


@part
def _relight(mean, top, bottom, light, factor):  # type: ignore[no-untyped-def]
    """Multiply a few rows of the background by ``1 + light``."""
    width = light.shape[1]
    first, last = top * width, bottom * width
    for y in range(top, bottom):
        _relight_row(y, light, factor[y * width - first : (y + 1) * width - first])
    for p in range(mean.shape[0]):
        pixels = mean[p, first:last]
        for x in range(last - first):
            pixels[x] *= factor[x]


@part
def _judge_grey(look, mean, variance, credit, score, constants):  # type: ignore[no-untyped-def]
    """Judge pixels of luma and learn from them; see `_judge_colour`."""
    rate, elapsed, most, per_k, floor, dark = constants[0:6]
    for x in range(score.shape[0]):
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


@part
def _judge_colour(  # type: ignore[no-untyped-def]
    look0, look1, look2, mean0, mean1, mean2, variance, credit, score, constants
):
    """Judge pixels in colour and learn from them, all in one vectorised loop.

    The formulas are those of `gaussian.Gaussian`; `constants` as for `judge_and_learn`.
    """
    rate, elapsed, most, per_k, floor, dark = constants[0:6]
    for x in range(score.shape[0]):
        d0, d1, d2 = look0[x] - mean0[x], look1[x] - mean1[x], look2[x] - mean2[x]
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


@part
def _judge_rows(  # type: ignore[no-untyped-def]
    top, width, luma, blue, red, inverse, mean, variance, credit, score, looks, constants
):
    """Judge a few rows and learn from them; their looks are left in `looks`."""
    first, length = top * width, len(score)
    last = first + length
    # One-dimensional slices, because the compiler does not know that others are contiguous.
    look0, mean0 = looks[0][:length], mean[0][first:last]
    variance = variance[first:last]
    if mean.shape[0] == 1:
        for y in range(length // width):
            look_grey(luma[top + y], inverse, look0[y * width : (y + 1) * width])
        _judge_grey(look0, mean0, variance, credit, score, constants)
        return
    look1, mean1 = looks[1][:length], mean[1][first:last]
    look2, mean2 = looks[2][:length], mean[2][first:last]
    for y in range(length // width):
        look_colour(
            luma[top + y], blue[top + y], red[top + y], inverse,
            look0[y * width : (y + 1) * width], look1[y * width : (y + 1) * width],
            look2[y * width : (y + 1) * width],
        )  # fmt: skip
    _judge_colour(
        look0, look1, look2, mean0, mean1, mean2, variance, credit, score, constants
    )  # fmt: skip


@part
def _is_young(credit, most):  # type: ignore[no-untyped-def]
    """Return whether any background of some rows has less than the most credit."""
    young = np.int32(0)  # counting vectorises, finding the minimum does not
    for x in range(credit.shape[0]):
        young += np.int32(credit[x] < most)
    return young > 0


@kernel(
    PLANE, PLANE, PLANE, F1, F2, F2, F1, F1, F2, F2, ROWS, ROWS, ROWS, ROWS, ROWS, F2, SPOTS,
    ROWS, SPOTS, F2, F2, MARKS, F1, INT,
    returns=INT,
)  # fmt: skip
def judge_and_learn(  # type: ignore[no-untyped-def]
    luma,
    blue,
    red,
    inverse,
    light,
    mean,
    variance,
    credit,
    candidates,
    retired,
    has_retired,
    stirred,
    young,
    score,
    moving,
    scratch,
    blocks,
    changes,
    kept_blocks,
    kept_candidates,
    kept_retired,
    told,
    constants,
    turn,
):
    """Judge every pixel of a frame and learn from it; see `gaussian.Gaussian` for the formulas.

    Parameters
    ----------
    luma, blue, red
        The frame's planes, uint8; rows may be padded. For grey, `blue` and `red` are not read.
    inverse
        Brightness of the background over that of the frame, for each plane, float32 ``(P,)``.
    light
        The factor by which the background is first brightened, less 1: a row for each row of cells,
        float32 ``(cells, W)``; no rows if the light has not changed.
    mean, variance, credit
        The background, float32 ``(P, H * W)``, ``(H * W,)``, ``(H * W,)``; it learns. In these and
        all that follow, pixels lie row after row without padding.
    candidates, retired
        Candidates and retired backgrounds in blocks, ``(B, N * 16)``; see `blocks_kernel`.
    has_retired
        uint8 ``(B,)``: 0 if no pixel of a block has ever had a retired background.
    stirred
        uint8 ``(H,)``: 0 for rows in which `moving` is all 0.
    young
        uint8 ``(H,)``: 0 for rows in which every background has the most credit.
    score
        uint8 ``(H * W,)``; filled.
    moving
        uint8 ``(H * W,)``; filled with 255 where foreground is too new to be standing, else 0.
    scratch
        float32 ``(P + 3, N)`` with N from `scratch_length`; must not contain NaN.
    blocks, changes
        Scratch, uint32 ``(N / 16,)`` and uint8 ``(16,)``.
    kept_blocks, kept_candidates, kept_retired
        uint32 ``(B + 1,)``, filled with the number of blocks that have foreground, and their
        numbers; and arrays like `candidates` and `retired`, filled with what was in these blocks
        before. Nothing is kept if they are empty.
    told
        uint8 ``(H * W,)``: what outlines tell about each pixel; see `outline_kernel`.
    constants
        0: learning rate; 1: seconds (both 0 to judge only); 2: the most credit; 3: 1/k²; 4: the
        least variance; 5: its share in the dark; for the rest see `candidate_kernel.follow`.
    turn
        Counts frames: rows take turns in being checked for whether they still are young.

    Returns
    -------
    int
        How many pixels are foreground before cleanup.
    """
    planes, height = len(mean), len(stirred)
    width = len(score) // height
    rows = scratch.shape[1] // width
    full, factor, beside = scratch[planes], scratch[planes + 1], scratch[planes + 2]
    most = constants[2]
    full[:] = most
    pixels = 0
    if len(kept_blocks):
        kept_blocks[0] = 0
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        first, last = top * width, bottom * width
        if light.shape[0]:
            _relight(mean, top, bottom, light, factor)
        # If all backgrounds of the rows have the most credit, their credit need not be read: a row
        # full of that value takes its place, and stays in the nearest cache.
        is_young = highest_of(young[top:bottom]) > 0
        trust = credit[first:last] if is_young else full[: last - first]
        _judge_rows(
            top, width, luma, blue, red, inverse, mean, variance, trust, score[first:last], scratch,
            constants,
        )  # fmt: skip
        if is_young and top // rows % _TURNS == turn % _TURNS:
            young[top:bottom] = _is_young(trust, most)
        if highest_of(stirred[top:bottom]):
            moving[first:last] = 0
        count = find_blocks(first, score[first:last], blocks)
        stirred[top:bottom] = count > 0
        if not count:
            continue
        pixels += count_foreground(score[first:last])
        if len(kept_blocks):
            keep(blocks[:count], candidates, retired, kept_blocks, kept_candidates, kept_retired)
        if planes == 1:
            follow(
                GREY, blocks[:count], first, scratch, mean, variance, credit, candidates, retired,
                has_retired, young, score, moving, told, beside, changes, constants,
            )  # fmt: skip
        else:
            follow(
                COLOUR, blocks[:count], first, scratch, mean, variance, credit, candidates, retired,
                has_retired, young, score, moving, told, beside, changes, constants,
            )  # fmt: skip
    return pixels
