"""What a packet of H.264 or HEVC holds, told from the heads of its units, without decoding it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import av
from av.video.stream import VideoStream

from motionlapse.sources.fields import may_hold_fields

VideoPacket: TypeAlias = "av.Packet[VideoStream]"

_SEQUENCE = 7  # parameters of a sequence of H.264


@dataclass(frozen=True, slots=True)
class _Codec:
    """Kinds of units by number: ITU-T H.264 (2021), table 7-1; H.265 (2021), table 7-1."""

    shift: int
    mask: int
    length_at: int  # where in the header it stands how many bytes a unit's length takes
    parameters: frozenset[int]
    closed: frozenset[int]  # pictures before which nothing is referred to
    pictures: frozenset[int]  # these and all others


CODECS = {
    "h264": _Codec(0, 31, 4, frozenset({7, 8, 13}), frozenset({5}), frozenset(range(1, 6))),
    "hevc": _Codec(1, 63, 21, frozenset({32, 33, 34}), frozenset({19, 20}), frozenset(range(32))),
}
# Pictures of HEVC that a decoder leaves out where a film has been cut before them.
_SKIPPED = frozenset({8, 9})


class _Unit(NamedTuple):
    kind: int
    head: tuple[int, int]
    begin: int
    end: int


class Found(NamedTuple):
    """What a packet holds.

    Attributes
    ----------
    closed
        True if decoding can begin with it, where the stream's header has been read.
    disposable
        True if it holds a whole picture, to be shown, that no other refers to.
    """

    closed: bool = False
    disposable: bool = False


class Units:
    """Looks into the packets of a stream.

    Parameters
    ----------
    stream
        Of H.264 or HEVC, in a container that says how long each unit is (MP4, Matroska, …). Of
        others nothing is told.
    """

    def __init__(self, stream: VideoStream) -> None:
        context = stream.codec_context
        self._codec = CODECS.get(context.name)
        self._hevc = context.name == "hevc"
        header = context.extradata or b""
        self._length = 0
        self._highest = -1  # of the temporal layers, plus 1; H.264 does not count them so
        self._told: frozenset[bytes] | None = None  # the first parameters in packets
        self._fields = False
        if self._codec and len(header) > self._codec.length_at and header[0] == 1:
            told = header[self._codec.length_at]
            self._length = (told & 3) + 1
            self._highest = told >> 3 & 7 if self._hevc else -1
            self._fields = not self._hevc and any(map(may_hold_fields, sequences_in(header)))

    @property
    def tells(self) -> bool:
        """True as long as something is told; see `look`."""
        return self._length > 0

    def look(self, packet: VideoPacket) -> Found:
        """Look into the next packet, in the order of decoding.

        From one on that tells a decoder something new (parameters of another film that is glued
        to the first) nothing is told any more: who had not decoded it could not go on.
        """
        codec = self._codec
        if codec is None or not self._length:
            return Found()
        data = memoryview(packet)
        units = list(self._of(data))
        pictures = [unit for unit in units if unit.kind in codec.pictures]
        whole = bool(units) and units[-1].end == len(data)
        told = frozenset(
            bytes(data[unit.begin : unit.end])
            for unit in units
            if whole and unit.kind in codec.parameters  # else they may be noise
        )
        closed = bool(pictures) and pictures[0].kind in codec.closed
        self._learn(packet, told, closed=closed)
        if not pictures or not self._length:
            return Found()
        referred_to = self._fields or any(map(self._is_referred_to, pictures))
        return Found(
            closed=closed and bool(packet.is_keyframe) and told == self._told,
            disposable=not (packet.is_keyframe or packet.is_discard or referred_to),
        )

    def _learn(self, packet: VideoPacket, told: frozenset[bytes], *, closed: bool) -> None:
        if self._told is None and (told or closed):
            self._told = told
            if not self._hevc:
                sets = (unit[self._length :] for unit in told)
                self._fields |= any(may_hold_fields(s) for s in sets if s[0] & 31 == _SEQUENCE)
        if packet.has_sidedata("new_extradata") or not told <= (self._told or frozenset()):
            self._length = 0

    def _is_referred_to(self, unit: _Unit) -> bool:
        """Tell whether another picture may refer to a unit's.

        H.264, 7.4.1: not if `nal_ref_idc` is 0. H.265, 7.4.2.2: not to a sub-layer non-reference
        picture of the highest sub-layer that there is.
        """
        if not self._hevc:
            return unit.head[0] & 0x60 != 0
        layer = unit.head[1] & 7
        return (
            unit.kind >= 16
            or unit.kind % 2 == 1
            or unit.kind in _SKIPPED
            or (layer != self._highest)
        )

    def _of(self, data: memoryview) -> Iterator[_Unit]:
        """Yield the units of a packet's data."""
        codec, length, at = self._codec, self._length, 0
        while codec and at + length + 1 < len(data):
            end = at + length + int.from_bytes(data[at : at + length], "big")
            head = data[at + length], data[at + length + 1]
            yield _Unit(head[0] >> codec.shift & codec.mask, head, at, end)
            at = end


def sequences_in(header: bytes) -> Iterator[bytes]:
    """Yield the parameters of sequences in the header of H.264 (ISO/IEC 14496-15, 5.3.3.1).

    In one that is cut off before it says how many there are, there are none.
    """
    at = 6
    for _ in range(header[5] & 31 if len(header) > 5 else 0):
        end = at + 2 + int.from_bytes(header[at : at + 2], "big")
        yield header[at + 2 : end]
        at = end
