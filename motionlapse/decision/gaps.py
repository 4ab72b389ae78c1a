"""Gaps in footage: a recorder that was off is no motion that lasted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from motionlapse.frames import Frame, Interruption
from motionlapse.units import format_duration

# Shorter ones may be of a camera that sends less often while nothing changes, or of damage.
_LEAST_S = 10.0
# So many times the longest of the last intervals: pictures that come irregularly have no gaps.
_TIMES = 10.0
_INTERVALS = 8


def with_breaks(items: Iterable[Frame | Interruption]) -> Iterator[Frame | Interruption]:
    """Put an interruption where the times of recorded pictures leave a gap.

    What was in the picture before it is one event and what is there after it another; neither is
    known to have lasted in between, and the background does not learn from the first picture after
    it as if it had stood there all the time.
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
