"""Which packets of a live stream are held back undecoded: times, sizes and verdicts, no pictures.

While nothing moves, only key frames are decoded. The packets between them are *held*: kept, but not
decoded. (Holding may also begin in the middle of a group of pictures, as soon as nothing has moved
for a while.) Held packets are decoded after all

* as soon as one is larger than those of quiet pictures, or several together are larger or smaller,
* if the key frame after them is not quiet: the loop then goes back over them (see
  `motionlapse.frames.Frame.calm`), so that motion which began between two key frames is found
  where it began, late by at most the time between them,
* when they span more than `LONGEST_S`; with key frames further apart nothing is held,
* when the loop is about to end.

Then all are decoded until nothing has moved for a while, except for what `LeavingOut` skips.

Nothing is held while an object stands in the scene that is not background yet. The background model
counts only a part of a long interval between two frames (see `motionlapse.background.gaussian`), so
from key frames alone the object would take far longer to be absorbed.

That packet sizes reveal motion is not taken for granted: for each event `SizeWitness` checks
whether they did. If not, nothing is held for minutes, and for longer if that happens often. If only
a key frame showed something, and no event came of it, the scene must be still for twice as long as
before until packets are held again. And one in `_SAMPLE` groups is decoded anyway, as a sample.
"""

from __future__ import annotations

import threading
from collections import deque

from motionlapse.sources.leaving_out import LeavingOut
from motionlapse.sources.quiet_sizes import CurrentGroup, Ended, QuietSizes
from motionlapse.sources.size_witness import SizeWitness
from motionlapse.sources.stillness import Stillness

LONGEST_S = 2.0
"""The longest time that held packets may span, in seconds of the stream."""

_LOOKS_S = 1.0  # the longest time between two frames that are analysed
_MOST_PACKETS = 400
_ROUNDING_S = 1e-3
_PATIENCE_S, _MOST_PATIENCE_S = 1.0, 640.0  # for so long nothing moves before any are held
_SAMPLE = 20  # one in this many groups that would be held is decoded
_NEAR_S = 0.25  # a key frame may come this much later than usual
_TOGETHER_S = 0.5  # about the length of the stretches whose mean packet size is compared


class Holding:
    """Decides which packets are held: the reading thread asks, and the loop reports what it saw.

    Attributes
    ----------
    allowed
        False while every picture is wanted.
    active
        True while the packets of the current group are held.
    held, released
        How many packets were held, and how many of them were decoded after all.
    leaving
        Decides which of the packets that are not held are skipped for good.
    """

    def __init__(self) -> None:
        self.allowed = False
        self.leaving = LeavingOut()
        self.held = self.released = 0
        self._lock = threading.Lock()
        self._offset_s = 0.0  # media time less timestamp
        self._patience_s = _PATIENCE_S
        self._witness = SizeWitness(LONGEST_S)
        self._quiet_groups = 0
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.active = False
        self._sizes = QuietSizes()
        self._group: CurrentGroup | None = None
        self._start_s = self._newest_s = 0.0
        self._held_since_s = self._stretch_s = 0.0
        self._held_packets = 0
        self._apart = True  # whether the current group is decoded to its end, whatever comes
        self._done: deque[Ended] = deque(maxlen=64)
        self._short = False  # whether the last group was short enough to be held to its end
        self._stillness = Stillness()
        self._in_vain = False  # something moves that only a key frame showed, and no event so far
        self._judged_s = float("-inf")
        self._standing = False
        self._witness.begin_anew()

    @property
    def spared(self) -> int:
        """How many packets have not been decoded so far."""
        return self.held - self.released + self.leaving.left_out

    # ---- for the thread that reads; times are timestamps ----------------------------------------

    def connect(self) -> None:
        """Begin a new connection: nothing is known of its packets yet."""
        with self._lock:
            self._begin_anew()
            self.leaving.connect()

    def align(self, stamp_s: float, time_s: float) -> None:
        """Note which media time a timestamp stands for."""
        self._offset_s = time_s - stamp_s

    def begin(self, stamp_s: float, *, closed: bool) -> bool:
        """Begin a group of pictures; return whether its packets are held.

        Parameters
        ----------
        stamp_s
            The timestamp of its key frame.
        closed
            Whether decoding can begin with that.
        """
        with self._lock:
            time_s, before_s = stamp_s + self._offset_s, self._start_s
            self._end_group(time_s)
            self._learn()
            self._group = CurrentGroup()
            self._start_s = self._newest_s = self._held_since_s = self._stretch_s = time_s
            self._held_packets = 0
            self._apart = not closed
            self.active = closed and self._may_hold(time_s, before_s) and not self._is_sample()
            return self.active

    def _end_group(self, time_s: float) -> None:
        if self._group is None:
            return
        lasted_s = time_s - self._start_s
        self._short = 0 < lasted_s <= LONGEST_S + _NEAR_S
        sizes = self._group.sizes
        if sizes is not None:
            self._done.append(Ended(self._start_s, time_s, sizes))
        if self.active:
            self._witness.spared(self._held_since_s, time_s)
        elif sizes is not None and self._sizes.is_unlike(sizes):
            self._witness.unlike(self._start_s, time_s)
        self._group = None

    def _learn(self) -> None:
        """Learn the sizes of groups and stretches in which, as is known by now, nothing moved."""
        # Not of the last moment: sizes may show motion that is only seen a little later.
        while self._done and self._done[0].end_s + _TOGETHER_S <= self._judged_s:
            done = self._done.popleft()
            if self._stillness.covers(done.start_s):
                self._sizes.learn(done.sizes)

    def _may_hold(self, time_s: float, before_s: float) -> bool:
        """Return whether holding may begin with a packet, given its time and that of one before."""
        return (
            self.allowed
            and self._judged_s >= before_s - _LOOKS_S  # the loop keeps up
            and self._sizes.known
            and self._short
            and not self._standing
            and self._stillness.lasts_s(self._judged_s) >= self._patience_s
            and time_s >= self._witness.blind_until_s
        )

    def _is_sample(self) -> bool:
        """Return whether the next group that might be held is decoded all the same."""
        self._quiet_groups += 1
        self._apart = self._quiet_groups % _SAMPLE == 0
        if self._apart:
            self._patience_s = max(self._patience_s / 2, _PATIENCE_S)
        return self._apart

    @property
    def may_join(self) -> bool:
        """True if holding may begin in the middle of the current group; see `join`."""
        relies = self._sizes.known and self._start_s >= self._witness.blind_until_s
        return self.allowed and self._short and relies and not self._apart

    def join(self, stamp_s: float) -> bool:
        """Begin to hold with the packet that was added last, if possible; return whether it is.

        All packets of the group before it have been decoded.
        """
        with self._lock:
            time_s = stamp_s + self._offset_s
            if self.active or self._apart or not self._may_hold(time_s, self._newest_s):
                return False
            self.active, self._held_since_s = True, time_s
            self.held += 1
            self._held_packets = 1
            return True

    def add(self, stamp_s: float, size: int) -> bool:
        """Take the next packet of the group; return whether it is held, like those before it.

        If not, the held packets must be decoded now, and no more are held in this group.
        """
        with self._lock:
            time_s = stamp_s + self._offset_s
            backward = time_s < self._newest_s
            self._newest_s = max(self._newest_s, time_s)
            unlike = self._sizes.is_large(size, backward=backward)
            if self._group is not None:
                unlike |= self._complete(self._group, size, time_s, backward=backward)
            if unlike:
                self._witness.unlike(time_s - _TOGETHER_S, time_s)
                self._apart = True
            if not self.active:
                return False
            self.held += 1
            self._held_packets += 1
            too_long = (
                time_s - self._start_s > LONGEST_S + _ROUNDING_S
                or self._held_packets > _MOST_PACKETS  # if their timestamps are wrong
            )
            calm = self.allowed and self._stillness.since_s is not None
            self.active = calm and not unlike and not too_long
            return self.active

    def _complete(self, group: CurrentGroup, size: int, time_s: float, *, backward: bool) -> bool:
        """Add a packet to its group; return whether it completes a stretch unlike quiet ones."""
        stretch = group.add(size, backward=backward)
        too_far_s = self._start_s + LONGEST_S + _NEAR_S  # for holding; a group may never end
        if stretch is None or time_s > too_far_s or group.packets > _MOST_PACKETS:
            return False
        self._done.append(Ended(self._stretch_s, time_s, stretch))
        self._stretch_s = time_s
        return self._sizes.is_unlike(stretch)

    def stays_held(self) -> bool:
        """Return whether packets that were held up to the end of their group may stay undecoded."""
        with self._lock:
            if self.active and self._group is not None:
                sizes = self._group.sizes
                unlike = sizes is not None and self._sizes.is_unlike(sizes)
                self.active = not unlike and self.allowed and self._stillness.since_s is not None
            return self.active

    def stop(self) -> None:
        """Hold no more packets of the current group."""
        with self._lock:
            self.active = False

    def release(self) -> None:
        """Note that all held packets of the current group have been decoded."""
        with self._lock:
            self.active = False
            self.released += self._held_packets
            self._held_packets = 0

    # ---- for any thread --------------------------------------------------------------------------

    @property
    def pending(self) -> bool:
        """True while packets are held, or are being decoded after all."""
        return self._held_packets > 0

    def decoded_late(self, packets: int) -> None:
        """Note that packets of a group which was held to its end are being decoded after all."""
        with self._lock:
            self.released += packets

    # ---- for the loop; times are media times -----------------------------------------------------

    def judged(
        self,
        time_s: float,
        *,
        calm: bool,
        still: bool = False,
        standing: bool = False,
        opened_s: float | None = None,
    ) -> None:
        """Take what was seen in a frame; frames come in order of time.

        Parameters
        ----------
        time_s
            Its media time.
        calm
            True if nothing moved in it, and no event is open or may be about to open.
        still
            True if nothing moved in it, whether or not an event is open.
        standing
            True if an object stood in it that is not background yet.
        opened_s
            The beginning of the event that opened with this frame, else None.
        """
        with self._lock:
            self._judged_s = max(self._judged_s, time_s)
            self._standing = standing
            if not calm:
                self._learn()  # from what came before this frame
                if self._stillness.since_s is not None and self._witness.spared_around(time_s):
                    self._in_vain = True
            elif self._in_vain:
                self._patience_s = min(2 * self._patience_s, _MOST_PATIENCE_S)
                self._in_vain = False
            self._in_vain &= opened_s is None
            self._stillness.take(time_s, still=still, calm=calm)
            if opened_s is not None and self._sizes.telling:
                self._witness.opened(opened_s)
            self._witness.judged(time_s)
