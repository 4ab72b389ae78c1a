"""What a packet of H.264 or HEVC contains, read from its NAL unit headers without decoding it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import av
from av.video.stream import VideoStream

from motionlapse.sources.fields import may_hold_fields

VideoPacket: TypeAlias = "av.Packet[VideoStream]"

_SEQUENCE = 7  # H.264's sequence parameter set


@dataclass(frozen=True, slots=True)
class _Codec:
    """The NAL unit types of a codec: ITU-T H.264 (2021), table 7-1; H.265 (2021), table 7-1."""

    shift: int
    mask: int
    length_at: int  # where the stream's header says how many bytes a unit's length takes
    parameters: frozenset[int]  # parameter sets
    closed: frozenset[int]  # IDR pictures: no later picture refers to an earlier one
    pictures: frozenset[int]  # all pictures


CODECS = {
    "h264": _Codec(0, 31, 4, frozenset({7, 8, 13}), frozenset({5}), frozenset(range(1, 6))),
    "hevc": _Codec(1, 63, 21, frozenset({32, 33, 34}), frozenset({19, 20}), frozenset(range(32))),
}
# RASL pictures of HEVC: a decoder that begins at the key frame before them skips them.
_SKIPPED = frozenset({8, 9})


class _Unit(NamedTuple):
    kind: int
    head: tuple[int, int]
    begin: int
    end: int


class Found(NamedTuple):
    """What a packet contains.

    Attributes
    ----------
    closed
        True if decoding can begin with it, given the stream's header.
    disposable
        True if it holds a whole picture, to be shown, that no other picture refers to.
    """

    closed: bool = False
    disposable: bool = False


class Units:
    """Looks into the packets of a stream.

    Parameters
    ----------
    stream
        H.264 or HEVC in a container that states the length of each NAL unit (MP4, Matroska, …).
        Nothing is found in the packets of any other stream.
    """

    def __init__(self, stream: VideoStream) -> None:
        context = stream.codec_context
        self._codec = CODECS.get(context.name)
        self._hevc = context.name == "hevc"
        header = context.extradata or b""
        self._length = 0  # bytes of a unit's length; 0 if nothing is to be found
        self._highest = -1  # HEVC's temporal ids are coded plus 1: that of the highest sub-layer
        self._parameters: frozenset[bytes] | None = None  # the first parameter sets in packets
        self._fields = False  # whether pictures may be single fields
        if self._codec and len(header) > self._codec.length_at and header[0] == 1:
            lengths = header[self._codec.length_at]
            self._length = (lengths & 3) + 1
            self._highest = lengths >> 3 & 7 if self._hevc else -1
            self._fields = not self._hevc and any(map(may_hold_fields, sequences_in(header)))

    @property
    def tells(self) -> bool:
        """True as long as `look` can find something."""
        return self._length > 0

    def look(self, packet: VideoPacket) -> Found:
        """Look into the next packet; packets come in the order of decoding.

        Once a packet brings new parameter sets (those of another film that was joined to the
        first), nothing is found any more: a decoder that has not seen that packet could not decode
        the ones after it.
        """
        codec = self._codec
        if codec is None or not self._length:
            return Found()
        data = memoryview(packet)
        units = list(self._of(data))
        pictures = [unit for unit in units if unit.kind in codec.pictures]
        whole = bool(units) and units[-1].end == len(data)
        parameters = frozenset(
            bytes(data[unit.begin : unit.end])
            for unit in units
            if whole and unit.kind in codec.parameters  # in a broken packet they may be noise
        )
        closed = bool(pictures) and pictures[0].kind in codec.closed
        self._learn(packet, parameters, closed=closed)
        if not pictures or not self._length:
            return Found()
        referred_to = self._fields or any(map(self._is_referred_to, pictures))
        return Found(
            closed=closed and bool(packet.is_keyframe) and parameters == self._parameters,
            disposable=not (packet.is_keyframe or packet.is_discard or referred_to),
        )

    def _learn(self, packet: VideoPacket, parameters: frozenset[bytes], *, closed: bool) -> None:
        """Remember the first parameter sets, and stop looking once there are others."""
        if self._parameters is None and (parameters or closed):
            self._parameters = parameters
            if not self._hevc:
                sets = (unit[self._length :] for unit in parameters)
                self._fields |= any(may_hold_fields(s) for s in sets if s[0] & 31 == _SEQUENCE)
        known = self._parameters or frozenset()
        if packet.has_sidedata("new_extradata") or not parameters <= known:
            self._length = 0

    def _is_referred_to(self, unit: _Unit) -> bool:
        """Return whether another picture may refer to the picture of a unit.

        None may if `nal_ref_idc` is 0 (H.264, 7.4.1), or if it is a sub-layer non-reference picture
        of the highest sub-layer (H.265, 7.4.2.2).
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
    """Yield the sequence parameter sets in a header of H.264 (ISO/IEC 14496-15, 5.3.3.1).

    A header that is cut off before it says how many there are has none.
    """
    at = 6
    for _ in range(header[5] & 31 if len(header) > 5 else 0):
        end = at + 2 + int.from_bytes(header[at : at + 2], "big")
        yield header[at + 2 : end]
        at = end
