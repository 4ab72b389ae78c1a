"""Where a film can be taken apart: key frames from which decoding can begin without what precedes.

That a packet is marked as a key frame is not enough: pictures after it may refer to pictures before
it (open groups, gradual refresh), and what a decoder must be told first may have been told there
alone. So the packets themselves are looked into.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import av
from av.video.stream import VideoStream

from motionlapse.sources.decoding import Decoded

Item: TypeAlias = "av.Packet[VideoStream] | Decoded"

# Smaller groups are joined: beginning anew costs the decoder something.
_LEAST = 12


@dataclass(frozen=True, slots=True)
class _Units:
    """Kinds of units by number: ITU-T H.264 (2021), table 7-1; H.265 (2021), table 7-1."""

    shift: int
    mask: int
    length_at: int  # where in the header it stands how many bytes a unit's length takes
    parameters: frozenset[int]
    closed: frozenset[int]  # pictures before which nothing is referred to
    others: frozenset[int]  # all other pictures


_CODECS = {
    "h264": _Units(0, 31, 4, frozenset({7, 8, 13}), frozenset({5}), frozenset(range(1, 5))),
    "hevc": _Units(
        1, 63, 21, frozenset({32, 33, 34}), frozenset({19, 20}), frozenset({*range(32)} - {19, 20})
    ),
}


class Groups:
    """Numbers the groups of pictures of a film that can be decoded alone.

    Parameters
    ----------
    stream
        Of H.264 or HEVC, in a container that says how long each unit is (MP4, Matroska, …). All
        others are one group.
    """

    def __init__(self, stream: VideoStream) -> None:
        context = stream.codec_context
        self._units = _CODECS.get(context.name)
        header = context.extradata or b""
        self._length = 0
        if self._units and len(header) > self._units.length_at and header[0] == 1:
            self._length = (header[self._units.length_at] & 3) + 1
        self._parameters: bytes | None = None

    def numbered(self, packets: Iterable[Item]) -> Iterator[tuple[int, Item]]:
        """Yield each packet with the number of its group, from 0."""
        number = size = 0
        for packet in packets:
            if self._begins(packet) and size >= _LEAST:
                number, size = number + 1, 0
            size += 1
            yield number, packet

    def _begins(self, packet: Item) -> bool:
        """Tell whether decoding can begin here, with what the film's first group was told."""
        if not self._length or isinstance(packet, Decoded) or not packet.is_keyframe:
            return False
        told = self._told_before(bytes(packet))
        if self._parameters is None:
            self._parameters = told
        return told is not None and told == self._parameters

    def _told_before(self, data: bytes) -> bytes | None:
        """Return the parameter sets before a closed picture; None if the picture is another."""
        units, length, at, told = self._units, self._length, 0, b""
        while units and at + length < len(data):
            end = at + length + int.from_bytes(data[at : at + length], "big")
            kind = data[at + length] >> units.shift & units.mask
            if kind in units.closed:
                return told
            if kind in units.others:
                return None
            if kind in units.parameters:
                told += data[at:end]
            at = end
        return None
