"""The pass over rows with foreground: shadows, restless pixels, and what becomes background.

What all pixels of a stretch need is computed in short vectorised loops; the loop over pixels only
decides. Pixel by pixel it took three times as long.
"""

from __future__ import annotations

import numpy as np
from numba import float32, int64, void

from motionlapse.background.compiled import F1, F2, F3, F4, MASK, ROWS, compiled
from motionlapse.background.gaussian_kernel import THRESHOLD_SCORE

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)
_TWO = np.float32(2.0)
_LIT = np.float32(0.95)  # closer to the background than this is no shadow but noise
_SHADOW_SCORE = np.uint8(48)  # below the threshold, but neighbours may still outvote it
_TRUSTED = np.float32(0.5)  # of the promotion time: a shorter-lived background is not kept
_GAP = 16  # pixels between two stretches of foreground; a smaller gap costs less than a new one
SCRATCH_ROWS = 6


@compiled()
def _any_foreground(score):  # type: ignore[no-untyped-def]
    """Tell whether the row has foreground; vectorised, because most rows have none."""
    highest = np.uint8(0)
    for x in range(score.shape[0]):
        highest = max(highest, score[x])
    return highest > THRESHOLD_SCORE


@compiled()
def _stretch(score, begin):  # type: ignore[no-untyped-def]
    """Return where foreground next begins and where it has ended; the width twice without."""
    width = score.shape[0]
    first = begin
    while first < width and score[first] <= THRESHOLD_SCORE:
        first += 1
    last, x = first, first
    while x < width and x - last < _GAP:
        if score[x] > THRESHOLD_SCORE:
            last = x + 1
        x += 1
    return first, last


@compiled()
def _distance(look, y, begin, mean, row, shifted, out):  # type: ignore[no-untyped-def]
    """Fill `out` with the largest squared difference over the planes.

    Of the look from ``(y, begin)`` on and the mean from ``(row, shifted)`` on. Rows are taken out
    of their arrays one by one: only then does Numba know that they are contiguous.
    """
    length = out.shape[0]
    for p in range(look.shape[0]):
        seen, usual = look[p, y][begin : begin + length], mean[p, row][shifted : shifted + length]
        if p == 0:
            for x in range(length):
                d = seen[x] - usual[x]
                out[x] = d * d
        else:
            for x in range(length):
                d = seen[x] - usual[x]
                out[x] = max(out[x], d * d)


@compiled()
def _repeated(score, credit, variance, seen, first, last, k_squared):  # type: ignore[no-untyped-def]
    """Return the stretch in which foreground fits its candidate; 0, 0 where none does."""
    begin, end = 0, 0
    for x in range(first, last):
        fits = seen[x - first] <= k_squared * variance[x]
        if score[x] > THRESHOLD_SCORE and credit[x] > _ZERO and fits:
            begin = x if end == 0 else begin
            end = x + 1
    return begin, end


@compiled()
def _shade(look, mean, y, first, last, ratio, square, darkest, floor):  # type: ignore[no-untyped-def]
    """Fill `ratio` with 1 where the look is the background darkened by one factor, else 0."""
    length = last - first
    for x in range(length):
        ratio[x] = _ZERO
        square[x] = _ONE
    for p in range(look.shape[0]):
        seen, usual = look[p, y][first:last], mean[p, y][first:last]
        for x in range(length):
            ratio[x] += seen[x] * usual[x]
            square[x] += usual[x] * usual[x]
    for x in range(length):
        ratio[x] = ratio[x] / square[x]
        square[x] = _ZERO
    for p in range(look.shape[0]):
        seen, usual = look[p, y][first:last], mean[p, y][first:last]
        for x in range(length):
            d = seen[x] - ratio[x] * usual[x]
            square[x] = max(square[x], d * d)
    for x in range(length):
        inside = (ratio[x] >= darkest) & (ratio[x] <= _LIT) & (square[x] <= floor)
        ratio[x] = _ONE if inside else _ZERO


@compiled()
def _beside(look, mean, variance, y, first, last, fits, far, k_squared):  # type: ignore[no-untyped-def]
    """Fill `fits` with 1 where a pixel would fit the background of one of its eight neighbours."""
    height, width = variance.shape
    for x in range(last - first):
        fits[x] = _ZERO
    for row in range(max(0, y - 1), min(height, y + 2)):
        for shift in range(-1, 2):
            if row == y and shift == 0:
                continue
            begin = first if first + shift >= 0 else first + 1
            end = last if last + shift <= width else last - 1
            _distance(look, y, begin, mean, row, begin + shift, far[: end - begin])
            usual = variance[row][begin + shift : end + shift]
            flags = fits[begin - first : end - first]
            for x in range(end - begin):
                flags[x] = _ONE if far[x] <= k_squared * usual[x] else flags[x]


@compiled()
def _approach(look, mean, variance, y, x, rate, floor):  # type: ignore[no-untyped-def]
    """Move one pixel of a mean and variance towards the frame."""
    total = _ZERO
    planes = look.shape[0]
    for p in range(planes):
        d = look[p, y, x] - mean[p, y, x]
        total += d * d
        mean[p, y, x] += rate * d
    spread = total / np.float32(planes)
    variance[y, x] = max(variance[y, x] + rate * (spread - variance[y, x]), floor)


@compiled()
def _exchange(means, variances, credit, one, other, y, x):  # type: ignore[no-untyped-def]
    """Let two looks of a pixel change places."""
    for p in range(means.shape[1]):
        means[one, p, y, x], means[other, p, y, x] = means[other, p, y, x], means[one, p, y, x]
    variances[one, y, x], variances[other, y, x] = variances[other, y, x], variances[one, y, x]
    credit[one, y, x], credit[other, y, x] = credit[other, y, x], credit[one, y, x]


@compiled()
def _return(look, means, variances, credit, y, x, rate, elapsed, memory, floor):  # type: ignore[no-untyped-def]
    """Let a retired background that fits again learn, and take its old place when it may."""
    _approach(look, means[2], variances[2], y, x, rate, floor)
    credit[2, y, x] = min(credit[2, y, x] + elapsed, memory)
    if credit[2, y, x] > credit[0, y, x]:
        _exchange(means, variances, credit, 0, 2, y, x)


@compiled()
def _promote(means, variances, credit, y, x, promotion, memory):  # type: ignore[no-untyped-def]
    """Make the candidate the background, and the background the retired one."""
    _exchange(means, variances, credit, 0, 2, y, x)
    _exchange(means, variances, credit, 0, 1, y, x)
    credit[0, y, x] = min(credit[0, y, x], memory)
    credit[1, y, x] = _ZERO
    if credit[2, y, x] < _TRUSTED * promotion:
        credit[2, y, x] = _ZERO


@compiled(void(F3, F4, F3, F3, ROWS, ROWS, MASK, MASK, MASK, F2, F1, int64, float32))
def follow_foreground(  # type: ignore[no-untyped-def]
    look,
    means,
    variances,
    credit,
    doubtful,
    young,
    score,
    previous,
    moving,
    scratch,
    constants,
    grey,
    elapsed,
):
    """Take the foreground pixels on; see `gaussian.Gaussian`.

    Parameters
    ----------
    look
        The frame, float32 ``(P, H, W)``.
    means, variances, credit
        Background, candidate and retired background: float32 ``(3, P, H, W)``, ``(3, H, W)`` twice.
    doubtful, young
        uint8 ``(H,)``, set to 1 for rows with foreground; see `gaussian_kernel.judge_and_learn`.
    score
        uint8 ``(H, W)``: what is above the threshold is foreground; changed.
    previous
        The cleaned foreground of the frame before, uint8 ``(H, W)``.
    moving
        uint8 ``(H, W)``, filled: 255 where foreground is newer than it takes to be standing.
    scratch
        float32 ``(SCRATCH_ROWS, W)``.
    constants
        rate, k², candidate's k², promotion, memory, miss, ghost, restless share, floor, ceiling,
        darkest shadow, standing.
    grey
        1: there is no colour to tell a shadow by.
    elapsed
        Seconds.
    """
    rate, k2, candidate_k2, promotion, memory = constants[0:5]
    miss, ghost, restless, floor, ceiling, darkest, standing = constants[5:12]
    mean, candidate, retired = means[0], means[1], means[2]
    for y in range(score.shape[0]):
        moving[y, :] = 0
        if not _any_foreground(score[y]):
            continue
        doubtful[y] = 1
        young[y] = 1
        first, last = _stretch(score[y], 0)
        while first < last:
            length = last - first
            seen, back, shade = scratch[0][:length], scratch[1][:length], scratch[2][:length]
            fits, spare = scratch[3][:length], scratch[4][:length]
            _distance(look, y, first, candidate, y, first, seen)
            _distance(look, y, first, retired, y, first, back)
            begin, end = _repeated(
                score[y], credit[1, y], variances[1, y], seen, first, last, candidate_k2
            )
            if begin < end:  # in few rows: what moves does not repeat
                part = fits[begin - first : end - first]
                _beside(look, mean, variances[0], y, begin, end, part, scratch[5], k2)
            shade[:] = _ZERO
            if grey == 0:
                _shade(look, mean, y, first, last, shade, spare, darkest, floor)
            for x in range(first, last):
                if score[y, x] <= THRESHOLD_SCORE:
                    continue
                at = x - first
                if credit[2, y, x] > _ZERO and back[at] <= k2 * variances[2, y, x]:
                    score[y, x] = np.uint8(
                        THRESHOLD_SCORE * np.sqrt(back[at] / (k2 * variances[2, y, x]))
                    )
                    _return(look, means, variances, credit, y, x, rate, elapsed, memory, floor)
                    continue
                if shade[at] > _ZERO:
                    score[y, x] = _SHADOW_SCORE
                if previous[y, x] == 0:
                    v = variances[0, y, x]
                    variances[0, y, x] = v + restless * max(ceiling - v, _ZERO)
                own = credit[1, y, x]
                if own > _ZERO and seen[at] <= candidate_k2 * variances[1, y, x]:
                    learn = max(rate, elapsed / (own + elapsed))
                    _approach(look, means[1], variances[1], y, x, learn, floor)
                    credit[1, y, x] = own + elapsed * (_ONE + ghost * fits[at])
                    if credit[1, y, x] > max(credit[0, y, x], promotion):
                        _promote(means, variances, credit, y, x, promotion, memory)
                        continue
                elif own > miss * elapsed:
                    credit[1, y, x] = own - miss * elapsed
                else:
                    for p in range(look.shape[0]):
                        means[1, p, y, x] = look[p, y, x]
                    variances[1, y, x] = _TWO * floor
                    credit[1, y, x] = elapsed
                if credit[1, y, x] < standing:
                    moving[y, x] = 255
            first, last = _stretch(score[y], last)
