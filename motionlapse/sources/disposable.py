"""Disposable pictures: no other picture refers to them, so they are decoded only if wanted.

Most of them are B-frames that are not used as references. Of a quiet scene, encoders make half of
all pictures disposable, and these take a third of the time for decoding. While frames are sampled,
those that are not disposable are analysed (`Frame.disposable`), and the others are *left out*: not
decoded. If they are wanted after all, because something moves, another decoder decodes them *late*,
from the key frame before them on; and no more are left out until nobody has asked for any for a
while.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import av

from motionlapse.frames import Planes

Late: TypeAlias = Callable[[], tuple[av.VideoFrame | None, int]]
"""Decodes a picture late. Returns it, or None if it cannot be decoded, and the number of pictures
that had to be decoded for it.
"""

# Pictures are left out once nobody has asked for this many disposable ones in a row: 4 s of a film.
# To wait for as long as a wrong guess costs (here: decoding late when something moves) never costs
# more than twice as much as the best choice in hindsight, as in the ski rental problem. If leaving
# out has cost more than it saved, the wait doubles, up to the most; if not, it halves, down to the
# fewest.
_FEWEST = 50
_MOST = 1600


class Demand:
    """Decides whether to leave out disposable pictures, by how often they have been asked for.

    When something moves, the pictures that were left out since the last key frame are decoded late,
    along with all that they refer to. If that happens often, more pictures are decoded late than
    are left out; so the wait before any are left out adapts.

    Threads that decode different parts of a film may share an object without a lock: a lost count
    changes when pictures are decoded, but not what is in them.
    """

    def __init__(self) -> None:
        self._patience = self._owed = _FEWEST
        self._left_out = self._decoded_late = 0

    @property
    def is_low(self) -> bool:
        """True while disposable pictures may be left out."""
        return self._owed <= 0

    def passed(self, *, left_out: bool) -> None:
        """Count a disposable picture that was handed on, before anybody may ask for it."""
        self._left_out += left_out
        self._owed -= 1
        if self._owed == 0:
            self._learn()

    def asked(self, decoded: int = 0) -> None:
        """Note that one is wanted, and how many pictures had to be decoded late for it."""
        self._decoded_late += decoded
        self._owed = max(self._owed, self._patience)

    def _learn(self) -> None:
        costly = self._decoded_late > self._left_out
        wanted = self._patience * 2 if costly else self._patience // 2
        self._patience = min(max(wanted, _FEWEST), _MOST)
        self._left_out = self._decoded_late = 0


class Disposable:
    """A picture that no other picture refers to.

    Parameters
    ----------
    pts
        Its presentation timestamp.
    demand
        Told when the picture is asked for.

    Attributes
    ----------
    key_frame, is_corrupt
        Always False: damage to it affects no other picture, and may never be noticed.
    decoded
        The picture, once it has been decoded.
    small
        Its planes at the size of analysis, if only these were kept when it was decoded.
    late
        Decodes it, if it was left out or only `small` was kept; None once that is done, or if it
        need not be.
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
        """True if the picture has not been decoded."""
        return self.late is not None and self.small is None

    def ask(self) -> None:
        """Note that the picture is wanted, though only `small` is needed."""
        self._demand.asked()

    def picture(self) -> av.VideoFrame | None:
        """Return the picture; None if it cannot be decoded."""
        late, decoded = self.late, 0
        if late is not None:
            self.decoded, decoded = late()
            self.late = None  # which holds all packets from the key frame on
        if self.small is not None:
            decoded = 0  # not a cost of leaving out: it was decoded before, and then thinned
        self._demand.asked(decoded)
        return self.decoded
