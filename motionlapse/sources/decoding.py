"""From packets to pictures, with what goes wrong on the way."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count
from typing import NamedTuple

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from motionlapse.errors import why
from motionlapse.frames import Shrink
from motionlapse.sources.disposable import Demand, Disposable
from motionlapse.sources.late import LateDecoder, Passage
from motionlapse.sources.thinned import Picture, bytes_of, thin
from motionlapse.sources.units import Units, VideoPacket

# What is left out keeps the packets from the key frame on, and costs their decoding when it is
# wanted: with key frames farther apart nothing is left out.
_LONGEST_PASSAGE = 300
# Pictures of both standards wait for at most so many others. When as many have come in order of
# their timestamps these can be relied on, and nothing is left out before.
_DEEPEST = 16


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
    def nbytes(self) -> int:
        """How much memory they take."""
        return sum(map(bytes_of, self.frames))


def read_packets(container: InputContainer, stream: VideoStream) -> Iterator[VideoPacket | Decoded]:
    """Yield packets until the end of the file or the first fault of the container.

    The last one is empty, for which a decoder gives what it still holds; after a fault it is a
    `Decoded` that says so. So is one that the file ends within: of the picture in it a decoder, of
    MJPEG say, makes up the rest.
    """
    marks_joins = container.format.name == "mpegts"  # whole packets, before those of another file
    try:
        for packet in container.demux(stream):
            if not packet.is_corrupt or marks_joins:
                yield packet
                continue
            yield Decoded(None, ())  # first what the decoder holds: that is whole
            yield Decoded(None, (), broken=True)
    except (av.error.FFmpegError, OSError, IndexError) as error:
        # IndexError: damage that makes a stream appear in the middle of a file.
        yield Decoded(None, (), stopped=why(error))


class _Expected(NamedTuple):
    """A disposable picture that will be handed on, whatever becomes of it."""

    group: int
    pts: int
    number: int
    picture: Disposable


class PictureDecoder:
    """Decodes the packets of a stream, and leaves out disposable pictures while nobody wants them.

    Which pictures are handed on, and whether they are disposable, does not depend on what is left
    out: damage in a disposable picture is a matter of who asks for it, and it is handed on too.

    Parameters
    ----------
    stream
        The stream, its decoder set up.
    demand
        Whether they are wanted.
    late
        Decodes them after all; None: none is left out, nor thinned.
    shrink
        What is kept of pictures that are to be thinned; None: none is.
    in_order
        Whether timestamps are known to be good; else a few are looked at first.
    """

    def __init__(
        self,
        stream: VideoStream,
        demand: Demand,
        late: LateDecoder | None,
        shrink: Shrink | None = None,
        *,
        in_order: bool = False,
    ) -> None:
        self._context = stream.codec_context
        self._units = Units(stream)
        self._demand = demand
        self._late = late
        self._shrink = shrink
        self._thins = False
        self._passage: Passage | None = None
        self._passage_of: dict[int, Passage] = {}  # by group, while its pictures may be thinned
        self._group = 0
        self._group_of: dict[int, int] = {}  # by timestamp
        self._decoding: dict[int, Disposable] = {}  # given to the decoder, by timestamp
        self._expected: list[_Expected] = []  # a heap
        self._count = count()
        self._in_hand: deque[bool] = deque()  # packets that the decoder works on: whether expected
        self._last: int | None = None
        self._in_a_row = _DEEPEST + 1 if in_order else 0
        self._fell = False  # whether a timestamp was before the last one

    @property
    def can_thin(self) -> bool:
        """True if pictures may be thinned."""
        return self._shrink is not None

    def decode(self, packet: VideoPacket | Decoded, *, thins: bool = False) -> Decoded:
        """Decode a packet; what has been decoded stays as it is.

        Parameters
        ----------
        packet
            The next one.
        thins
            Whether what comes of it is to be thinned.
        """
        self._thins = thins
        if isinstance(packet, Decoded):
            return packet._replace(frames=self.rest().frames)
        if not packet.size:
            return self._given(packet.pts, packet)
        found, pts = self._units.look(packet), packet.pts
        self._begin(closed=found.closed)
        if pts is None or not found.disposable:
            self._keep(packet)
            return self._given(pts, packet)
        picture = Disposable(pts, self._demand)
        expected = self._passage is not None and self._in_a_row > _DEEPEST
        self._keep(packet, spare=expected)
        left_out = expected and self._leave_out(picture)
        if expected:
            place = _Expected(self._group, pts, next(self._count), picture)
            heapq.heappush(self._expected, place)
        if left_out:
            return Decoded(pts, ())
        self._decoding[pts] = picture
        return self._given(pts, packet, expected=expected)

    def rest(self) -> Decoded:
        """Return the pictures that the decoder still holds, and make it ready to begin anew."""
        try:
            return self._given(None, None)
        finally:
            self._context.flush_buffers()
            self._in_hand.clear()
            self._decoding.clear()
            self._group_of.clear()
            self._passage_of.clear()

    def _given(
        self, pts: int | None, packet: VideoPacket | None, *, expected: bool = False
    ) -> Decoded:
        last = packet is None or not packet.size
        if not last:
            self._in_hand.append(expected)
        if pts is not None:
            self._group_of[pts] = self._group
        try:
            frames = self._context.decode(packet)
        except av.error.FFmpegError:
            # Of a disposable picture nothing is lost but itself.
            alone = self._failed(last=last)
            self._passage_of.clear()  # what follows may look otherwise if it is decoded once more
            return Decoded(pts, self._in_order((), rest=last), broken=not alone)
        finally:
            if len(self._in_hand) >= self._context.thread_count:
                self._in_hand.popleft()
        return Decoded(pts, self._in_order(frames, rest=last))

    def _failed(self, *, last: bool) -> bool:
        """Tell whether what the decoder could not use is a picture that is expected.

        A decoder of n threads says with each packet what became of the one n - 1 packets before.
        """
        in_hand = self._in_hand
        if last:
            return bool(in_hand) and all(in_hand)
        return len(in_hand) >= self._context.thread_count and in_hand[0]

    def _begin(self, *, closed: bool) -> None:
        """Begin a group, and a passage, or end one that can go on no more."""
        if closed:
            self._forget()
            self._group += 1
        if closed and self._late is not None:
            self._passage = self._passage_of[self._group] = Passage()
        elif self._passage and (
            len(self._passage.packets) >= _LONGEST_PASSAGE
            # The late decoder, told of another header, could not go back to what came before it.
            or not self._units.tells
        ):
            self._passage = None
            self._passage_of.clear()

    def _forget(self) -> None:
        """Forget the groups of which the decoder holds no picture; it may hold many short ones."""
        most = self._context.thread_count + _DEEPEST
        self._group_of = dict(list(self._group_of.items())[-most:])
        held = set(self._group_of.values())
        self._passage_of = {g: p for g, p in self._passage_of.items() if g in held}

    def _leave_out(self, picture: Disposable) -> bool:
        if self._passage is None or self._late is None or not self._demand.is_low:
            return False
        if picture.pts in self._passage.ambiguous:
            return False
        picture.late = partial(self._late.picture, self._passage, picture.pts)
        return True

    def _keep(self, packet: VideoPacket, *, spare: bool = False) -> None:
        if self._passage is not None:
            self._passage.add(packet, spare=spare)

    def _in_order(self, frames: Sequence[Picture], *, rest: bool) -> list[Picture]:
        """Return pictures with those between them that were left out, or that could not be used."""
        merged: list[Picture] = []
        for frame in frames:
            pts = frame.pts
            if pts is None:
                merged.append(frame)
                continue
            group = self._group_of.pop(pts, self._group)
            merged += self._expected_before(group, pts)
            picture = self._decoding.pop(pts, None)
            if picture is not None and isinstance(frame, av.VideoFrame):
                picture.decoded = frame
                if self._expected and self._expected[0].picture is picture:
                    heapq.heappop(self._expected)
            rises = self._last is None or pts > self._last
            self._in_a_row = self._in_a_row + 1 if rises else 0
            self._fell |= not rises
            self._last = pts
            merged.append(self._to_wait(frame, picture, self._passage_of.get(group)))
        if rest:
            merged += self._expected_before(self._group + 1, 0)
        return merged

    def _to_wait(
        self, frame: Picture, disposable: Disposable | None, passage: Passage | None
    ) -> Picture:
        """Return a picture, thinned where it is to be and can be decoded once more.

        For that it needs a name, and where timestamps were once seen to fall, some that rise. Not
        to thin the first ones either made each decoder's pool of pictures twice as large for good.
        """
        if frame.is_corrupt:
            self._passage_of.clear()
            return disposable or frame
        named = passage is not None and frame.pts not in passage.ambiguous
        out_of_order = self._fell and self._in_a_row <= _DEEPEST
        if not self._thins or not named or out_of_order:
            return disposable or frame
        if passage and self._shrink and self._late and isinstance(frame, av.VideoFrame):
            return thin(frame, disposable, self._shrink, self._late, passage)
        return disposable or frame

    def _expected_before(self, group: int, pts: int) -> Iterator[Disposable]:
        """Yield what is expected and now cannot come any more."""
        while self._expected and self._expected[0][:2] < (group, pts):
            picture = heapq.heappop(self._expected).picture
            self._decoding.pop(picture.pts, None)
            yield picture
