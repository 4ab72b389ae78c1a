"""Blocks of pixels: the memory layout of candidates and retired backgrounds, and finding blocks.

Foreground comes in pieces: on labelled footage, a third to three quarters of the 16 pixels of a
block that has any foreground are foreground. So whole blocks are processed, in a few vector
instructions, and pixels in them that are not foreground keep what they have. One pixel at a time,
that took half as long again.

The data of a block is contiguous: a row of 16 numbers for each quantity. In `candidates` these are
the candidate's means, its variance and its credit, and the time at which it was last updated. (A
candidate loses credit for all the time in which the background fits; that is deducted when the
pixel is next foreground.) Then come the time since when another look has been seen in place of the
candidate, and the means of that look, which becomes the next candidate once this one has no credit
left. In `retired` they are the retired background's means, variance and credit; few blocks ever
have one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motionlapse.background.score_levels import THRESHOLD_SCORE
from motionlapse.native import part, prefetch

_ZERO = np.float32(0.0)
_THRESHOLD = np.uint8(THRESHOLD_SCORE)
_STRETCH = 128  # pixels that are checked at once, because most such stretches have no foreground

LANES = 16
"""How many pixels are a block: as many float32 as fill a cache line."""

GREY, COLOUR = (0,), (0, 1, 2)
"""The planes of a picture, as tuples: kernels are compiled for each, with constant indices."""


def shapes_of(planes: int, pixels: int) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Return the shapes of `candidates` and `retired`: (blocks, rows, pixels of a block)."""
    blocks = -(-pixels // LANES)
    return (blocks, 2 * planes + 4, LANES), (blocks, planes + 2, LANES)


def in_blocks(pictures: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Rearrange pictures into blocks: ``(N, H, W)`` to ``(B, N, 16)``, padded with 0."""
    rows = pictures.reshape(len(pictures), -1)
    whole = np.pad(rows, ((0, 0), (0, -rows.shape[1] % LANES)))
    return whole.reshape(len(rows), -1, LANES).swapaxes(0, 1)


@part
def row_of(row):  # type: ignore[no-untyped-def]  # as kernels are
    """Return where a row of a block begins; unsigned, so that it is no index from the end."""
    return np.uint64(row * LANES)


@part
def rows_of(planes, row):  # type: ignore[no-untyped-def]
    """Return where the means of three planes begin; of grey, three times the same."""
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
    """Return the highest of some bytes; 0 if there are none."""
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
        Where the rows begin in the picture, in pixels; a block begins there.
    score
        uint8 ``(N,)``: the scores of the rows.
    blocks
        uint32 ``(M,)``: filled with the numbers of the blocks found. There must be room for all
        blocks of the rows.

    Returns
    -------
    int
        How many were found.
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
    """Append copies of blocks to those that are kept; `kept_blocks` begins with their number."""
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
    """Prefetch the data of a block, which is seldom in the near caches."""
    candidate = candidates[block]
    for row in range(2 * len(planes) + 4):
        prefetch(candidate, row * LANES)
    if has_retired[block]:
        own = retired[block]
        for row in range(len(planes) + 2):
            prefetch(own, row * LANES)


@part
def retire(planes, spot, lane, mean, variance, credit, retired):  # type: ignore[no-untyped-def]
    """Swap the background and the retired background of a pixel.

    Parameters
    ----------
    planes
        `GREY` or `COLOUR`.
    spot, lane
        Where the pixel is in the picture, and in its block.
    mean, variance, credit
        The background of the picture.
    retired
        The retired background of the block, its rows one after another.
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
    """Make the candidate of a pixel the background, with at most `most` credit; see `retire`."""
    count = len(planes)
    for p in range(count):
        mean[p, spot] = candidate[p * LANES + lane]
    variance[spot] = candidate[count * LANES + lane]
    at = (count + 1) * LANES + lane
    credit[spot] = min(candidate[at], most)
    candidate[at] = _ZERO
