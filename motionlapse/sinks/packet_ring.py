"""The last seconds of a stream as packets, for clips that begin before the motion."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from motionlapse.sinks.stretches import Stretch, Stretches


@dataclass(frozen=True, slots=True)
class RingPacket:
    """A packet and its place.

    Attributes
    ----------
    number
        Counts up, also over connections.
    stamp_s
        Its timestamp in seconds, on the connection's clock.
    stretch
        What it is part of.
    key
        True if decoding may begin with it.
    packet
        As the demuxer gave it.
    """

    number: int
    stamp_s: float
    stretch: Stretch
    key: bool
    packet: Any

    @property
    def time_s(self) -> float:
        """Its media time as far as that is known."""
        return self.stamp_s + self.stretch.offset_s


class PacketRing:
    """A ring of whole groups of pictures, bounded in seconds and in bytes.

    The thread that reads the stream fills it, the loop takes from it. A packet is of use as long as
    its stream is open: packets may only be touched inside `using`.

    Parameters
    ----------
    seconds
        How much is kept at least, where `size` allows; up to one group of pictures more is.
    size
        Most bytes.
    """

    def __init__(self, seconds: float, size: int) -> None:
        self._seconds = seconds
        self.most = size
        self._lock = threading.RLock()
        self._packets: deque[RingPacket] = deque()
        self._bytes = 0
        self._number = 0
        self._stream: Any = None
        self._stretches = Stretches()
        self._connection = 0

    # ---- for the thread that reads -------------------------------------------------------------

    def attach(self, stream: Any) -> None:
        """Begin with a connection's stream; what was there is of no use any more."""
        with self._lock:
            self._clear()
            self._stream, self._stretches = stream, Stretches()
            self._connection += 1

    def add(self, packet: Any, stamp_s: float) -> None:
        """Take the next packet in order of decoding."""
        with self._lock:
            self._number += 1
            stretch = self._stretches.of_next(stamp_s)
            item = RingPacket(self._number, stamp_s, stretch, packet.is_keyframe, packet)
            self._packets.append(item)
            self._bytes += packet.size
            self._trim(item.time_s)
            self._stretches.forget_before(self._packets[0].stretch if self._packets else stretch)

    def align(self, stamp_s: float, time_s: float) -> None:
        """Say which media time a timestamp of this connection stands for."""
        with self._lock:
            self._stretches.align(stamp_s, time_s)

    def detach(self) -> None:
        """End the connection: its packets must not be touched any more."""
        with self._lock:
            self._clear()
            self._stream = None

    # ---- for the loop --------------------------------------------------------------------------

    def hold(self, seconds: float, size: int) -> None:
        """Keep so much from now on; see the class."""
        with self._lock:
            self._seconds, self.most = seconds, size

    @contextmanager
    def using(self) -> Iterator[Any]:
        """Hold the stream open; gives it, or None if it is not open."""
        with self._lock:
            yield self._stream

    @property
    def connection(self) -> int:
        """The number of the connection."""
        return self._connection

    def from_key(self, time_s: float) -> list[RingPacket]:
        """Return the packets from the last key frame at or before a media time on.

        Where the ring does not reach so far back, from its first key frame on; none as long as
        nothing is known of media time.
        """
        packets = list(self._packets)
        keys = [place for place, item in enumerate(packets) if item.key]
        if not keys or not packets[0].stretch.known:
            return []
        before = [place for place in keys if packets[place].time_s <= time_s]
        return packets[before[-1] if before else keys[0] :]

    def after(self, number: int) -> list[RingPacket]:
        """Return the packets that came after one."""
        found = []
        for item in reversed(self._packets):
            if item.number <= number:
                break
            found.append(item)
        return found[::-1]

    # ---- bounds --------------------------------------------------------------------------------

    def _trim(self, newest_s: float) -> None:
        """Drop whole groups of pictures while those after them are enough, or all are too many."""
        while (second := self._second_key()) is not None:
            enough = newest_s - self._packets[second].time_s >= self._seconds
            if not enough and self._bytes <= self.most:
                return
            for _ in range(second):
                self._bytes -= self._packets.popleft().packet.size
        if self._bytes > self.most:  # one group alone is too much
            self._clear()

    def _second_key(self) -> int | None:
        for place, item in enumerate(self._packets):
            if place and item.key:
                return place
        return None

    def _clear(self) -> None:
        self._packets.clear()
        self._bytes = 0
