"""From packets to pictures, including what goes wrong on the way."""

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

# Packets. To decode a picture late, all packets from its key frame on must be kept and decoded; if
# key frames are further apart than this, nothing is left out.
_LONGEST_PASSAGE = 300
# A decoder of H.264 or HEVC reorders at most this many pictures. Once more than this have come in
# order of their timestamps, timestamps can be relied on; until then nothing is left out.
_DEEPEST = 16


class Decoded(NamedTuple):
    """What became of a packet.

    Attributes
    ----------
    pts
        The presentation timestamp of the packet; None if it has none.
    frames
        The pictures that the decoder returned for it or earlier packets, in order of display, with
        those that were left out among them.
    broken
        True if the decoder could not use the packet.
    stopped
        Why reading the file stops here, before its end; ``""`` if it does not.
    """

    pts: int | None
    frames: Sequence[Picture]
    broken: bool = False
    stopped: str = ""

    @property
    def nbytes(self) -> int:
        """How many bytes the pictures take."""
        return sum(map(bytes_of, self.frames))


def read_packets(container: InputContainer, stream: VideoStream) -> Iterator[VideoPacket | Decoded]:
    """Yield packets until the end of the file or the first fault of the container.

    The last packet is empty, so that the decoder returns the pictures that it still holds; after a
    fault it is a `Decoded` that says so. A packet that the end of the file cuts off is replaced by
    a `Decoded` that is broken: MJPEG's decoder, for one, would make up the rest of its picture.
    """
    # In transport streams that were joined, the whole packet before the join is marked as corrupt.
    marks_joins = container.format.name == "mpegts"
    try:
        for packet in container.demux(stream):
            if not packet.is_corrupt or marks_joins:
                yield packet
                continue
            yield Decoded(None, ())  # first the pictures that the decoder holds: they are whole
            yield Decoded(None, (), broken=True)
    except (av.error.FFmpegError, OSError, IndexError) as error:
        # IndexError: damage made a new stream appear in the middle of the file.
        yield Decoded(None, (), stopped=why(error))


class _Expected(NamedTuple):
    """A disposable picture that will be handed on, whatever becomes of it."""

    rank: tuple[int, int, int]  # number of the group, timestamp, serial number: order of display
    picture: Disposable


class PictureDecoder:
    """Decodes the packets of a stream, and leaves out disposable pictures while nobody wants them.

    The same pictures are handed on, and the same ones are disposable, whatever is left out. So a
    disposable picture that is damaged is handed on too: the damage shows when somebody asks for it.

    Parameters
    ----------
    stream
        The stream, its decoder set up.
    demand
        Whether disposable pictures are wanted.
    late
        Decodes pictures that were left out or thinned; if None, none are.
    shrink
        Makes the small copy that is kept of a thinned picture; if None, none are thinned.
    in_order
        Whether timestamps are known to be good; if not, the first few are checked.
    """

    def __init__(
        self,
        stream: VideoStream,
        demand: Demand,
        late: LateDecoder | None,
        shrink: Shrink | None,
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
        self._group = 0  # the number of the group of pictures
        self._group_of: dict[int, int] = {}  # by timestamp
        self._decoding: dict[int, Disposable] = {}  # given to the decoder, by timestamp
        self._expected: list[_Expected] = []  # a heap
        self._count = count()
        self._in_hand: deque[bool] = deque()  # for each packet being decoded: whether expected
        self._last: int | None = None  # the timestamp of the last picture
        self._in_a_row = _DEEPEST + 1 if in_order else 0  # pictures whose timestamps rose
        self._fell = False  # whether a timestamp was ever before the last one

    @property
    def can_thin(self) -> bool:
        """True if pictures may be thinned."""
        return self._shrink is not None

    def decode(self, packet: VideoPacket | Decoded, *, thins: bool) -> Decoded:
        """Decode the next item of `read_packets`; `thins` whether its pictures are to be thinned.

        A `Decoded` is returned, with the pictures that the decoder still holds.
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
            rank = self._group, pts, next(self._count)
            heapq.heappush(self._expected, _Expected(rank, picture))
        if left_out:
            return Decoded(pts, ())
        self._decoding[pts] = picture
        return self._given(pts, packet, expected=expected)

    def rest(self) -> Decoded:
        """Return the pictures that the decoder still holds, and reset it."""
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
            # If only a disposable picture is damaged, nothing else is lost.
            alone = self._only_expected_failed(last=last)
            self._passage_of.clear()  # decoded again, later pictures may look different
            return Decoded(pts, self._in_order((), rest=last), broken=not alone)
        finally:
            if len(self._in_hand) >= self._context.thread_count:
                self._in_hand.popleft()
        return Decoded(pts, self._in_order(frames, rest=last))

    def _only_expected_failed(self, *, last: bool) -> bool:
        """Return whether what the decoder could not use is an expected, so disposable, picture.

        A decoder with n frame threads reports an error n - 1 packets late.
        """
        in_hand = self._in_hand
        if last:
            return bool(in_hand) and all(in_hand)
        return len(in_hand) >= self._context.thread_count and in_hand[0]

    def _begin(self, *, closed: bool) -> None:
        """Begin a group and a passage at a closed key frame, or end a passage that cannot go on."""
        if closed:
            self._forget()
            self._group += 1
        if closed and self._late is not None:
            self._passage = self._passage_of[self._group] = Passage()
        elif self._passage and (
            len(self._passage.packets) >= _LONGEST_PASSAGE
            # After a new header, the late decoder could not go back to what was before it.
            or not self._units.tells
        ):
            self._passage = None
            self._passage_of.clear()

    def _forget(self) -> None:
        """Forget the groups of which the decoder holds no picture any more."""
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
        """Return the decoder's pictures, and among them the expected ones that it did not return.

        Those were left out, or could not be decoded. With `rest`, the decoder holds no more.
        """
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
            merged.append(self._thinned(frame, picture, self._passage_of.get(group)))
        if rest:
            merged += self._expected_before(self._group + 1, 0)
        return merged

    def _thinned(
        self, frame: Picture, disposable: Disposable | None, passage: Passage | None
    ) -> Picture:
        """Return a picture, thinned if it is to be and can be decoded again.

        That takes a timestamp that no other picture of the passage has and, if timestamps were once
        seen to fall, enough that have risen since. (Waiting for that at the beginning too made each
        decoder's pool of pictures twice as large for good.)
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
        """Yield the expected pictures that the decoder can no longer return."""
        while self._expected and self._expected[0].rank < (group, pts):
            picture = heapq.heappop(self._expected).picture
            self._decoding.pop(picture.pts, None)
            yield picture
