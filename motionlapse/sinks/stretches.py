"""Media times of a stream's packets, whose timestamps may jump in the middle of a connection.

A transmitter that was set anew, or a film that is sent again and again, has timestamps that go
back or far ahead while pictures come as before. Between two jumps one offset leads from timestamps
to media time. The source tells the media time of each picture that was decoded, which may be before
its packet comes here or seconds after.
"""

from __future__ import annotations

from dataclasses import dataclass

# What was no jump, as where packets were lost, begins a stretch with the same offset: no harm.
_JUMP_S = 1.0
# As in `motionlapse.sources.stream_clock`: by less the offset moves on within a stretch.
_MOVES_S = 2.0
_USUAL_S = 0.04  # between two packets, until something is known of those after a jump


@dataclass(slots=True, eq=False)
class Stretch:
    """Packets whose timestamps go on without a jump.

    Attributes
    ----------
    offset_s
        Media time less timestamp; a guess unless `known`.
    known
        Whether a picture of it has told the offset.
    first_s, last_s
        The timestamps of the first packet and the newest.
    low_s, high_s
        The lowest and the highest timestamp.
    """

    offset_s: float
    known: bool
    first_s: float
    last_s: float
    low_s: float
    high_s: float

    def take(self, stamp_s: float) -> None:
        """Take the next packet."""
        self.last_s = stamp_s
        self.low_s, self.high_s = min(self.low_s, stamp_s), max(self.high_s, stamp_s)

    def may_hold(self, stamp_s: float, time_s: float) -> bool:
        """Tell whether a picture may be of this stretch."""
        near = self.low_s - _JUMP_S <= stamp_s <= self.high_s + _JUMP_S
        return near and (not self.known or abs(time_s - stamp_s - self.offset_s) <= _MOVES_S)

    def follow(self, before: Stretch) -> None:
        """Guess the offset: it goes on where the stretch before ends."""
        self.offset_s = before.last_s + before.offset_s + _USUAL_S - self.first_s

    def lead(self, after: Stretch) -> None:
        """Know the offset from the stretch after: it ends where that begins."""
        self.offset_s = after.first_s + after.offset_s - _USUAL_S - self.last_s
        self.known = True


class Stretches:
    """The stretches of a connection, from old to new."""

    def __init__(self) -> None:
        self._all: list[Stretch] = []
        self._ahead: tuple[float, float] | None = None

    def of_next(self, stamp_s: float) -> Stretch:
        """Return the stretch of the packet that comes next.

        Parameters
        ----------
        stamp_s
            Its timestamp; packets come in the order of decoding.
        """
        ahead, self._ahead = self._ahead, None
        told = ahead is not None and abs(ahead[0] - stamp_s) <= _JUMP_S
        if self._all and not told and abs(stamp_s - self._all[-1].last_s) <= _JUMP_S:
            self._all[-1].take(stamp_s)
            return self._all[-1]
        stretch = Stretch(0.0, False, stamp_s, stamp_s, stamp_s, stamp_s)
        if self._all:
            stretch.follow(self._all[-1])
        self._all.append(stretch)
        if told and ahead is not None:
            self._know(len(self._all) - 1, ahead[1] - ahead[0])
        return stretch

    def align(self, stamp_s: float, time_s: float) -> None:
        """Take the media time of a picture."""
        self._ahead = None
        for place in reversed(range(len(self._all))):
            if self._all[place].may_hold(stamp_s, time_s):
                self._know(place, time_s - stamp_s)
                return
        self._ahead = (stamp_s, time_s)  # of a packet that is still to come

    def forget_before(self, oldest: Stretch) -> None:
        """Forget stretches of which no packet is left."""
        while self._all[0] is not oldest and self._all[0] is not self._all[-1]:
            del self._all[0]

    def _know(self, place: int, offset_s: float) -> None:
        self._all[place].offset_s, self._all[place].known = offset_s, True
        for before in reversed(range(place)):
            if self._all[before].known:
                break
            self._all[before].lead(self._all[before + 1])
        for after in range(place + 1, len(self._all)):
            if self._all[after].known:
                break
            self._all[after].follow(self._all[after - 1])
