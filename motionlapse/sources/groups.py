"""Closed groups of pictures: where a film can be split, because decoding can begin there.

It is not enough that a packet is marked as a key frame. Later pictures may refer to earlier ones
(open GOPs, gradual refresh), and parameter sets that the decoder needs may have come before. So the
packets themselves are looked into.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from av.video.stream import VideoStream

from motionlapse.sources.decoding import Decoded
from motionlapse.sources.units import Units, VideoPacket

Item: TypeAlias = "VideoPacket | Decoded"

_LEAST = 12  # packets; smaller groups are joined, because resetting a decoder costs time


class Groups:
    """Numbers the groups of pictures of a film that can be decoded on their own.

    Parameters
    ----------
    stream
        H.264 or HEVC in a container that states the length of each NAL unit (MP4, Matroska, …).
        Any other stream is one group.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._units = Units(stream)

    def numbered(self, packets: Iterable[Item]) -> Iterator[tuple[int, Item]]:
        """Yield each packet with the number of its group, from 0."""
        number = size = 0
        for packet in packets:
            closed = not isinstance(packet, Decoded) and self._units.look(packet).closed
            if closed and size >= _LEAST:
                number, size = number + 1, 0
            size += 1
            yield number, packet
