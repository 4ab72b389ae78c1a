"""Clips of a live stream: its packets, copied out of a ring."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path

from motionlapse.errors import SinkError
from motionlapse.frames import Frame
from motionlapse.sinks.packet_ring import PacketRing, RingPacket
from motionlapse.sinks.video_copy import PacketCopier, film_suffix


class PacketRecorder:
    """Copies packets out of a ring, from a key frame on, without encoding again.

    It is a `motionlapse.sinks.live_clips.Recorder`.

    Parameters
    ----------
    ring
        Filled by the stream's thread.
    """

    def __init__(self, ring: PacketRing) -> None:
        self._ring = ring
        self._copier: PacketCopier | None = None
        self._connection = 0
        self._last = 0
        self._waiting: deque[RingPacket] = deque()

    def see(self, frame: Frame) -> None:
        """Do nothing: packets come by themselves."""

    def begin(self, start_s: float, name: Callable[[float, str], Path]) -> tuple[Path, float]:
        """Begin a clip with the key frame before a media time; see `Recorder`."""
        with self._ring.using() as stream:
            stamp_s = self._ring.stamp(start_s)
            packets = [] if stamp_s is None else self._ring.from_key(stamp_s)
            if stream is None or not packets:
                raise SinkError("no clip: the stream has not brought a key frame yet")
            first_s = self._ring.time(packets[0].stamp_s)
            path = name(first_s, film_suffix(stream, growing=True))
            self._copier = PacketCopier(path, stream, growing=True)
            self._connection = self._ring.connection
            self._waiting = deque(packets)
            self._last = packets[-1].number
            return path, first_s

    def write(self, until_s: float) -> None:
        """Write the packets up to a media time; see `Recorder`."""
        if self._copier is None:
            return
        with self._ring.using() as stream:
            limit_s = self._ring.stamp(until_s)
            if stream is None or self._ring.connection != self._connection or limit_s is None:
                self._waiting.clear()
                return
            fresh = self._ring.after(self._last)
            if fresh:
                self._last = fresh[-1].number
                self._waiting.extend(fresh)
            # A long quiet end is held back as long as it is not too large.
            if sum(item.packet.size for item in self._waiting) > self._ring.most:
                limit_s = float("inf")
            while self._waiting and self._waiting[0].stamp_s <= limit_s:
                self._copier.write_video(self._waiting.popleft().packet)

    def end(self) -> None:
        """Finish the clip; see `Recorder`."""
        copier, self._copier = self._copier, None
        with self._ring.using():
            self._waiting.clear()
            if copier is not None:
                copier.close()
