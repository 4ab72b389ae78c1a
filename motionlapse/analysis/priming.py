"""Teaching an analyzer the first frames of a source before any of them is judged."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.frames import Frame, Interruption, Stream

# First frames that cannot be read twice are held up to this: 1.3 s of 1080p at 25 a second.
_HELD_BYTES = 100_000_000


def primed(
    source: Stream, analyzer: Analyzer, should_stop: Callable[[], bool]
) -> Iterator[Frame | Interruption]:
    """Prime the analyzer with a source's first frames; return all of its frames, those included.

    Where a source cannot be read twice, such as a camera, its first frames are held meanwhile.

    Parameters
    ----------
    source
        Open; nothing of it has been read yet.
    analyzer
        New.
    should_stop
        Asked for each frame that is held.
    """
    again = source.opening()
    if again is not None:
        analyzer.prime(again)
        return iter(source)
    frames = iter(source)
    held: deque[Frame | Interruption] = deque()

    def hold() -> Iterator[Frame]:
        size = 0
        for frame in frames:
            held.append(frame)
            if isinstance(frame, Interruption):
                return
            size += frame.planes.nbytes
            if size > _HELD_BYTES or should_stop():
                return
            yield frame

    def all_of_them() -> Iterator[Frame | Interruption]:
        while held:  # let go one by one: a watch of months would keep the first ones for ever
            yield held.popleft()
        yield from frames

    analyzer.prime(hold())
    return all_of_them()
