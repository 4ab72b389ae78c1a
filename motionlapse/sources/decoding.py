"""From packets to pictures, with what goes wrong on the way."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count
from typing import NamedTuple

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from motionlapse.errors import why
from motionlapse.sources.disposable import Demand, Disposable, LateDecoder, Passage, Picture
from motionlapse.sources.units import Units, VideoPacket

# What is left out keeps the packets from the key frame on, and costs their decoding when it is
# wanted: with key frames farther apart nothing is left out.
_LONGEST_PASSAGE = 300


class Decoded(NamedTuple):
    """What became of a packet.

    Attributes
    ----------
    pts
        The timestamp of the packet; None where it has none.
    frames
        What the decoder gave for it: pictures of packets before it, in order of display; those
        that were left out stand among them.
    broken
        True if the decoder could not use it.
    stopped
        Why reading the file stops here, before its end; ``""`` where it does not.
    """

    pts: int | None
    frames: Sequence[Picture]
    broken: bool = False
    stopped: str = ""

    @property
    def pictures(self) -> int:
        """How many of them take memory."""
        return sum(isinstance(f, av.VideoFrame) or f.decoded is not None for f in self.frames)


def read_packets(container: InputContainer, stream: VideoStream) -> Iterator[VideoPacket | Decoded]:
    """Yield packets until the end of the file or the first fault of the container.

    The last one is empty, for which a decoder gives what it still holds; after a fault it is a
    `Decoded` that says so.
    """
    try:
        yield from container.demux(stream)
    except (av.error.FFmpegError, OSError, IndexError) as error:
        # IndexError: damage that makes a stream appear in the middle of a file.
        yield Decoded(None, (), stopped=why(error))


class PictureDecoder:
    """Decodes the packets of a stream, and leaves out disposable pictures while nobody wants them.

    Parameters
    ----------
    stream
        The stream, its decoder set up.
    demand
        Whether they are wanted.
    late
        Decodes them after all; None: none is left out.
    """

    def __init__(self, stream: VideoStream, demand: Demand, late: LateDecoder | None) -> None:
        self._context = stream.codec_context
        self._units = Units(stream)
        self._demand = demand
        self._late = late
        self._passage: Passage | None = None
        self._decoding: set[int] = set()  # disposable, and given to the decoder
        self._left_out: list[tuple[int, int, Disposable]] = []  # a heap: by timestamp, as they came
        self._count = count()

    def decode(self, packet: VideoPacket | Decoded) -> Decoded:
        """Decode a packet; what has been decoded stays as it is."""
        if isinstance(packet, Decoded):
            return packet._replace(frames=self._in_order(packet.frames, rest=True))
        if not packet.size:
            return self._given(packet.pts, packet)
        found, pts = self._units.look(packet), packet.pts
        self._add_to_passage(packet, closed=found.closed)
        if pts is not None and found.disposable:
            if self._leave_out(packet, pts):
                return Decoded(pts, ())
            self._decoding.add(pts)
        return self._given(pts, packet)

    def rest(self) -> Decoded:
        """Return the pictures that the decoder still holds, and make it ready to begin anew."""
        try:
            return self._given(None, None)
        finally:
            self._context.flush_buffers()

    def _given(self, pts: int | None, packet: VideoPacket | None) -> Decoded:
        last = packet is None or not packet.size
        try:
            frames = self._context.decode(packet)
        except av.error.FFmpegError:
            return Decoded(pts, self._in_order((), rest=last), broken=True)
        return Decoded(pts, self._in_order(frames, rest=last))

    def _add_to_passage(self, packet: VideoPacket, *, closed: bool) -> None:
        if self._late is None:
            return
        if closed:
            self._passage = Passage()
        elif self._passage and len(self._passage.packets) >= _LONGEST_PASSAGE:
            self._passage = None
        if self._passage:
            self._passage.packets.append(packet)

    def _leave_out(self, packet: VideoPacket, pts: int) -> bool:
        if self._passage is None or self._late is None or not self._demand.is_low:
            return False
        self._passage.left_out.add(pts)
        late = partial(self._late.picture, self._passage, pts)
        picture = Disposable(pts, self._demand, late=late)
        heapq.heappush(self._left_out, (pts, next(self._count), picture))
        return True

    def _in_order(self, frames: Sequence[Picture], *, rest: bool) -> list[Picture]:
        """Return pictures with those between them that were left out."""
        merged: list[Picture] = []
        for frame in frames:
            pts = frame.pts
            while pts is not None and self._left_out and self._left_out[0][0] < pts:
                merged.append(heapq.heappop(self._left_out)[-1])
            if isinstance(frame, av.VideoFrame) and pts in self._decoding:
                self._decoding.discard(pts)
                frame = Disposable(pts, self._demand, frame)
            merged.append(frame)
        while rest and self._left_out:
            merged.append(heapq.heappop(self._left_out)[-1])
        return merged
