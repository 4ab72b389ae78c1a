"""What a packet of H.264 or HEVC holds, told from the heads of its units, without decoding it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import av
from av.video.stream import VideoStream

VideoPacket: TypeAlias = "av.Packet[VideoStream]"


@dataclass(frozen=True, slots=True)
class _Codec:
    """Kinds of units by number: ITU-T H.264 (2021), table 7-1; H.265 (2021), table 7-1."""

    shift: int
    mask: int
    length_at: int  # where in the header it stands how many bytes a unit's length takes
    parameters: frozenset[int]
    closed: frozenset[int]  # pictures before which nothing is referred to
    others: frozenset[int]  # all other pictures


_CODECS = {
    "h264": _Codec(0, 31, 4, frozenset({7, 8, 13}), frozenset({5}), frozenset(range(1, 5))),
    "hevc": _Codec(
        1, 63, 21, frozenset({32, 33, 34}), frozenset({19, 20}), frozenset({*range(32)} - {19, 20})
    ),
}


class _Unit(NamedTuple):
    kind: int
    head: tuple[int, int]
    begin: int
    end: int


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
        self._codec = _CODECS.get(context.name)
        header = context.extradata or b""
        self._length = 0
        self._highest = -1  # of the temporal layers, plus 1; H.264 does not count them so
        if self._codec and len(header) > self._codec.length_at and header[0] == 1:
            told = header[self._codec.length_at]
            self._length = (told & 3) + 1
            self._highest = told >> 3 & 7 if context.name == "hevc" else -1

    def parameters_of(self, packet: VideoPacket) -> bytes | None:
        """Return the parameter sets before a closed picture; None if it is another, or unknown."""
        codec, told = self._codec, b""
        if codec is None:
            return None
        data = bytes(packet)
        for unit in self._of(data):
            if unit.kind in codec.closed:
                return told
            if unit.kind in codec.others:
                return None
            if unit.kind in codec.parameters:
                told += data[unit.begin : unit.end]
        return None

    def is_closed(self, packet: VideoPacket) -> bool:
        """Tell whether decoding can begin with a packet."""
        return bool(packet.is_keyframe) and self.parameters_of(packet) is not None

    def is_disposable(self, packet: VideoPacket) -> bool:
        """Tell whether no other picture refers to a packet's picture.

        H.264, 7.4.1: `nal_ref_idc` is 0. H.265, 7.4.2.2: a sub-layer non-reference picture of the
        highest sub-layer that there is.
        """
        codec = self._codec
        if codec is None or packet.is_keyframe:
            return False
        pictures = codec.closed | codec.others
        units = [unit for unit in self._of(memoryview(packet)) if unit.kind in pictures]
        return bool(units) and not any(map(self._is_referred_to, units))

    def _is_referred_to(self, unit: _Unit) -> bool:
        if self._highest < 0:
            return unit.head[0] & 0x60 != 0
        return unit.kind >= 16 or unit.kind % 2 == 1 or unit.head[1] & 7 != self._highest

    def _of(self, data: bytes | memoryview) -> Iterator[_Unit]:
        """Yield the units of a packet's data."""
        codec, length, at = self._codec, self._length, 0
        while codec and length and at + length + 1 < len(data):
            end = at + length + int.from_bytes(data[at : at + length], "big")
            head = data[at + length], data[at + length + 1]
            yield _Unit(head[0] >> codec.shift & codec.mask, head, at, end)
            at = end
