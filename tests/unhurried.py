"""The program, which takes its time once a film has run for five seconds.

Who stops it there comes in time, however slow or busy the machine is on which both run. A file: its
worker processes read it too, and so does a worker of a cluster to which it is given. One that is to
be killed there makes the file that `STAYS_THERE` names, and goes on no more.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from motionlapse.__main__ import main
from motionlapse.frames import Frame
from motionlapse.sources.recording import Recording

_QUICK_S = 5.0
_EACH_S = 0.05  # 100 s of film take two minutes


def _unhurried(frames: Callable[[Recording], Iterator[Frame]]) -> Callable[..., Iterator[Frame]]:
    def iterate(recording: Recording) -> Iterator[Frame]:
        for frame in frames(recording):
            if frame.time > _QUICK_S:
                if sign := os.environ.get("STAYS_THERE"):
                    Path(sign).touch()
                    threading.Event().wait()
                time.sleep(_EACH_S)
            yield frame

    return iterate


Recording.__iter__ = _unhurried(Recording.__iter__)

if __name__ == "__main__":
    main()
