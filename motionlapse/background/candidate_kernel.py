"""What foreground pixels are asked: old backgrounds, shadows, leaves, and what becomes background.

Candidate and retired background of a pixel lie side by side, for few pixels are foreground and a
pixel needs all of its own: ``others[y, x]`` is the candidate's means and variance, then the retired
background's means, variance and credit. (The candidate's credit, `doubt`, is needed for whole rows
and lies apart.)
"""

from __future__ import annotations

import numpy as np

from motionlapse.background.compiled import compiled
from motionlapse.background.score_levels import THRESHOLD_SCORE
from motionlapse.types import DEEP_SHADOW_SCORE, SHADOW_SCORE

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)
_TWO = np.float32(2.0)
_THRESHOLD = np.uint8(THRESHOLD_SCORE)
_TINT = np.float32(0.75**2)  # of the noise floor: how far a shadow's colour may be off
_SHALLOW = np.float32(0.7)  # of the background's brightness: a deeper shadow may be a thing
_NO_SHADOW, _SHADOW, _DEEP = np.uint8(0), np.uint8(SHADOW_SCORE), np.uint8(DEEP_SHADOW_SCORE)


def others_length(planes: int) -> int:
    """Return how many numbers `others` holds for a pixel."""
    return 2 * (planes + 1) + 1


@compiled()
def _away(look, others, y, x, at):  # type: ignore[no-untyped-def]
    """Return the largest squared difference over the planes of a look and the means at `at`."""
    d = look[0, x] - others[y, x, at]
    farthest = d * d
    if look.shape[0] == 3:  # written out: a loop over three takes twice as long
        d1, d2 = look[1, x] - others[y, x, at + 1], look[2, x] - others[y, x, at + 2]
        farthest = max(farthest, d1 * d1, d2 * d2)
    return farthest


@compiled()
def _approach(look, others, y, x, at, rate, floor):  # type: ignore[no-untyped-def]
    """Move the means and the variance at `at` towards the look."""
    planes = look.shape[0]
    total = _ZERO
    for p in range(planes):
        d = look[p, x] - others[y, x, at + p]
        total += d * d
        others[y, x, at + p] += rate * d
    spread = total / np.float32(planes)
    v = others[y, x, at + planes]
    others[y, x, at + planes] = max(v + rate * (spread - v), floor)


@compiled()
def _shadow(look, x, mean, y, darkest, tolerance):  # type: ignore[no-untyped-def]
    """Return the score of a look in colour that is the background darkened, else 0."""
    b, g, r = look[0, x], look[1, x], look[2, x]
    usual_b, usual_g, usual_r = mean[0, y, x], mean[1, y, x], mean[2, y, x]
    along = b * usual_b + g * usual_g + r * usual_r
    square = _ONE + usual_b * usual_b + usual_g * usual_g + usual_r * usual_r
    if along < darkest * square or along > square:
        return _NO_SHADOW
    ratio = along / square
    b, g, r = b - ratio * usual_b, g - ratio * usual_g, r - ratio * usual_r
    if max(b * b, g * g, r * r) > tolerance:
        return _NO_SHADOW
    return _DEEP if ratio < _SHALLOW else _SHADOW


@compiled()
def _fits(look, x, mean, variance, row, column, k_squared):  # type: ignore[no-untyped-def]
    """Tell whether a look would fit the background of another pixel."""
    reach = k_squared * variance[row, column]
    d = look[0, x] - mean[0, row, column]
    if d * d > reach:
        return False
    if look.shape[0] == 1:
        return True
    d1, d2 = look[1, x] - mean[1, row, column], look[2, x] - mean[2, row, column]
    return max(d1 * d1, d2 * d2) <= reach


@compiled()
def _fits_beside(look, x, mean, variance, y, k_squared):  # type: ignore[no-untyped-def]
    """Tell whether a look would fit the background of one of the four pixels around it."""
    height, width = variance.shape
    return (
        (x > 0 and _fits(look, x, mean, variance, y, x - 1, k_squared))
        or (x + 1 < width and _fits(look, x, mean, variance, y, x + 1, k_squared))
        or (y > 0 and _fits(look, x, mean, variance, y - 1, x, k_squared))
        or (y + 1 < height and _fits(look, x, mean, variance, y + 1, x, k_squared))
    )


@compiled()
def _retire(mean, variance, credit, others, y, x):  # type: ignore[no-untyped-def]
    """Let the background and the retired one change places."""
    planes = mean.shape[0]
    for p in range(planes):
        at = planes + 1 + p
        mean[p, y, x], others[y, x, at] = others[y, x, at], mean[p, y, x]
    at = 2 * planes + 1
    variance[y, x], others[y, x, at] = others[y, x, at], variance[y, x]
    credit[y, x], others[y, x, at + 1] = others[y, x, at + 1], credit[y, x]


@compiled()
def _promote(mean, variance, credit, doubt, others, y, x, most):  # type: ignore[no-untyped-def]
    """Make the candidate the background, and the background the retired one."""
    planes = mean.shape[0]
    _retire(mean, variance, credit, others, y, x)
    for p in range(planes):
        mean[p, y, x] = others[y, x, p]
    variance[y, x] = others[y, x, planes]
    credit[y, x] = min(doubt[y, x], most)
    doubt[y, x] = _ZERO


@compiled()
def follow_row(  # type: ignore[no-untyped-def]
    y, look, mean, variance, credit, doubt, others, score, moving, constants
):
    """Take the foreground pixels of a row on; see `gaussian.Gaussian`.

    Parameters
    ----------
    y
        Which row.
    look
        The row's looks, float32 ``(P, W)``.
    mean, variance, credit, doubt, others
        As in `gaussian_kernel.judge_and_learn`.
    score, moving
        The row's, uint8 ``(W,)``; what is above the threshold in `score` is foreground; changed.
    constants
        0: learning rate; 2: the most credit; 4: the least variance; from 6 on: k², the candidate's
        k², the credit for a promotion, the seconds that a look is credited for this frame, what a
        miss and a fit beside are worth in seconds, the darkest shadow, and the age at which a
        look stands.

    Returns
    -------
    int
        How many pixels were foreground.
    """
    rate, most, floor = constants[0], constants[2], constants[4]
    k_squared, candidate_k_squared, promotion = constants[6:9]
    elapsed, miss, ghost, darkest = constants[9:13]
    standing = constants[13]
    planes = look.shape[0]
    back = planes + 1
    pixels = 0
    for x in range(score.shape[0]):
        if score[x] <= _THRESHOLD:
            continue
        pixels += 1
        if others[y, x, 2 * planes + 2] > _ZERO:
            reach = k_squared * others[y, x, 2 * planes + 1]
            away = _away(look, others, y, x, back)
            if away <= reach:
                score[x] = np.uint8(THRESHOLD_SCORE * np.sqrt(away / reach))
                _approach(look, others, y, x, back, rate, floor)
                others[y, x, 2 * planes + 2] = min(others[y, x, 2 * planes + 2] + elapsed, most)
                if others[y, x, 2 * planes + 2] > credit[y, x]:
                    _retire(mean, variance, credit, others, y, x)
                continue
        if planes > 1:
            shadow = _shadow(look, x, mean, y, darkest, _TINT * floor)
            score[x] = shadow if shadow > _NO_SHADOW else score[x]
        own = doubt[y, x]
        if (
            own > _ZERO
            and _away(look, others, y, x, 0) <= candidate_k_squared * others[y, x, planes]
        ):
            _approach(look, others, y, x, 0, max(rate, elapsed / (own + elapsed)), floor)
            own += elapsed
            if ghost > _ZERO and _fits_beside(look, x, mean, variance, y, k_squared):
                own += ghost
            doubt[y, x] = own
            if own > max(credit[y, x], promotion):
                _promote(mean, variance, credit, doubt, others, y, x, most)
                continue
        elif own > miss:
            own -= miss
            doubt[y, x] = own
        else:
            for p in range(planes):
                others[y, x, p] = look[p, x]
            others[y, x, planes] = _TWO * floor
            own = elapsed
            doubt[y, x] = own
        if own < standing:
            moving[x] = 255
    return pixels
