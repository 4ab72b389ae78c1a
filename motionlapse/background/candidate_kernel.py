"""What foreground pixels are asked: old backgrounds, shadows, leaves, and what becomes background.

Few pixels are foreground, and most of them lie alone. So those of several rows are brought
together, and are taken through one question after another in loops without branches, in which each
keeps what applies to it. Those loops vectorise; asking pixel by pixel took three times as long.
Numbers of 0 and 1 pass what was found from loop to loop.
"""

from __future__ import annotations

import numpy as np

from motionlapse.background.gathered_kernel import (
    ANEW,
    BESIDE,
    CANDIDATE,
    CANDIDATE_V,
    DOUBT,
    EXCHANGED,
    FOLLOWED,
    KNOWN,
    LOOK,
    MEAN,
    NEXT,
    PROMOTED,
    RETIRED,
    RETIRED_TRUST,
    RETIRED_V,
    SCORE,
    SINCE,
    STANDS,
    TO_CANDIDATE,
    TO_RETIRED,
    TOLD,
    TRUST,
    bring,
    give,
)
from motionlapse.background.outline_kernel import GHOST, LOOK_S, OBJECT
from motionlapse.background.score_levels import THRESHOLD_SCORE
from motionlapse.native import part
from motionlapse.types import DEEP_SHADOW_SCORE, SHADOW_SCORE

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)
_TWO = np.float32(2.0)
_THIRD = np.float32(1 / 3)
_TINY = np.float32(1e-20)  # no time over no credit is no rate
_HALF = np.float32(0.5)
_QUARTER = np.float32(0.25)
_GHOST, _OBJECT = np.float32(GHOST), np.float32(OBJECT)
_TWO_LOOKS_S = np.float32(2 * LOOK_S)
_SHADOW, _DEEP = np.float32(SHADOW_SCORE), np.float32(DEEP_SHADOW_SCORE)


@part
def _ask_retired(g, n, constants):  # type: ignore[no-untyped-def]
    """Find what fits the retired background, and teach that."""
    l0, l1, l2 = g[LOOK, :n], g[LOOK + 1, :n], g[LOOK + 2, :n]
    r0, r1, r2 = g[RETIRED, :n], g[RETIRED + 1, :n], g[RETIRED + 2, :n]
    variance, credit, trust, score = (
        g[RETIRED_V, :n], g[RETIRED_TRUST, :n], g[TRUST, :n], g[SCORE, :n]
    )  # fmt: skip
    to_retired, exchanged, followed = g[TO_RETIRED, :n], g[EXCHANGED, :n], g[FOLLOWED, :n]
    rate, most, floor, k_squared = constants[0], constants[2], constants[4], constants[6]
    elapsed = constants[9]
    for i in range(n):
        d0, d1, d2 = l0[i] - r0[i], l1[i] - r1[i], l2[i] - r2[i]
        d0, d1, d2 = d0 * d0, d1 * d1, d2 * d2
        v, own = variance[i], credit[i]
        away, reach = max(d0, d1, d2), k_squared * v
        fits = (own > _ZERO) & (away <= reach)
        own = min(own + elapsed, most) if fits else own
        spread = (d0 + d1 + d2) * _THIRD
        credit[i] = own
        variance[i] = max(v + rate * (spread - v), floor) if fits else v
        to_retired[i] = rate if fits else _ZERO
        # With the most credit there is, what is seen is what is there.
        exchanged[i] = _ONE if fits & ((own > trust[i]) | (own >= most)) else _ZERO
        followed[i] = _ZERO if fits else _ONE
        score[i] = THRESHOLD_SCORE * np.sqrt(away / reach) if fits else score[i]


@part
def _rest(look, ratio, usual):  # type: ignore[no-untyped-def]
    """Return the squared difference of a look and the background darkened."""
    rest = look - ratio * usual
    return rest * rest


@part
def _ask_shadow(g, n, constants):  # type: ignore[no-untyped-def]
    """Give the score of a shadow to what is the background darkened."""
    l0, l1, l2 = g[LOOK, :n], g[LOOK + 1, :n], g[LOOK + 2, :n]
    b0, b1, b2 = g[MEAN, :n], g[MEAN + 1, :n], g[MEAN + 2, :n]
    followed, score = g[FOLLOWED, :n], g[SCORE, :n]
    # A shadow's colour may be off by half of what a repeated look may. One that takes more than the
    # square root of the most (0.7 with 0.5: half of it, in stops of a lens) may be a thing.
    darkest, tolerance = constants[12], _QUARTER * constants[7] * constants[4]
    shallow = np.sqrt(darkest)
    for i in range(n):
        along = l0[i] * b0[i] + l1[i] * b1[i] + l2[i] * b2[i]
        ratio = along / (_ONE + b0[i] * b0[i] + b1[i] * b1[i] + b2[i] * b2[i])
        rest = max(_rest(l0[i], ratio, b0[i]), _rest(l1[i], ratio, b1[i]))
        rest = max(rest, _rest(l2[i], ratio, b2[i]))
        shadow = (ratio >= darkest) & (ratio <= _ONE) & (rest <= tolerance)
        shade = _DEEP if ratio < shallow else _SHADOW
        score[i] = shade if shadow & (followed[i] > _ZERO) else score[i]


@part
def _know_candidate(g, n, constants):  # type: ignore[no-untyped-def]
    """Find whose candidate is seen again, and teach it, and whose begins anew."""
    l0, l1, l2 = g[LOOK, :n], g[LOOK + 1, :n], g[LOOK + 2, :n]
    c0, c1, c2 = g[CANDIDATE, :n], g[CANDIDATE + 1, :n], g[CANDIDATE + 2, :n]
    variance, doubt, followed = g[CANDIDATE_V, :n], g[DOUBT, :n], g[FOLLOWED, :n]
    known, anew, to_candidate = g[KNOWN, :n], g[ANEW, :n], g[TO_CANDIDATE, :n]
    rate, floor, k_squared = constants[0], constants[4], constants[7]
    elapsed, miss = constants[9], constants[10]
    for i in range(n):
        d0, d1, d2 = l0[i] - c0[i], l1[i] - c1[i], l2[i] - c2[i]
        d0, d1, d2 = d0 * d0, d1 * d1, d2 * d2
        v, own = variance[i], doubt[i]
        asked = followed[i] > _ZERO
        knows = asked & (own > _ZERO) & (max(d0, d1, d2) <= k_squared * v)
        new = asked & (not knows) & (own <= miss)
        step = max(rate, elapsed / (own + elapsed + _TINY))
        spread = (d0 + d1 + d2) * _THIRD
        v = max(v + step * (spread - v), floor) if knows else v
        variance[i] = _TWO * floor if new else v
        known[i] = _ONE if knows else _ZERO
        anew[i] = _ONE if new else _ZERO
        to_candidate[i] = step if knows else _ZERO


@part
def _know_next(g, n, constants):  # type: ignore[no-untyped-def]
    """Find since when what is seen in the place of a candidate has been there.

    A candidate that nobody sees any more may have credit for a second yet. What came after it had
    long stood still when it was taken for new.
    """
    l0, l1, l2 = g[LOOK, :n], g[LOOK + 1, :n], g[LOOK + 2, :n]
    n0, n1, n2 = g[NEXT, :n], g[NEXT + 1, :n], g[NEXT + 2, :n]
    since, followed, known, anew = g[SINCE, :n], g[FOLLOWED, :n], g[KNOWN, :n], g[ANEW, :n]
    variance, floor = g[CANDIDATE_V, :n], constants[4]
    before, now, reach = constants[14], constants[15], constants[7] * floor
    # What is seen for the first time came, on the average, half a frame ago.
    fresh = _HALF * (before + now)
    for i in range(n):
        d0, d1, d2 = l0[i] - n0[i], l1[i] - n1[i], l2[i] - n2[i]
        alike = max(d0 * d0, d1 * d1, d2 * d2) <= reach
        instead = (followed[i] > _ZERO) & (known[i] == _ZERO)
        waits = instead & alike & (since[i] <= before)
        step = max(constants[0], (now - before) / (now - since[i] + _TINY)) if waits else _ONE
        n0[i] += step * (l0[i] - n0[i])
        n1[i] += step * (l1[i] - n1[i])
        n2[i] += step * (l2[i] - n2[i])
        since[i] = since[i] if waits else fresh
        # As that of a candidate that has been seen twice.
        variance[i] = floor if waits & (anew[i] > _ZERO) else variance[i]


@part
def _credit_candidate(g, n, constants):  # type: ignore[no-untyped-def]
    """Give or take the candidate's credit, and find what becomes the background.

    Where something has left that is what has been seen for both looks at its outline, and certain:
    leaves that wave are seldom told of where they stay. Where something stands it takes as long
    as it may.
    """
    doubt, trust, followed, known = g[DOUBT, :n], g[TRUST, :n], g[FOLLOWED, :n], g[KNOWN, :n]
    anew, beside, promoted, stands = g[ANEW, :n], g[BESIDE, :n], g[PROMOTED, :n], g[STANDS, :n]
    promotion, elapsed, miss, ghost = constants[8:12]
    since, standing, now = g[SINCE, :n], constants[13], constants[15]
    told, most = g[TOLD, :n], constants[2]
    for i in range(n):
        own, knows, asked = doubt[i], known[i] > _ZERO, followed[i] > _ZERO
        credit = own + elapsed + ghost * beside[i] if knows else own - miss
        age = now - since[i]
        credit = max(_HALF * elapsed, age) if anew[i] > _ZERO else credit
        needed = most if told[i] == _OBJECT else min(max(trust[i], promotion), most)
        ghostly = knows & (told[i] == _GHOST) & (elapsed > _ZERO) & (credit >= _TWO_LOOKS_S)
        credit = most if ghostly else credit
        taken = ghostly | (knows & (credit > needed))
        doubt[i] = credit if asked else own
        promoted[i] = _ONE if taken else _ZERO
        age = credit if knows else max(credit, age)
        stands[i] = _ZERO if asked & (not taken) & (age < standing) else _ONE


@part
def _move(g, n, p):  # type: ignore[no-untyped-def]
    """Move a plane's means of candidate and retired background towards the look."""
    look, candidate, retired = g[LOOK + p, :n], g[CANDIDATE + p, :n], g[RETIRED + p, :n]
    to_candidate, to_retired, anew = g[TO_CANDIDATE, :n], g[TO_RETIRED, :n], g[ANEW, :n]
    for i in range(n):
        moved = candidate[i] + to_candidate[i] * (look[i] - candidate[i])
        candidate[i] = look[i] if anew[i] > _ZERO else moved
        retired[i] += to_retired[i] * (look[i] - retired[i])


@part
def _fits(g, i, mean, variance, spot, k_squared):  # type: ignore[no-untyped-def]
    """Tell whether a gathered look would fit the background of a pixel."""
    reach = k_squared * variance[spot]
    for p in range(mean.shape[0]):
        d = g[LOOK + p, i] - mean[p, spot]
        if d * d > reach:
            return False
    return True


@part
def _look_beside(spots, g, mean, variance, width, k_squared):  # type: ignore[no-untyped-def]
    """Find which known candidates would fit the background of one of the four pixels around."""
    size = len(variance)
    for i in range(len(spots)):
        if g[KNOWN, i] > _ZERO:
            spot = int(spots[i])
            x = spot % width
            fits = (
                (x > 0 and _fits(g, i, mean, variance, spot - 1, k_squared))
                or (x + 1 < width and _fits(g, i, mean, variance, spot + 1, k_squared))
                or (spot >= width and _fits(g, i, mean, variance, spot - width, k_squared))
                or (spot + width < size and _fits(g, i, mean, variance, spot + width, k_squared))
            )
            g[BESIDE, i] = _ONE if fits else _ZERO


@part
def follow(  # type: ignore[no-untyped-def]
    planes,
    spots,
    gathered,
    mean,
    variance,
    credit,
    doubt,
    others,
    young,
    score,
    moving,
    told,
    constants,
):
    """Take foreground pixels through all questions; see `gaussian.Gaussian`.

    Parameters
    ----------
    planes
        `GREY` or `COLOUR`.
    spots, gathered
        From `gather`, as long as there are pixels.
    mean, variance, credit, doubt, others, young, score, moving, told
        As in `gaussian_kernel.judge_and_learn`; all but `told` are changed for these pixels.
    constants
        0: learning rate; 2: the most credit; 4: the least variance; from 6 on: k², the candidate's
        k², the credit for a promotion, the seconds that a look is credited for this frame, what a
        miss and a fit beside are worth in seconds, the darkest shadow, the age at which a look
        stands, and the model's own time before this frame and after it.
    """
    n = len(spots)
    bring(planes, spots, gathered, mean, credit, doubt, others, score, told, constants[14])
    _ask_retired(gathered, n, constants)
    if len(planes) > 1:  # luma alone does not tell a shadow
        _ask_shadow(gathered, n, constants)
    _know_candidate(gathered, n, constants)
    _know_next(gathered, n, constants)
    gathered[BESIDE, :n] = _ZERO
    if constants[11] > _ZERO:
        _look_beside(spots, gathered, mean, variance, len(score) // len(young), constants[6])
    _credit_candidate(gathered, n, constants)
    for p in range(len(planes)):
        _move(gathered, n, p)
    give(
        planes, spots, gathered, mean, variance, credit, doubt, others, young, score, moving,
        constants[2], constants[15],
    )  # fmt: skip
