"""Where a film can be taken apart: key frames from which decoding can begin without what precedes.

That a packet is marked as a key frame is not enough: pictures after it may refer to pictures before
it (open groups, gradual refresh), and what a decoder must be told first may have been told there
alone. So the packets themselves are looked into.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from av.video.stream import VideoStream

from motionlapse.sources.decoding import Decoded
from motionlapse.sources.units import Units, VideoPacket

Item: TypeAlias = "VideoPacket | Decoded"

# Smaller groups are joined: beginning anew costs the decoder something.
_LEAST = 12


class Groups:
    """Numbers the groups of pictures of a film that can be decoded alone.

    Parameters
    ----------
    stream
        Of H.264 or HEVC, in a container that says how long each unit is (MP4, Matroska, …). All
        others are one group.
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
