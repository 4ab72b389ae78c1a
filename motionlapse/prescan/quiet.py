"""Which groups of pictures are suspicious, and by what: numbers in, a yes or no for each out.

No threshold is set by hand. Most of a film worth a prescan is quiet, so the lower half of each
signal tells how it is distributed without motion, and a group is suspicious from the value on that
less than one quiet group of the whole film is expected to reach. Signals that many things share
(sizes) are normally distributed; the greatest of many deviations (pictures) has a Gumbel
distribution [1]_.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from motionlapse.sources.quiet_sizes import gumbel_limit, normal_limit

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_AROUND = 7  # groups on either side with which the sizes of one are compared
_FEWEST_LASTING = 5  # key frames; fewer say little of what sizes see
_MOST_OF_IT = 0.85


class Signs(NamedTuple):
    """What speaks against the quiet of each group, each bool ``(N,)``.

    Attributes
    ----------
    pictures
        Its key frame looks strange.
    totals
        Its packets are large together.
    bursts
        Some of its packets in a row are large together.
    """

    pictures: Flags
    totals: Flags
    bursts: Flags


def suspicious(pictures: Numbers, totals: Numbers, bursts: Numbers) -> Signs:
    """Tell which groups may hold motion.

    Parameters
    ----------
    pictures
        Score of each group's key frame, float64 ``(N,)``; see `CellScores`. NaN for those that were
        not looked at, at least one was.
    totals, bursts
        Bytes of all packets of each group but its key frame's, and of a packet in its largest
        burst, float64 ``(N,)``.
    """
    limit = gumbel_limit(pictures[~np.isnan(pictures)])
    return Signs(pictures > limit, _grown(totals), _grown(bursts))


def sizes_tell(signs: Signs) -> bool:
    """Tell whether sizes see most of what pictures see; true where those see nothing.

    At constant quality they saw 80 to 100 % of it in 13 films, 28 to 62 % in five whose pictures
    jump, and at constant bit rate 3 to 30 % in three.
    """
    seen = _seen_by_sizes(signs)[signs.pictures]
    return bool(seen.mean() >= 0.5) if seen.size else True


def sizes_follow(signs: Signs) -> bool:
    """Tell whether sizes see nearly all that lasts: what two key frames in a row show.

    Then key frames between others add little. What pictures show for a moment says nothing of it: a
    camera that sways is such. In 13 films of constant quality sizes saw 87 to 100 % of what lasted,
    in four 21 to 34 %, and at constant bit rate 3 to 27 % in three.
    """
    lasting = signs.pictures.copy()
    lasting[1:-1] &= signs.pictures[:-2] | signs.pictures[2:]
    lasting[:1] &= signs.pictures[1:2]
    lasting[-1:] &= signs.pictures[-2:-1]
    seen = _seen_by_sizes(signs)[lasting]
    return bool(seen.size >= _FEWEST_LASTING and seen.mean() >= _MOST_OF_IT)


def enough_may_last(signs: Signs, others: int) -> bool:
    """Tell whether `sizes_follow` can say yes once so many others have been looked at."""
    return bool(np.count_nonzero(signs.pictures) + others >= _FEWEST_LASTING)


def left_out_beside(
    pictures: Numbers, signs: Signs, lengths_s: Numbers, farthest_s: float
) -> list[int]:
    """Return the key frames that were not looked at and should be, whatever sizes see.

    They are beside a strange one, to tell how long it lasts, or between two too far apart.

    Parameters
    ----------
    pictures, signs
        As given to `suspicious`, and what that found.
    lengths_s
        Of the groups, float64 ``(N,)``.
    farthest_s
        As far as two that are looked at may be apart.
    """
    strange = np.zeros(len(pictures) + 2, np.bool_)
    strange[:-2] |= signs.pictures
    strange[2:] |= signs.pictures
    far = lengths_s > farthest_s
    far[1:] |= lengths_s[1:] + lengths_s[:-1] > farthest_s
    wanted = np.isnan(pictures) & (strange[1:-1] | far)
    return [int(number) for number in np.flatnonzero(wanted)]


def _seen_by_sizes(signs: Signs) -> Flags:
    """Tell for each key frame whether packets around it are large."""
    large = signs.totals | signs.bursts
    large[1:] |= large[:-1].copy()  # what a key frame shows may have come before it
    return large


def _grown(sizes: Numbers) -> Flags:
    growth = local_growth(sizes)
    return np.asarray(growth > normal_limit(growth))


def local_growth(sizes: Numbers) -> Numbers:
    """Return the logarithm of each size over the median of those around it, float64 ``(N,)``."""
    logs = np.log(np.maximum(sizes, 1.0))
    count, width = len(logs), 2 * _AROUND + 1
    if count <= width:
        return np.asarray(logs - np.median(logs))
    windows = np.median(np.lib.stride_tricks.sliding_window_view(logs, width), axis=1)
    places = np.clip(np.arange(count) - _AROUND, 0, count - width)
    growth: Numbers = logs - windows[places]
    return growth
