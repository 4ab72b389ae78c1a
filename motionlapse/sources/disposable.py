"""Pictures that no other picture refers to, and that are decoded only if somebody wants them.

Half of the pictures that encoders make of a quiet scene are such, and they are a third of what
decoding costs. While frames are looked at now and then, those that are not disposable are looked at
(`Frame.disposable`), and the others are left out. When something stirs and they are wanted after
all, they are decoded late, by another decoder, from the key frame before them on; and no more are
left out until for a while nobody has asked for any.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import av

from motionlapse.frames import Planes

Late: TypeAlias = Callable[[], tuple[av.VideoFrame | None, int]]
"""Decodes a picture; returns it, None if that cannot be done, and how many had to be for it."""

# So many disposable pictures in a row that nobody asks for, 4 s of a film: then the next ones are
# left out. That is about what decoding late costs when something stirs, and who waits as long as a
# wrong guess costs never pays more than twice. Where it has cost more than it saved twice as many
# are waited for, up to the most; else half as many, down to the fewest.
_FEWEST = 50
_MOST = 1600


class Demand:
    """How much disposable pictures are asked for.

    When something stirs, what was left out since the last key frame is decoded late, with all that
    it is built on. Where that happens too often more is decoded than is left out, as long as nobody
    waits longer before leaving out any.

    Threads that decode parts of the film at the same time may share it. A count that one loses to
    another changes what is decoded when, and nothing of what is seen.
    """

    def __init__(self) -> None:
        self._patience = self._owed = _FEWEST
        self._left_out = self._decoded_late = 0

    @property
    def is_low(self) -> bool:
        """True while they may be left out."""
        return self._owed <= 0

    def passed(self, *, left_out: bool) -> None:
        """Take note of one that was handed on; whether it is wanted will be seen."""
        self._left_out += left_out
        self._owed -= 1
        if self._owed == 0:
            self._learn()

    def asked(self, decoded: int = 0) -> None:
        """Take note of one that is wanted, and of how many had to be decoded late for it."""
        self._decoded_late += decoded
        self._owed = max(self._owed, self._patience)

    def _learn(self) -> None:
        costly = self._decoded_late > self._left_out
        wanted = self._patience * 2 if costly else self._patience // 2
        self._patience = min(max(wanted, _FEWEST), _MOST)
        self._left_out = self._decoded_late = 0


class Disposable:
    """A picture that no other one refers to.

    Parameters
    ----------
    pts
        Its timestamp.
    demand
        Told when it is asked for.

    Attributes
    ----------
    key_frame, is_corrupt
        False, as of a good picture: where it is damaged nothing else is, and it may never be known.
    decoded
        The picture, once it has been decoded.
    small
        Its planes at the size of analysis, where it was decoded and this alone was kept.
    late
        Decodes it, where it has been left out or only `small` was kept, and says how many had to be
        for it; None: it has not, or there is no more to do.
    """

    key_frame = False
    is_corrupt = False

    def __init__(self, pts: int, demand: Demand) -> None:
        self.pts = pts
        self.decoded: av.VideoFrame | None = None
        self.small: Planes | None = None
        self.late: Late | None = None
        self._demand = demand

    @property
    def left_out(self) -> bool:
        """True if it has not been decoded."""
        return self.late is not None and self.small is None

    def ask(self) -> None:
        """Take note that it is looked at, without a need of more than `small`."""
        self._demand.asked()

    def picture(self) -> av.VideoFrame | None:
        """Return the picture; None if it cannot be decoded."""
        late, decoded = self.late, 0
        if late is not None:
            self.decoded, decoded = late()
            self.late = None  # it holds all packets from the key frame on
        if self.small is not None:
            decoded = 0  # it was decoded in its time: leaving out has nothing to answer for
        self._demand.asked(decoded)
        return self.decoded
