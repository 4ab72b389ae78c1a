"""How busy this process keeps the processor, and how many threads OpenCV uses."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator

from motionlapse.clock import Clock

_LEAST_S = 2.0


def processor_s() -> float:
    """Return the processor seconds of this process so far, all threads together."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Keep OpenCV to one thread.

    Pictures of analysis are too small for several threads: each frame of a camera wakes threads
    that then wait for work in vain, which costs 0.3 ms of processor time.
    """
    import cv2  # not before it is needed: `--help` answers without it

    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


class ProcessorShare:
    """The share of one core that this process has used over the last seconds.

    Attributes
    ----------
    share
        1.0 is one core all of the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._then_s = clock.monotonic()
        self._busy_s = processor_s()
        self.share = 0.0

    def look(self) -> None:
        """Measure again, unless that was just done."""
        now_s = self._clock.monotonic()
        if now_s - self._then_s >= _LEAST_S:
            self.measure()

    def measure(self) -> float:
        """Measure from the last time to now, and return the share."""
        now_s, busy_s = self._clock.monotonic(), processor_s()
        self.share = (busy_s - self._busy_s) / max(now_s - self._then_s, 1e-9)
        self._then_s, self._busy_s = now_s, busy_s
        return self.share
