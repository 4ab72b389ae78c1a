"""Which groups of pictures are suspicious, and why: numbers in, a yes or no for each out.

No threshold is set by hand. Most of a film that is worth a prescan is quiet, so the lower half of
each signal shows how it is distributed without motion. A group is suspicious if its value exceeds
what fewer than one of the film's quiet groups is expected to reach. Sizes, which are sums of many
parts, are normally distributed (their logarithms are); scores of pictures, each the largest of many
deviations, have a Gumbel distribution; see `motionlapse.sources.quiet_sizes`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from motionlapse.sources.quiet_sizes import gumbel_limit, normal_limit

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_AROUND = 7  # groups on either side, with which the sizes of a group are compared
_FEWEST_LASTING = 5  # key frames; fewer say little about whether sizes reveal motion
_MOST_OF_IT = 0.85


class Signs(NamedTuple):
    """What makes each group suspicious, each bool ``(N,)``.

    Attributes
    ----------
    pictures
        Its key frame differs from those around.
    totals
        Its packets are large in total.
    bursts
        Its largest burst of packets is large.
    """

    pictures: Flags
    totals: Flags
    bursts: Flags


def suspicious(pictures: Numbers, totals: Numbers, bursts: Numbers) -> Signs:
    """Return which groups may hold motion, and by which sign.

    Parameters
    ----------
    pictures
        The score of each group's key frame, float64 ``(N,)``; see `CellScores`. It is NaN for key
        frames that were left out; at least one was not.
    totals, bursts
        Bytes of all packets of each group except its key frame's, and the mean size of a packet in
        its largest burst, float64 ``(N,)``.
    """
    limit = gumbel_limit(pictures[~np.isnan(pictures)])
    return Signs(pictures > limit, _grown(totals), _grown(bursts))


def sizes_tell(signs: Signs) -> bool:
    """Return whether sizes reveal at least half of what pictures show; True if these show nothing.

    At constant quality, they revealed 80 to 100 % of it in 13 films, and 28 to 62 % in five whose
    pictures jump; at constant bit rate, 3 to 30 % in three.
    """
    seen = _seen_by_sizes(signs)[signs.pictures]
    return bool(seen.mean() >= 0.5) if seen.size else True


def sizes_follow(signs: Signs) -> bool:
    """Return whether sizes reveal nearly all that lasts: what two key frames in a row show.

    If so, the key frames that were left out would add little. What only one key frame shows does
    not count: it may come from a camera that sways. At constant quality, sizes revealed 87 to 100 %
    of what lasted in 13 films, and 21 to 34 % in four; at constant bit rate, 3 to 27 % in three.
    """
    lasting = signs.pictures.copy()
    lasting[1:-1] &= signs.pictures[:-2] | signs.pictures[2:]
    lasting[:1] &= signs.pictures[1:2]
    lasting[-1:] &= signs.pictures[-2:-1]
    seen = _seen_by_sizes(signs)[lasting]
    return bool(seen.size >= _FEWEST_LASTING and seen.mean() >= _MOST_OF_IT)


def enough_may_last(signs: Signs, others: int) -> bool:
    """Return whether `sizes_follow` can be True after so many more key frames have been scored."""
    return bool(np.count_nonzero(signs.pictures) + others >= _FEWEST_LASTING)


def left_out_beside(
    pictures: Numbers, signs: Signs, lengths_s: Numbers, farthest_s: float
) -> list[int]:
    """Return the key frames that were left out but are needed in any case.

    They are next to a suspicious one, to tell whether it lasts, or between two that are too far
    apart.

    Parameters
    ----------
    pictures, signs
        As given to `suspicious`, and what that returned.
    lengths_s
        How long each group lasts, float64 ``(N,)``.
    farthest_s
        How far apart two key frames that are scored may be.
    """
    beside = np.zeros(len(pictures) + 2, np.bool_)
    beside[:-2] |= signs.pictures
    beside[2:] |= signs.pictures
    far = lengths_s > farthest_s
    far[1:] |= lengths_s[1:] + lengths_s[:-1] > farthest_s
    wanted = np.isnan(pictures) & (beside[1:-1] | far)
    return [int(number) for number in np.flatnonzero(wanted)]


def _seen_by_sizes(signs: Signs) -> Flags:
    """Return for each key frame whether packets of its group, or of the one before, are large."""
    large = signs.totals | signs.bursts
    large[1:] |= large[:-1].copy()  # what a key frame shows may have moved before it
    return large


def _grown(sizes: Numbers) -> Flags:
    growth = local_growth(sizes)
    return np.asarray(growth > normal_limit(growth))


def local_growth(sizes: Numbers) -> Numbers:
    """Return the logarithm of the ratio of each size to the median of those around, ``(N,)``."""
    logs = np.log(np.maximum(sizes, 1.0))
    count, width = len(logs), 2 * _AROUND + 1
    if count <= width:
        return np.asarray(logs - np.median(logs))
    windows = np.median(np.lib.stride_tricks.sliding_window_view(logs, width), axis=1)
    places = np.clip(np.arange(count) - _AROUND, 0, count - width)
    growth: Numbers = logs - windows[places]
    return growth
