"""Whether packets of a live stream are held undecoded: times, sizes and verdicts, no pictures.

While nothing moves, only key frames are decoded, and the packets between them are held, at first
those from the moment on at which nothing has moved for a while. They are decoded after all

* as soon as one is larger than those of quiet pictures are, or some together are larger or smaller,
* when what is seen in the key frame after them is not quiet: whoever looks then goes back over
  them (`motionlapse.frames.Frame.calm`), so that what began between two key frames is found where
  it began, late by at most the time between them,
* when they reach over more than `LONGEST_S`. With key frames farther apart none are held,
* when whoever looks is about to end.

None are held while something stands there that is no background yet: a key frame counts for little
of the time since the last one (see `motionlapse.background.gaussian`), so it would take far longer
to become background than where all is decoded.

Then all are decoded until nothing has moved for a while, but for what `LeavingOut` says. That sizes
tell of motion is not taken for granted: each event is asked whether its packets told of it (see
`SizeWitness`). If not, none are held for minutes, and for longer where that comes often. If
something stirs that becomes no event and was seen in a key frame alone, none are held for seconds,
twice as long each time. And now and then a group that would have been held is decoded as a sample.
"""

from __future__ import annotations

import threading
from collections import deque

from motionlapse.sources.leaving_out import LeavingOut
from motionlapse.sources.quiet_sizes import Ended, GroupInHand, QuietSizes
from motionlapse.sources.size_witness import SizeWitness
from motionlapse.sources.stillness import Stillness

LONGEST_S = 2.0
"""For how long packets are held at most, in seconds of the stream."""

_LOOKS_S = 1.0  # the longest time between two frames that are looked at
_MOST_PACKETS = 400
_ROUNDING_S = 1e-3
_PATIENCE_S, _MOST_PATIENCE_S = 1.0, 640.0  # nothing has moved for so long before any are held
_SAMPLE = 20  # of so many groups that would be held one is decoded
_NEAR_S = 0.25  # key frames may come so much later than usual
_TOGETHER_S = 0.5  # about as long as what a mean is taken of


class Holding:
    """Decides; the thread that reads asks, and the loop tells what it saw.

    Attributes
    ----------
    allowed
        False while somebody wants all pictures.
    active
        True while the packets of the group in hand are held.
    held, released
        How many packets were held, and how many of them were decoded after all.
    leaving
        Decides what is left out of what is not held.
    """

    def __init__(self) -> None:
        self.allowed = False
        self.leaving = LeavingOut()
        self.held = self.released = 0
        self._lock = threading.Lock()
        self._offset_s = 0.0  # from timestamps to media time
        self._patience_s = _PATIENCE_S
        self._witness = SizeWitness(LONGEST_S)
        self._quiet_groups = 0
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.active = False
        self._sizes = QuietSizes()
        self._group: GroupInHand | None = None
        self._start_s = self._newest_s = 0.0
        self._held_since_s = self._stretch_s = 0.0
        self._held_packets = 0
        self._apart = True  # whether the group in hand is to be decoded to its end
        self._done: deque[Ended] = deque(maxlen=64)
        self._short = False  # whether the last group could have been held to its end
        self._stillness = Stillness()
        self._in_vain = False  # something stirs that a key frame alone showed, no event so far
        self._judged_s = float("-inf")
        self._standing = False
        self._witness.begin_anew()

    @property
    def spared(self) -> int:
        """How many packets were never decoded."""
        return self.held - self.released + self.leaving.left_out

    # ---- for the thread that reads; times are timestamps ----------------------------------------

    def connect(self) -> None:
        """Begin with a connection: nothing is known of its packets."""
        with self._lock:
            self._begin_anew()
            self.leaving.connect()

    def align(self, stamp_s: float, time_s: float) -> None:
        """Take note of which media time a timestamp stands for."""
        self._offset_s = time_s - stamp_s

    def begin(self, stamp_s: float, *, closed: bool) -> bool:
        """Begin a group with its key frame; tell whether its packets are held.

        Parameters
        ----------
        stamp_s
            Of the key frame.
        closed
            True if decoding can begin with it.
        """
        with self._lock:
            time_s, before_s = stamp_s + self._offset_s, self._start_s
            self._end_group(time_s)
            self._learn()
            self._group = GroupInHand()
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
        """Learn from what it is known of by now that nothing moved in it."""
        # Sizes may tell of what is seen a moment later.
        while self._done and self._done[0].end_s + _TOGETHER_S <= self._judged_s:
            done = self._done.popleft()
            if self._stillness.covers(done.start_s):
                self._sizes.learn(done.sizes)

    def _may_hold(self, time_s: float, before_s: float) -> bool:
        """Tell whether a group may be held, given when its key frame and the one before came."""
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
        """Tell whether the next group that might be held is decoded all the same."""
        self._quiet_groups += 1
        self._apart = self._quiet_groups % _SAMPLE == 0
        if self._apart:
            self._patience_s = max(self._patience_s / 2, _PATIENCE_S)
        return self._apart

    @property
    def may_join(self) -> bool:
        """True if holding may begin in the middle of the group in hand; see `join`."""
        relies = self._sizes.known and self._start_s >= self._witness.blind_until_s
        return self.allowed and self._short and relies and not self._apart

    def join(self, stamp_s: float) -> bool:
        """Begin to hold with the packet that was added last; tell whether it is held.

        All of the group up to it have been decoded.
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
        """Take the next packet of the group; tell whether it may be held, and those before it.

        If not, those that were held must be decoded now, and none more are held in this group.
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
                or self._held_packets > _MOST_PACKETS  # their times say nothing
            )
            calm = self.allowed and self._stillness.since_s is not None
            self.active = calm and not unlike and not too_long
            return self.active

    def _complete(self, group: GroupInHand, size: int, time_s: float, *, backward: bool) -> bool:
        """Take a packet into its group; tell whether it completes a stretch unlike quiet ones."""
        stretch = group.add(size, backward=backward)
        too_far_s = self._start_s + LONGEST_S + _NEAR_S  # to be held; a group may never end
        if stretch is None or time_s > too_far_s or group.packets > _MOST_PACKETS:
            return False
        self._done.append(Ended(self._stretch_s, time_s, stretch))
        self._stretch_s = time_s
        return self._sizes.is_unlike(stretch)

    def stays_held(self) -> bool:
        """Tell, of the packets that were held up to the group's end, whether they still may be."""
        with self._lock:
            if self.active and self._group is not None:
                sizes = self._group.sizes
                unlike = sizes is not None and self._sizes.is_unlike(sizes)
                self.active = not unlike and self.allowed and self._stillness.since_s is not None
            return self.active

    def stop(self) -> None:
        """Hold no more packets of this group."""
        with self._lock:
            self.active = False

    def release(self) -> None:
        """Take note that all packets of this group that were held have been decoded."""
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
        """Take note that so many packets of a group that was held to its end are decoded."""
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
        """Take what was seen in a frame, in the order of times.

        Parameters
        ----------
        time_s
            Its media time.
        calm
            True if nothing stirred in it, and no event is open or may be about to open.
        still
            True if nothing stirred in it, whatever is open.
        standing
            True if something stood in it that is no background.
        opened_s
            Where an event begins that has opened with it, else None.
        """
        with self._lock:
            self._judged_s = max(self._judged_s, time_s)
            self._standing = standing
            if not calm:
                self._learn()  # of what was before it
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
