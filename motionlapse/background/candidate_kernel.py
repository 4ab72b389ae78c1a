"""What happens to foreground pixels: retired backgrounds, shadows, candidates and promotions.

All pixels of a block are processed at once: the loops have no branches, so that they vectorise.
What is rare has loops of its own: swaps with a retired background, and promotions of candidates.
"""

from __future__ import annotations

import numpy as np

from motionlapse.background.beside_kernel import find_fits_beside
from motionlapse.background.blocks_kernel import LANES, fetch, promote, retire, row_of, rows_of
from motionlapse.background.outline_kernel import GHOST, LOOK_S, OBJECT
from motionlapse.background.score_levels import THRESHOLD_SCORE
from motionlapse.native import part
from motionlapse.types import DEEP_SHADOW_SCORE, SHADOW_SCORE

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)
_TWO = np.float32(2.0)
_THIRD = np.float32(1 / 3)
_TINY = np.float32(1e-20)  # makes 0 of no time over no credit
_HALF = np.float32(0.5)
_GHOST, _OBJECT = np.uint8(GHOST), np.uint8(OBJECT)
_TWO_LOOKS_S = np.float32(2 * LOOK_S)
_SHADOW, _DEEP = np.uint8(SHADOW_SCORE), np.uint8(DEEP_SHADOW_SCORE)
_LEVEL = np.float32(THRESHOLD_SCORE)
_THRESHOLD = np.uint8(THRESHOLD_SCORE)
_ROUNDING = np.float32(2e-5)  # seconds: the largest rounding error of the model's own time
_NEVER = np.float32(1e9)  # later than any time
_NO, _YES = np.uint8(0), np.uint8(1)
_STANDS, _MOVES = np.uint8(0), np.uint8(255)

_AHEAD = 2  # blocks by which data is prefetched; with 1 or 4 most of the gain is lost

# Blocks are processed in loops of constant length; an incomplete last one, pixel by pixel.
_BLOCK, _SINGLE = tuple(range(LANES)), (0,)


@part
def _squares(look, mean):  # type: ignore[no-untyped-def]  # as kernels are
    """Return the squared differences in each plane."""
    d0, d1, d2 = look[0] - mean[0], look[1] - mean[1], look[2] - mean[2]
    return d0 * d0, d1 * d1, d2 * d2


@part
def _learned(variance, squares, rate, floor):  # type: ignore[no-untyped-def]
    """Return a variance moved towards the mean squared difference by a rate."""
    spread = (squares[0] + squares[1] + squares[2]) * _THIRD
    return max(variance + rate * (spread - variance), floor)


@part
def _moved(mean, look, rate):  # type: ignore[no-untyped-def]
    """Return a mean moved towards a look by a rate."""
    return mean + rate * (look - mean)


@part
def _match_retired(  # type: ignore[no-untyped-def]
    planes, lanes, lane, looks, credit, own, score, changes, constants
):
    """Find foreground that fits the retired background, which learns it; then it is background.

    Returns
    -------
    bool
        Whether any retired background is to be swapped with the background; `changes` says which.
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
        # At the most credit that is possible, the retired background replaces the background.
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
    """Return the squared difference between a look and the background darkened by a ratio."""
    rest = look - ratio * usual
    return rest * rest


@part
def _mark_shadows(lanes, looks, means, score, constants):  # type: ignore[no-untyped-def]
    """Give the score of a shadow to foreground that is the background darkened."""
    # Below the square root of the darkest ratio (0.7 for 0.5: half as deep, in f-stops) a shadow is
    # a deep one, and may be an object.
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
def _update_candidates(  # type: ignore[no-untyped-def]
    planes, lanes, lane, looks, credit, own, score, moving, told, beside, changes, constants
):
    """Update candidates, and find those that become the background.

    A candidate that is no longer seen may have credit for another second. What is seen in its place
    waits for that, and the wait counts: otherwise what had long stood still would pass for new.

    Where outlines tell a ghost, a look that was there at the last two looks at outlines becomes the
    background at once: leaves that wave seldom pass for ghosts where they stay. Where outlines tell
    an object, it takes as long as possible.

    Returns
    -------
    bool
        Whether any becomes the background; `changes` says which.
    """
    count = len(planes)
    rate, most, floor, close, promotion = (
        constants[0], constants[2], constants[4], constants[7], constants[8]
    )  # fmt: skip
    elapsed, miss, ghost = constants[9], constants[10], constants[11]
    standing, before, now = constants[14], constants[15], constants[16]
    reach, is_no_pause = close * floor, elapsed > _ZERO
    # What is seen for the first time came half a frame interval ago, on average.
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
        # A look that has waited has been seen twice, so its variance begins lower.
        own[variance_at + j] = (floor if waits else _TWO * floor) if anew else variance
        own[credit_at + j] = given if asked else had
        own[when_at + j] = now if asked else when
        own[since_at + j] = since if asked else own[since_at + j]
        moving[i] = _MOVES if asked & (not taken) & (age < standing) else _STANDS
        changes[i] = _YES if taken else _NO
        any_changes = max(any_changes, changes[i])
    return any_changes > _NO


@part
def _follow_blocks(  # type: ignore[no-untyped-def]
    planes, lanes, blocks, times, start, looks, mean, variance, credit, candidates, retired,
    has_retired, young, score, moving, told, beside, changes, constants,
):  # fmt: skip
    """Process the first `times` blocks, or the first `times` pixels of the first block.

    The former if `lanes` is `_BLOCK`, the latter if it is `_SINGLE`. For the rest see `follow`.
    """
    last, width, most = len(planes) - 1, len(score) // len(young), constants[2]
    for k in range(times):
        whole = len(lanes) == LANES
        block = blocks[k] if whole else blocks[0]
        lane = 0 if whole else k
        candidate, own = candidates[block], retired[block]
        if whole:
            fetch(planes, blocks[min(k + _AHEAD, times - 1)], candidates, retired, has_retired)
        # Slices, whose indices the compiler knows not to be negative: else it would not vectorise.
        spot = int(block) * LANES + lane
        end, place = spot + len(lanes), spot - start
        until = place + len(lanes)
        look = (
            looks[0][place:until], looks[min(1, last)][place:until], looks[last][place:until]
        )  # fmt: skip
        its_credit, its_score, its_told = credit[spot:end], score[spot:end], told[spot:end]
        its_moving, its_beside = moving[spot:end], beside[place:until]
        if has_retired[block] and _match_retired(
            planes, lanes, lane, look, its_credit, own, its_score, changes, constants
        ):
            for i in range(len(lanes)):
                if changes[i]:
                    young[(spot + i) // width] = 1
                    retire(planes, spot + i, lane + i, mean, variance, credit, own)
        any_changes = _update_candidates(
            planes, lanes, lane, look, its_credit, candidate, its_score, its_moving, its_told,
            its_beside, changes, constants,
        )  # fmt: skip
        if len(planes) > 1:  # luma alone does not tell a shadow
            means = mean[0][spot:end], mean[1][spot:end], mean[2][spot:end]
            _mark_shadows(lanes, look, means, its_score, constants)
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
    """Process the foreground pixels of blocks; see `gaussian.Gaussian` for the three questions.

    Parameters
    ----------
    planes
        `GREY` or `COLOUR`.
    blocks
        The numbers of the blocks of a few rows that have foreground.
    start, looks
        Where the rows begin in the picture, in pixels, and their looks, float32 ``(P, N)``.
    mean, variance, credit, candidates, retired, has_retired, young, score, moving, told
        As in `gaussian_kernel.judge_and_learn`; all but `told` are changed for these pixels.
    beside, changes
        Scratch, float32 ``(N,)`` and uint8 ``(16,)``.
    constants
        0: learning rate; 2: the most credit; 4: the least variance; 6: k²; 7: the candidate's k²;
        8: the credit that a promotion takes; 9: the seconds that a look is credited for this frame;
        10, 11: the seconds that a miss costs, and that a fit beside adds; 12: the brightness of the
        darkest shadow over the background's; 13: how far its colour may be off (below 0: there are
        no shadows); 14: the age from which a look stands; 15, 16: the model's own time before and
        after this frame.
    """
    # All of these rows are compared before any of their backgrounds is swapped. (The row above has
    # been processed already, and the row below is judged later.)
    if constants[11] > _ZERO:
        width = len(score) // len(young)
        find_fits_beside(planes, blocks, start, looks, mean, variance, width, constants[6], beside)
    there = len(score) - int(blocks[-1]) * LANES
    whole = len(blocks) - (there < LANES)
    _follow_blocks(
        planes, _BLOCK, blocks, whole, start, looks, mean, variance, credit, candidates, retired,
        has_retired, young, score, moving, told, beside, changes, constants,
    )  # fmt: skip
    if there < LANES:
        _follow_blocks(
            planes, _SINGLE, blocks[whole:], there, start, looks, mean, variance, credit,
            candidates, retired, has_retired, young, score, moving, told, beside, changes,
            constants,
        )  # fmt: skip
