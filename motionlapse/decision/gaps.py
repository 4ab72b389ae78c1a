"""Gaps in footage, as where a recorder was switched off: motion does not last through them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from motionlapse.frames import Frame, Interruption
from motionlapse.units import format_duration

# Shorter gaps may come from a camera that sends less often while nothing changes, or from damage.
_LEAST_S = 10.0
# A gap is this many times the longest of the last intervals: pictures may come irregularly.
_TIMES = 10.0
_INTERVALS = 8


def with_breaks(items: Iterable[Frame | Interruption]) -> Iterator[Frame | Interruption]:
    """Put an interruption wherever the times of recorded pictures leave a gap.

    Motion before the gap is one event and motion after it another, for nothing is known of the time
    between. Nor does the background learn from the first picture after the gap as if that had been
    there all the time.
    """
    intervals_s: deque[float] = deque(maxlen=_INTERVALS)
    before_s: float | None = None
    for item in items:
        if isinstance(item, Interruption):
            before_s = None
        else:
            if before_s is not None:
                passed_s = item.time - before_s
                if intervals_s and passed_s > max(_LEAST_S, _TIMES * max(intervals_s)):
                    yield Interruption(f"no pictures for {format_duration(passed_s)}")
                intervals_s.append(passed_s)
            before_s = item.time
        yield item
