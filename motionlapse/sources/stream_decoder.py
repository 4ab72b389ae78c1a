"""Decodes the packets of a live stream; those of a quiet scene are held undecoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias, cast

import av
import av.error
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from motionlapse.clock import Clock
from motionlapse.sources.closed_keys import is_closed
from motionlapse.sources.connection import Undecoded
from motionlapse.sources.held import HeldGroup, copy_of
from motionlapse.sources.holding import Holding
from motionlapse.sources.leaving_out import Disposables
from motionlapse.sources.units import VideoPacket


class Shown(NamedTuple):
    """A decoded picture; see `motionlapse.sources.connection.Picture` for the attributes."""

    frame: av.VideoFrame
    arrived_s: float | None = None
    in_turn: bool = False


Item: TypeAlias = "Shown | Undecoded | None"
"""What a packet leads to; None if it is held or left out."""

# Packets of a group that are kept, at most, so that holding may begin in the middle of it.
_MOST_KEPT = 400


class StreamDecoder:
    """Decodes the packets of one connection.

    Parameters
    ----------
    stream
        The stream, its decoder set up.
    clock
        Tells when packets arrive.
    holding
        Decides which packets are held; None to decode all.
    set_up
        Sets up another decoder like the stream's.
    on_damage
        Called for each packet that the decoder cannot use.
    """

    def __init__(
        self,
        stream: VideoStream,
        clock: Clock,
        holding: Holding | None,
        set_up: Callable[[VideoCodecContext], None],
        on_damage: Callable[[], None],
    ) -> None:
        self._context, self._time_base = stream.codec_context, stream.time_base
        self._clock = clock
        self._holding = holding
        self._set_up = set_up
        self._on_damage = on_damage
        self._header = bytes(stream.codec_context.extradata or b"")
        self._disposables = Disposables(self._context.name, self._header)
        self._group: HeldGroup | None = None
        # Decoded packets of the current group, in case holding begins in the middle of it, and the
        # newest picture that came of them.
        self._kept: list[VideoPacket] = []
        self._newest: av.VideoFrame | None = None
        self._key_arrived_s = 0.0
        self._shown_pts: int | None = None  # of a key frame that is shown, and may be decoded again
        self._key_pts: int | None = None  # of the last key frame, if decoding can begin with it
        self._leads = False  # whether pictures of the current group are shown before its key frame
        self._key_came: tuple[int, float] | None = None  # the last key frame's pts, and arrival
        self._lag_s = 0.0  # from the arrival of a key frame's packet to its picture
        if holding is not None:
            holding.connect()

    def take(self, packet: VideoPacket) -> Iterator[Item]:
        """Take the next packet, and yield what can be shown now."""
        holding, pts = self._holding, packet.pts
        if holding is None:
            yield from self._decoded(packet)
        elif pts is None or not packet.size or packet.has_sidedata("new_extradata"):
            yield from self.let_go()
            if packet.has_sidedata("new_extradata"):
                self._header = bytes(packet.get_sidedata("new_extradata"))
                self._disposables = Disposables(self._context.name, self._header)
            self._keep_no_more()
            yield from self._decoded(packet)
        elif packet.is_keyframe:
            yield from self._take_key(packet, pts, holding)
        elif self._group is None:
            yield from self._take_next(packet, pts, holding)
        else:
            if packet.is_corrupt:
                holding.stop()
            self._group.packets.append(copy_of(packet))
            if holding.add(float(pts * packet.time_base), packet.size):
                yield None
            else:
                yield from self.let_go()

    def _take_next(self, packet: VideoPacket, pts: int, holding: Holding) -> Iterator[Item]:
        """Take a packet after the key frame of a group that is not held, or not yet."""
        stamp_s = float(pts * packet.time_base)
        self._leads |= self._key_pts is not None and pts < self._key_pts
        holding.add(stamp_s, packet.size)
        if packet.is_corrupt or self._leads or len(self._kept) > _MOST_KEPT:
            self._keep_no_more()
        if self._kept and self._newest is not None and holding.join(stamp_s):
            another = partial(self._another, self._header)
            key_s = float((self._key_pts or 0) * packet.time_base)
            self._group = HeldGroup(self._kept, self._newest, key_s, self._key_arrived_s, another)
            self._keep_no_more()
            self._group.packets.append(copy_of(packet))
            yield None
        elif self._disposables.holds_one(packet) and holding.leaving.leave_out(stamp_s):
            yield None
        else:
            holding.leaving.decoded(stamp_s)
            if self._kept:
                self._kept.append(copy_of(packet))
            yield from self._decoded(packet)

    def _keep_no_more(self) -> None:
        self._kept, self._newest = [], None

    def let_go(self) -> Iterator[Shown]:
        """Decode all held packets now, and yield their pictures."""
        group, self._group = self._group, None
        if group is None or self._holding is None:
            return
        self._holding.stop()
        # If the key frame was decoded on its own, the decoder was reset and needs it again.
        for packet in group.packets[0 if self._shown_pts is not None else group.first :]:
            for frame in self._frames(packet):
                if frame.pts is not None:
                    stamp_s = float(frame.pts * packet.time_base)
                    yield Shown(frame, group.arrived_s(stamp_s), in_turn=True)
        self._holding.release()

    def _take_key(self, packet: VideoPacket, pts: int, holding: Holding) -> Iterator[Item]:
        """Take a key frame, which ends a group and begins the next one."""
        came_s, stamp_s = self._clock.monotonic(), float(pts * packet.time_base)
        data = bytes(packet)
        closed = is_closed(data, self._context.name, self._header)
        # If the group that begins is not closed, its pictures may refer to the held ones.
        if self._group is not None and closed and holding.stays_held():
            yield from self._hand_on_undecoded(self._group, packet)
            self._group = None
        yield from self.let_go()
        self._shown_pts = None
        self._keep_no_more()
        self._disposables.look_at(data)
        holding.leaving.decoded(stamp_s)
        # If the last group had leading pictures, which are shown before its key frame, the next may
        # have them too, and then its key frame cannot be shown at once.
        leads, self._leads = self._leads, False
        self._key_pts = pts if closed else None
        if not holding.begin(stamp_s, closed=closed and not leads and not packet.is_corrupt):
            self._key_came = pts, self._clock.monotonic()
            self._key_arrived_s = came_s + self._lag_s
            if closed and not packet.is_corrupt and holding.may_join:
                self._kept = [copy_of(packet)]
            yield from self._decoded(packet)
            return
        for frame in self._rest():
            yield Shown(frame, in_turn=True)  # several at once, of which none replaces another
        key, arrived_s = copy_of(packet), came_s + self._lag_s
        frames = [*self._frames(packet), *self._rest()]
        if frames:
            self._shown_pts = pts
            another = partial(self._another, self._header)  # which may have changed by then
            self._group = HeldGroup([key], frames[-1], stamp_s, arrived_s, another)
        if not frames or frames[-1].is_corrupt:
            holding.stop()
        yield None
        for frame in frames:
            yield Shown(frame, arrived_s, in_turn=True)

    def _decoded(self, packet: VideoPacket) -> Iterator[Shown]:
        for frame in self._frames(packet):
            if self._key_came and frame.pts == self._key_came[0]:
                self._lag_s = self._clock.monotonic() - self._key_came[1]
                self._key_came = None
            if frame.is_corrupt:
                self._keep_no_more()
            elif self._kept and frame.pts is not None and frame.pts >= (self._key_pts or 0):
                self._newest = frame  # pictures of the group before may still come after its packet
            yield Shown(frame)

    def _hand_on_undecoded(self, group: HeldGroup, packet: VideoPacket) -> Iterator[Item]:
        """Yield the pictures of a group that stays undecoded.

        If holding began in the middle of the group, the decoder may still have some pictures, which
        are shown after undecoded ones.
        """
        waiting = [
            Shown(frame, group.arrived_s(float(frame.pts * packet.time_base)), in_turn=True)
            for frame in (self._rest() if self._shown_pts is None else ())
            if frame.pts is not None
        ]
        for held in group.undecoded():
            while waiting and (waiting[0].frame.pts or 0) * packet.time_base < (held.pts_s or 0):
                yield waiting.pop(0)
            yield held
        yield from waiting

    def _frames(self, packet: VideoPacket | None) -> Sequence[av.VideoFrame]:
        try:
            frames = self._context.decode(packet)
        except av.error.FFmpegError:
            self._on_damage()
            self._keep_no_more()
            return ()
        for frame in frames:
            frame.time_base = self._time_base  # missing if decoded without a packet
        return [frame for frame in frames if frame.pts is None or frame.pts != self._shown_pts]

    def _rest(self) -> Sequence[av.VideoFrame]:
        """Return the pictures that the decoder still holds, and reset it."""
        try:
            return self._frames(None)
        finally:
            self._context.flush_buffers()

    def _another(self, header: bytes, packets: int) -> VideoCodecContext:
        """Return another decoder, for that many packets of a held group."""
        if self._holding is not None:
            self._holding.decoded_late(packets)
        context = cast("VideoCodecContext", CodecContext.create(self._context.name, "r"))
        context.extradata = header or None
        self._set_up(context)
        return context
