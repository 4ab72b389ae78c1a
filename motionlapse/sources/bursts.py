"""Groups of pictures (GOPs), and where their packets are largest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from motionlapse.sources.seeking import KeyFrame

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# About as long as the shortest event. In 22 films with 412 events, bursts of this length made 41
# quiet groups look suspicious and missed 5 events; of 0.25 s, 42 and 8; of 1 s, 8 and 12. The
# single largest packet of each group, which may be large by chance, 231 and 14.
_BURST_S = 0.5


class Burst(NamedTuple):
    """The half second of consecutive packets with the largest mean size.

    Attributes
    ----------
    size
        The mean size of its packets, in bytes; 0 if there are none.
    start_s, end_s
        The media times at which the first and the last of its pictures are shown.
    """

    size: float
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Group:
    """A group of pictures: a key frame, and the packets up to the next one.

    Attributes
    ----------
    key
        The place of the key frame.
    start_s, end_s
        Media times of the key frame, and of the next one or the end of the film.
    sizes
        Bytes of the packets after the key frame's own, in the order of decoding, int64 ``(N,)``.
    burst
        The largest burst of these packets; if there are none, an empty one at the key frame.
    """

    key: KeyFrame
    start_s: float
    end_s: float
    sizes: Integers
    burst: Burst


def largest_burst(sizes: Integers, times_s: Floats, interval_s: float) -> Burst:
    """Return the largest burst of a group of pictures.

    Parameters
    ----------
    sizes
        Bytes of the packets after the key frame's, in the order of decoding, int64 ``(N,)``.
    times_s
        Media time of the key frame and of each of these packets, float64 ``(N + 1,)``.
    interval_s
        Time between two frames; 0 if it is not known.
    """
    if not len(sizes):
        return Burst(0.0, float(times_s[0]), float(times_s[0]))
    count = round(_BURST_S / interval_s) if interval_s else 1
    count = min(max(1, count), len(sizes))
    sums = np.convolve(sizes, np.ones(count, np.int64), "valid")
    first = int(sums.argmax())
    shown_s = times_s[first + 1 :][:count]
    return Burst(int(sums[first]) / count, float(shown_s.min()), float(shown_s.max()))
