"""Clips of a live stream: its packets, copied out of a ring."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from motionlapse.errors import SinkError
from motionlapse.frames import Frame
from motionlapse.sinks.packet_ring import PacketRing, RingPacket
from motionlapse.sinks.stretches import Stretch
from motionlapse.sinks.video_copy import PacketCopier, film_suffix

_USUAL_S = 0.04  # between two packets, until two have come
_TICKS = 90_000  # a second


class PacketRecorder:
    """Copies packets out of a ring, from a key frame on, without encoding again.

    It is a `motionlapse.sinks.live_clips.Recorder`. Where timestamps jump in the middle of a clip,
    its times go on as media time does.

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
        self._stretch: Stretch | None = None  # of the last packet that was written
        self._shift_s = 0.0
        self._decoded_s, self._step_s = 0.0, _USUAL_S

    def see(self, frame: Frame) -> None:
        """Do nothing: packets come by themselves."""

    def begin(self, start_s: float, name: Callable[[float, str], Path]) -> tuple[Path, float]:
        """Begin a clip with the key frame before a media time; see `Recorder`."""
        with self._ring.using() as stream:
            packets = self._ring.from_key(start_s)
            if stream is None or not packets:
                raise SinkError("no clip: the stream has not sent a key frame yet")
            first_s = packets[0].time_s
            path = name(first_s, film_suffix(stream, growing=True))
            self._copier = PacketCopier(path, stream, growing=True)
            self._connection = self._ring.connection
            self._waiting = deque(packets)
            self._last = packets[-1].number
            self._stretch, self._shift_s, self._step_s = None, 0.0, _USUAL_S
            return path, first_s

    def write(self, until_s: float) -> None:
        """Write the packets up to a media time; see `Recorder`."""
        if self._copier is None:
            return
        with self._ring.using() as stream:
            if stream is None or self._ring.connection != self._connection:
                self._waiting.clear()
                return
            fresh = self._ring.after(self._last)
            if fresh:
                self._last = fresh[-1].number
                self._waiting.extend(fresh)
            # A long quiet end is held back as long as it is not too large.
            too_large = sum(item.packet.size for item in self._waiting) > self._ring.most
            while self._waiting and (too_large or _is_due(self._waiting[0], until_s)):
                self._copy(self._waiting.popleft(), self._copier)

    def end(self) -> None:
        """Finish the clip; see `Recorder`."""
        copier, self._copier = self._copier, None
        with self._ring.using():
            self._waiting.clear()
            if copier is not None:
                copier.close()

    def _copy(self, item: RingPacket, copier: PacketCopier) -> None:
        packet, before = item.packet, self._stretch
        ticks = packet.pts if packet.dts is None else packet.dts
        decoded_s = float(ticks * packet.time_base) + self._shift_s
        if before is None:
            self._stretch = item.stretch
        elif before is not item.stretch:
            later_s = item.stretch.offset_s - before.offset_s
            # Media time has the network's jitter just here, and no packet may come before another.
            later_s = max(later_s, self._decoded_s + self._step_s - decoded_s)
            self._stretch, self._shift_s = item.stretch, self._shift_s + later_s
            decoded_s += later_s
        elif decoded_s > self._decoded_s:
            self._step_s = decoded_s - self._decoded_s
        self._decoded_s = decoded_s
        copier.write_video(packet, Fraction(round(self._shift_s * _TICKS), _TICKS))


def _is_due(item: RingPacket, until_s: float) -> bool:
    """Tell whether a packet is written; of those after a jump a picture tells first when it was."""
    return item.stretch.known and item.time_s <= until_s
