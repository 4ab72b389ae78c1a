"""What foreground pixels are asked: old backgrounds, shadows, leaves, and what becomes background.

The questions are put to all pixels of a block at once: they are written for one, without branches,
and vectorise. What is rare has loops of its own: that there is a retired background, and that
something becomes the background.
"""

from __future__ import annotations

import numpy as np

from motionlapse.background.beside_kernel import look_beside
from motionlapse.background.blocks_kernel import LANES, fetch, promote, retire, row_of, rows_of
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
_GHOST, _OBJECT = np.uint8(GHOST), np.uint8(OBJECT)
_TWO_LOOKS_S = np.float32(2 * LOOK_S)
_SHADOW, _DEEP = np.uint8(SHADOW_SCORE), np.uint8(DEEP_SHADOW_SCORE)
_LEVEL = np.float32(THRESHOLD_SCORE)
_THRESHOLD = np.uint8(THRESHOLD_SCORE)
_ROUNDING = np.float32(2e-5)  # seconds: of the model's own time, at most
_NEVER = np.float32(1e9)  # after every time
_NO, _YES = np.uint8(0), np.uint8(1)
_STANDS, _MOVES = np.uint8(0), np.uint8(255)

_AHEAD = 2  # blocks: with 1 or 4 most of the gain is lost

# A block is asked in loops of known length; one of which there is only the beginning, pixel by
# pixel.
_BLOCK, _SINGLE = tuple(range(LANES)), (0,)


@part
def _squares(look, mean):  # type: ignore[no-untyped-def]  # as kernels are
    """Return the squared differences in each plane."""
    d0, d1, d2 = look[0] - mean[0], look[1] - mean[1], look[2] - mean[2]
    return d0 * d0, d1 * d1, d2 * d2


@part
def _learned(variance, squares, rate, floor):  # type: ignore[no-untyped-def]
    spread = (squares[0] + squares[1] + squares[2]) * _THIRD
    return max(variance + rate * (spread - variance), floor)


@part
def _moved(mean, look, rate):  # type: ignore[no-untyped-def]
    return mean + rate * (look - mean)


@part
def _ask_retired(  # type: ignore[no-untyped-def]
    planes, lanes, lane, looks, credit, own, score, changes, constants
):
    """Find what fits the retired background, and teach that; it is no foreground any more.

    Returns
    -------
    bool
        Whether any is to change places with the background: `changes` says which.
    """
    count = len(planes)
    rate, most, floor = constants[0], constants[2], constants[4]
    k_squared, elapsed = constants[6], constants[9]
    mean_at = rows_of(planes, 0)
    variance_at, trust_at = row_of(count), row_of(count + 1)
    look0, look1, look2 = looks
    any_changes = _NO
    for i in range(len(lanes)):
        j = np.uint64(lane) + np.uint64(i)
        look = look0[i], look1[i], look2[i]
        mean = own[mean_at[0] + j], own[mean_at[1] + j], own[mean_at[2] + j]
        variance, trust = own[variance_at + j], own[trust_at + j]
        squares = _squares(look, mean)
        away, reach = max(squares[0], squares[1], squares[2]), k_squared * variance
        fits = (score[i] > _THRESHOLD) & (trust > _ZERO) & (away <= reach)
        gained = min(trust + elapsed, most)
        # With the most credit there is, what is seen is what is there.
        change = _YES if fits & ((gained > credit[i]) | (gained >= most)) else _NO
        for p in range(count):
            own[mean_at[p] + j] = _moved(mean[p], look[p], rate) if fits else mean[p]
        own[variance_at + j] = _learned(variance, squares, rate, floor) if fits else variance
        own[trust_at + j] = gained if fits else trust
        score[i] = np.uint8(_LEVEL * np.sqrt(away / reach)) if fits else score[i]
        changes[i] = change
        any_changes = max(any_changes, change)
    return any_changes > _NO


@part
def _rest(look, ratio, usual):  # type: ignore[no-untyped-def]
    """Return the squared difference of a look and the background darkened."""
    rest = look - ratio * usual
    return rest * rest


@part
def _ask_shadow(lanes, looks, means, score, constants):  # type: ignore[no-untyped-def]
    """Give the score of a shadow to foreground that is the background darkened."""
    # One that takes more than the square root of the most (0.7 with 0.5: half of it, in stops of a
    # lens) may be a thing.
    darkest, tolerance = constants[12], constants[13]
    shallow, most = np.sqrt(darkest), tolerance * abs(tolerance)
    look0, look1, look2 = looks
    mean0, mean1, mean2 = means
    for i in range(len(lanes)):
        along = look0[i] * mean0[i] + look1[i] * mean1[i] + look2[i] * mean2[i]
        length = mean0[i] * mean0[i] + mean1[i] * mean1[i] + mean2[i] * mean2[i]
        ratio = along / (_ONE + length)
        rest = max(_rest(look0[i], ratio, mean0[i]), _rest(look1[i], ratio, mean1[i]))
        rest = max(rest, _rest(look2[i], ratio, mean2[i]))
        shadow = (ratio >= darkest) & (ratio <= _ONE) & (rest <= most)
        shade = _DEEP if ratio < shallow else _SHADOW
        score[i] = shade if shadow & (score[i] > _THRESHOLD) else score[i]


@part
def _ask_candidate(  # type: ignore[no-untyped-def]
    planes, lanes, lane, looks, credit, own, score, moving, told, beside, changes, constants
):
    """Teach candidates, and find what becomes the background.

    A candidate that nobody sees any more may have credit for a second yet. What is seen in its
    place waits for that; what came after it had long stood still when it was taken for new.

    Where something has left that is what has been seen for both looks at its outline, and certain:
    leaves that wave are seldom told of where they stay. Where something stands it takes as long as
    it may.

    Returns
    -------
    bool
        Whether any becomes the background: `changes` says which.
    """
    count = len(planes)
    rate, most, floor, close, promotion = (
        constants[0], constants[2], constants[4], constants[7], constants[8]
    )  # fmt: skip
    elapsed, miss, ghost = constants[9], constants[10], constants[11]
    standing, before, now = constants[14], constants[15], constants[16]
    reach, is_no_pause = close * floor, elapsed > _ZERO
    # What is seen for the first time came, on the average, half a frame ago.
    fresh = _HALF * (before + now)
    mean_at, next_at = rows_of(planes, 0), rows_of(planes, count + 4)
    variance_at, credit_at = row_of(count), row_of(count + 1)
    when_at, since_at = row_of(count + 2), row_of(count + 3)
    look0, look1, look2 = looks
    any_changes = _NO
    for i in range(len(lanes)):
        j = np.uint64(lane) + np.uint64(i)
        asked, look = score[i] > _THRESHOLD, (look0[i], look1[i], look2[i])

        mean = own[mean_at[0] + j], own[mean_at[1] + j], own[mean_at[2] + j]
        variance, had, when = own[variance_at + j], own[credit_at + j], own[when_at + j]
        left = had - max(before - when, _ZERO)
        left = left if left > _ROUNDING else _ZERO
        squares = _squares(look, mean)
        away = max(squares[0], squares[1], squares[2])
        knows = asked & (left > _ZERO) & (away <= close * variance)
        anew = asked & (not knows) & (left <= miss)
        step = max(rate, elapsed / (left + elapsed + _TINY))
        learned = _learned(variance, squares, step, floor)

        waiting = own[next_at[0] + j], own[next_at[1] + j], own[next_at[2] + j]
        since = own[since_at + j] if when + _ROUNDING >= before else _NEVER
        squares = _squares(look, waiting)
        alike = max(squares[0], squares[1], squares[2]) <= reach
        waits = asked & (not knows) & alike & (since <= before)
        step_waiting = max(rate, (now - before) / (now - since + _TINY)) if waits else _ONE
        since = since if waits else fresh
        age = now - since

        gained = left + elapsed + ghost * beside[i]
        given = gained if knows else left - miss
        given = max(_HALF * elapsed, age) if anew else given
        needed = most if told[i] == _OBJECT else min(max(credit[i], promotion), most)
        is_ghost = knows & (told[i] == _GHOST) & is_no_pause & (given >= _TWO_LOOKS_S)
        given = most if is_ghost else given
        taken = is_ghost | (knows & (given > needed))
        age = given if knows else max(given, age)

        for p in range(count):
            seen = _moved(mean[p], look[p], step) if knows else mean[p]
            own[mean_at[p] + j] = look[p] if anew else seen
            seen = _moved(waiting[p], look[p], step_waiting)
            own[next_at[p] + j] = seen if asked else waiting[p]
        variance = learned if knows else variance
        # That of what waited is as of one that has been seen twice.
        own[variance_at + j] = (floor if waits else _TWO * floor) if anew else variance
        own[credit_at + j] = given if asked else had
        own[when_at + j] = now if asked else when
        own[since_at + j] = since if asked else own[since_at + j]
        moving[i] = _MOVES if asked & (not taken) & (age < standing) else _STANDS
        changes[i] = _YES if taken else _NO
        any_changes = max(any_changes, changes[i])
    return any_changes > _NO


@part
def _ask(  # type: ignore[no-untyped-def]
    planes, lanes, blocks, times, start, looks, mean, variance, credit, candidates, retired,
    has_retired, young, score, moving, told, beside, changes, constants,
):  # fmt: skip
    """Ask the first `times` of some blocks, or the first `times` pixels of the first of them.

    The former with `_BLOCK` for `lanes`, the latter with `_SINGLE`.
    """
    last, width, most = len(planes) - 1, len(score) // len(young), constants[2]
    for k in range(times):
        whole = len(lanes) == LANES
        block = blocks[k] if whole else blocks[0]
        lane = 0 if whole else k
        candidate, own = candidates[block], retired[block]
        if whole:
            fetch(planes, blocks[min(k + _AHEAD, times - 1)], candidates, retired, has_retired)
        # In a slice no place is counted from the end, as far as the compiler knows: else it would
        # not vectorise.
        spot = int(block) * LANES + lane
        end, place = spot + len(lanes), spot - start
        until = place + len(lanes)
        look = (
            looks[0][place:until], looks[min(1, last)][place:until], looks[last][place:until]
        )  # fmt: skip
        its_credit, its_score, its_told = credit[spot:end], score[spot:end], told[spot:end]
        its_moving, its_beside = moving[spot:end], beside[place:until]
        if has_retired[block] and _ask_retired(
            planes, lanes, lane, look, its_credit, own, its_score, changes, constants
        ):
            for i in range(len(lanes)):
                if changes[i]:
                    young[(spot + i) // width] = 1
                    retire(planes, spot + i, lane + i, mean, variance, credit, own)
        any_changes = _ask_candidate(
            planes, lanes, lane, look, its_credit, candidate, its_score, its_moving, its_told,
            its_beside, changes, constants,
        )  # fmt: skip
        if len(planes) > 1:  # luma alone does not tell a shadow
            means = mean[0][spot:end], mean[1][spot:end], mean[2][spot:end]
            _ask_shadow(lanes, look, means, its_score, constants)
        if any_changes:
            has_retired[block] = 1
            for i in range(len(lanes)):
                if changes[i]:
                    young[(spot + i) // width] = 1
                    retire(planes, spot + i, lane + i, mean, variance, credit, own)
                    promote(planes, spot + i, lane + i, mean, variance, credit, candidate, most)


@part
def follow(  # type: ignore[no-untyped-def]
    planes, blocks, start, looks, mean, variance, credit, candidates, retired, has_retired, young,
    score, moving, told, beside, changes, constants,
):  # fmt: skip
    """Take the foreground pixels of blocks through all questions; see `gaussian.Gaussian`.

    Parameters
    ----------
    planes
        `GREY` or `COLOUR`.
    blocks
        Which have foreground, of a few rows.
    start, looks
        Where the rows begin in the picture, in pixels, and their looks, float32 ``(P, N)``.
    mean, variance, credit, candidates, retired, has_retired, young, score, moving, told
        As in `gaussian_kernel.judge_and_learn`; all but `told` are changed for these pixels.
    beside, changes
        Scratch, float32 ``(N,)`` and uint8 ``(16,)``.
    constants
        0: learning rate; 2: the most credit; 4: the least variance; from 6 on: k², the candidate's
        k², the credit for a promotion, the seconds that a look is credited for this frame, what a
        miss and a fit beside are worth in seconds, the darkest shadow, how far its colour may be
        off (below zero: there is none), the age at which a look stands, and the model's own time
        before this frame and after it.
    """
    # All of these rows are asked before any background of them changes place. The row above has
    # been followed already, and that below is judged later.
    if constants[11] > _ZERO:
        width = len(score) // len(young)
        look_beside(planes, blocks, start, looks, mean, variance, width, constants[6], beside)
    there = len(score) - int(blocks[-1]) * LANES
    whole = len(blocks) - (there < LANES)
    _ask(
        planes, _BLOCK, blocks, whole, start, looks, mean, variance, credit, candidates, retired,
        has_retired, young, score, moving, told, beside, changes, constants,
    )  # fmt: skip
    if there < LANES:
        _ask(
            planes, _SINGLE, blocks[whole:], there, start, looks, mean, variance, credit,
            candidates, retired, has_retired, young, score, moving, told, beside, changes,
            constants,
        )  # fmt: skip
