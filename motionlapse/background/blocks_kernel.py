"""Blocks of pixels: how what is known besides the background is laid out, and which are followed.

Foreground comes in pieces: of the 16 pixels of a block that has any, a third to three quarters are
foreground on labelled footage. So whole blocks are followed, in a few vector instructions, in which
pixels that are not foreground keep what they have. Pixel by pixel that took half as long again.

A block lies together, a row of 16 numbers for each quantity. `candidates` has the candidate's
means, its variance and its credit, and when it was last followed: it loses credit for all the time
in which the background fits, and that is made up for when the pixel is next foreground. Then the
time since when another look has been seen in the candidate's place, and that look: the one that
comes next, once the candidate has no credit left. `retired` has the retired background's means,
variance and credit; few blocks have ever had any.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motionlapse.background.score_levels import THRESHOLD_SCORE
from motionlapse.native import part, prefetch

_ZERO = np.float32(0.0)
_THRESHOLD = np.uint8(THRESHOLD_SCORE)
_STRETCH = 128  # pixels: most stretches of these have no foreground

LANES = 16
"""How many pixels are a block: as many float32 as fill a line of a cache."""

GREY, COLOUR = (0,), (0, 1, 2)
"""The planes of a picture, as tuples: kernels are compiled for each, with places that are known."""


def shapes_of(planes: int, pixels: int) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Return the shapes of `candidates` and `retired`: blocks, rows and pixels of a block."""
    blocks = -(-pixels // LANES)
    return (blocks, 2 * planes + 4, LANES), (blocks, planes + 2, LANES)


def in_blocks(pictures: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Lay pictures out in blocks: ``(N, H, W)`` as ``(B, N, 16)``, 0 beyond the end."""
    rows = pictures.reshape(len(pictures), -1)
    whole = np.pad(rows, ((0, 0), (0, -rows.shape[1] % LANES)))
    return whole.reshape(len(rows), -1, LANES).swapaxes(0, 1)


@part
def row_of(row):  # type: ignore[no-untyped-def]  # as kernels are
    """Return where a row of a block begins; unsigned, so that nobody looks for it from the end."""
    return np.uint64(row * LANES)


@part
def rows_of(planes, row):  # type: ignore[no-untyped-def]
    """Return where the means of three planes begin; luma stands for all."""
    last = len(planes) - 1
    return row_of(row), row_of(row + min(1, last)), row_of(row + last)


@part
def count_foreground(score):  # type: ignore[no-untyped-def]
    """Count the pixels whose score is above the threshold."""
    count = np.int32(0)
    for x in range(len(score)):
        count += np.int32(score[x] > _THRESHOLD)
    return count


@part
def highest_of(values):  # type: ignore[no-untyped-def]
    """Return the highest of bytes, 0 of none."""
    highest = np.uint8(0)
    for x in range(len(values)):
        highest = max(highest, values[x])
    return highest


@part
def find_blocks(first, score, blocks):  # type: ignore[no-untyped-def]
    """Find the blocks of a few rows that have foreground.

    Parameters
    ----------
    first
        Where the rows begin in the picture, in pixels: the beginning of a block.
    score
        uint8 ``(N,)``: theirs.
    blocks
        uint32 ``(M,)``: filled with which. There must be room for all of the rows.

    Returns
    -------
    int
        How many there are.
    """
    count = 0
    for top in range(0, len(score), _STRETCH):
        bottom = min(top + _STRETCH, len(score))
        if highest_of(score[top:bottom]) > _THRESHOLD:
            for start in range(top, bottom, LANES):
                blocks[count] = np.uint32((first + start) // LANES)
                count += highest_of(score[start : start + LANES]) > _THRESHOLD
    return count


@part
def keep(  # type: ignore[no-untyped-def]
    blocks, candidates, retired, kept_blocks, kept_candidates, kept_retired
):
    """Keep what is known of blocks behind what is kept; `kept_blocks` begins with how many are."""
    before = int(kept_blocks[0])
    for k in range(len(blocks)):
        at = before + k
        kept_blocks[1 + at] = blocks[k]
        candidate, own = candidates[blocks[k]], retired[blocks[k]]
        kept_candidate, kept_own = kept_candidates[at], kept_retired[at]
        for i in range(len(candidate)):
            kept_candidate[i] = candidate[i]
        for i in range(len(own)):
            kept_own[i] = own[i]
    kept_blocks[0] = before + len(blocks)


@part
def fetch(planes, block, candidates, retired, has_retired):  # type: ignore[no-untyped-def]
    """Have what is known of a block on its way: it is seldom in the near caches."""
    candidate = candidates[block]
    for row in range(2 * len(planes) + 4):
        prefetch(candidate, row * LANES)
    if has_retired[block]:
        own = retired[block]
        for row in range(len(planes) + 2):
            prefetch(own, row * LANES)


@part
def retire(planes, spot, lane, mean, variance, credit, retired):  # type: ignore[no-untyped-def]
    """Let the background and the retired one of a pixel change places.

    Parameters
    ----------
    spot, lane
        Where it is in the picture, and in its block.
    retired
        The block's, its rows one after another.
    """
    for p in range(len(planes)):
        at = p * LANES + lane
        mean[p, spot], retired[at] = retired[at], mean[p, spot]
    at = len(planes) * LANES + lane
    variance[spot], retired[at] = retired[at], variance[spot]
    at += LANES
    credit[spot], retired[at] = retired[at], credit[spot]


@part
def promote(planes, spot, lane, mean, variance, credit, candidate, most):  # type: ignore[no-untyped-def]
    """Let the candidate of a pixel be the background; see `retire`."""
    count = len(planes)
    for p in range(count):
        mean[p, spot] = candidate[p * LANES + lane]
    variance[spot] = candidate[count * LANES + lane]
    at = (count + 1) * LANES + lane
    credit[spot] = min(candidate[at], most)
    candidate[at] = _ZERO
