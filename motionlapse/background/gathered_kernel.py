"""Bringing foreground pixels together, with all that they need side by side, and back.

``others[y, x]`` is the candidate's means and variance, then the retired background's means,
variance and credit. ``doubt[y, x]`` is the candidate's credit, and when it was last followed: it
loses credit for all the time in which the background fits, and that is made up for when the pixel
is next foreground. Then the time since when another look has been seen in the candidate's place,
and that look: the one that comes next, once the candidate has no credit left.
"""

from __future__ import annotations

import numpy as np

from motionlapse.background.score_levels import THRESHOLD_SCORE
from motionlapse.native import part

_ZERO = np.float32(0.0)
_ROUNDING = np.float32(2e-5)  # seconds: of the model's own time, at most
_NEVER = np.float32(1e9)  # after every time
_THRESHOLD = np.uint8(THRESHOLD_SCORE)
_PIECE = 8  # pixels that are looked at together

GREY, COLOUR = (0,), (0, 1, 2)
"""The planes of a picture, as tuples: kernels are compiled for each, with loops of known length.

With lengths that were known only when running, bringing and giving took twice as long.
"""

# The rows of `gathered`. First what is brought: looks, the means of the background, candidate and
# retired background and the look that comes next (luma stands for all planes), their variances and
# credits, and since when that look is there.
LOOK, MEAN, CANDIDATE, RETIRED, NEXT = 0, 3, 6, 9, 12
CANDIDATE_V, RETIRED_V, RETIRED_TRUST = 15, 16, 17
TRUST, DOUBT, SINCE, SCORE = 18, 19, 20, 21
# Then what is found: who is not the retired background, whose candidate is known or new, and who
# fits the background beside it; what changes places with the background; how far means move.
FOLLOWED, KNOWN, ANEW, BESIDE, EXCHANGED, PROMOTED = 22, 23, 24, 25, 26, 27
TO_RETIRED, TO_CANDIDATE, STANDS = 28, 29, 30
TOLD = 31  # by the outline of the piece that it is in
GATHERED_ROWS = 32
"""How many numbers a pixel needs while it is followed."""


DOUBT_LENGTH = 6
"""How many numbers `doubt` holds for a pixel."""


def others_length(planes: int) -> int:
    """Return how many numbers `others` holds for a pixel."""
    return 2 * (planes + 1) + 1


@part
def gather(planes, first, look, score, spots, gathered, count):  # type: ignore[no-untyped-def]
    """Bring the foreground pixels of a few rows to those that are waiting to be followed.

    Parameters
    ----------
    planes
        `GREY` or `COLOUR`.
    first
        Where the rows begin in the picture: pixels before them.
    look
        Their looks, one row after another, float32 ``(P, N)``.
    score
        uint8 ``(N,)``; what is above the threshold is foreground.
    spots
        uint32 ``(M,)``: where the waiting pixels are, row after row; filled from `count` on. There
        must be room for all of the rows and one more.
    gathered
        float32 ``(GATHERED_ROWS, M)``: what they need; their looks are filled in.
    count
        How many are waiting.

    Returns
    -------
    int
        How many are waiting now.
    """
    length, before, begin = len(score), count, np.uint32(first)
    whole = length - length % _PIECE
    for start in range(0, whole, _PIECE):
        highest = np.uint8(0)
        for x in range(_PIECE):  # of known length: a few instructions
            highest = max(highest, score[start + x])
        if highest > _THRESHOLD:
            for x in range(start, start + _PIECE):
                spots[count] = begin + np.uint32(x)
                count += score[x] > _THRESHOLD
    for x in range(whole, length):
        spots[count] = begin + np.uint32(x)
        count += score[x] > _THRESHOLD
    for p in range(3):
        plane = look[min(p, len(planes) - 1)]
        for i in range(before, count):
            gathered[LOOK + p, i] = plane[spots[i] - begin]
    return count


@part
def keep(spots, doubt, others, kept_spots, kept, count):  # type: ignore[no-untyped-def]
    """Keep what `others` and `doubt` are of pixels, behind the `count` that are kept already."""
    length = others.shape[1]
    for i in range(len(spots)):
        spot = spots[i]
        kept_spots[count + i] = spot
        own, kept_own = others[spot], kept[count + i]
        for j in range(length):
            kept_own[j] = own[j]
        for j in range(DOUBT_LENGTH):
            kept_own[length + j] = doubt[spot, j]


@part
def bring(  # type: ignore[no-untyped-def]
    planes, spots, gathered, mean, credit, doubt, others, score, told, before
):
    """Fill in what lies elsewhere of every pixel."""
    count = len(planes)
    back = count + 1
    for i in range(len(spots)):
        spot = spots[i]
        own = others[spot]
        for p in range(3):
            q = min(p, count - 1)
            gathered[MEAN + p, i] = mean[q, spot]
            gathered[CANDIDATE + p, i] = own[q]
            gathered[RETIRED + p, i] = own[back + q]
            gathered[NEXT + p, i] = doubt[spot, 3 + p]
        gathered[CANDIDATE_V, i] = own[count]
        credit_left = doubt[spot, 0] - max(before - doubt[spot, 1], _ZERO)
        gathered[DOUBT, i] = credit_left if credit_left > _ROUNDING else _ZERO
        gathered[SINCE, i] = doubt[spot, 2] if doubt[spot, 1] + _ROUNDING >= before else _NEVER
        gathered[RETIRED_V, i] = own[back + count]
        gathered[RETIRED_TRUST, i] = own[back + count + 1]
        gathered[TRUST, i] = credit[spot]
        gathered[SCORE, i] = score[spot]
        gathered[TOLD, i] = told[spot]


@part
def give(  # type: ignore[no-untyped-def]
    planes, spots, gathered, mean, variance, credit, doubt, others, young, score, moving, most, now
):
    """Put everything back, with what has changed places.

    What is rare has loops of its own: in the one for all it made that three times slower.
    """
    for i in range(len(spots)):
        spot = spots[i]
        own = others[spot]
        for p in range(len(planes)):
            own[p] = gathered[CANDIDATE + p, i]
        own[len(planes)] = gathered[CANDIDATE_V, i]
        doubt[spot, 0] = gathered[DOUBT, i]
        doubt[spot, 1] = now
        doubt[spot, 2] = gathered[SINCE, i]
        for p in range(3):
            doubt[spot, 3 + p] = gathered[NEXT + p, i]
        score[spot] = np.uint8(gathered[SCORE, i])
        moving[spot] = 0 if gathered[STANDS, i] > _ZERO else 255
    back = len(planes) + 1
    for i in range(len(spots)):
        if gathered[FOLLOWED, i] == _ZERO:  # else the retired background was not seen
            own = others[spots[i]]
            for p in range(len(planes)):
                own[back + p] = gathered[RETIRED + p, i]
            own[back + len(planes)] = gathered[RETIRED_V, i]
            own[back + len(planes) + 1] = gathered[RETIRED_TRUST, i]
    width = len(score) // len(young)
    for i in range(len(spots)):
        if gathered[EXCHANGED, i] + gathered[PROMOTED, i] > _ZERO:
            spot = spots[i]
            young[spot // width] = 1
            _retire(planes, mean, variance, credit, others[spot], spot)
            if gathered[PROMOTED, i] > _ZERO:
                _promote(planes, mean, variance, credit, doubt, others[spot], spot, most)


@part
def _retire(planes, mean, variance, credit, own, spot):  # type: ignore[no-untyped-def]
    """Let the background and the retired one change places."""
    back = len(planes) + 1
    for p in range(len(planes)):
        mean[p, spot], own[back + p] = own[back + p], mean[p, spot]
    at = back + len(planes)
    variance[spot], own[at] = own[at], variance[spot]
    credit[spot], own[at + 1] = own[at + 1], credit[spot]


@part
def _promote(planes, mean, variance, credit, doubt, own, spot, most):  # type: ignore[no-untyped-def]
    """Let the candidate be the background."""
    for p in range(len(planes)):
        mean[p, spot] = own[p]
    variance[spot] = own[len(planes)]
    credit[spot] = min(doubt[spot, 0], most)
    doubt[spot, 0] = _ZERO
