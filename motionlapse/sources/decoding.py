"""From packets to pictures, with what goes wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from motionlapse.errors import why


class Decoded(NamedTuple):
    """What became of a packet.

    Attributes
    ----------
    pts
        The timestamp of the packet; None where it has none.
    frames
        What the decoder gave for it: pictures of packets before it, in order of display.
    broken
        True if the decoder could not use it.
    stopped
        Why reading the file stops here, before its end; ``""`` where it does not.
    """

    pts: int | None
    frames: Sequence[av.VideoFrame]
    broken: bool = False
    stopped: str = ""


def read_packets(
    container: InputContainer, stream: VideoStream
) -> Iterator[av.Packet[VideoStream] | Decoded]:
    """Yield packets until the end of the file or the first fault of the container.

    The last one is empty, for which a decoder gives what it still holds; after a fault it is a
    `Decoded` that says so.
    """
    try:
        yield from container.demux(stream)
    except (av.error.FFmpegError, OSError, IndexError) as error:
        # IndexError: damage that makes a stream appear in the middle of a file.
        yield Decoded(None, (), stopped=why(error))


def decode(packet: av.Packet[VideoStream] | Decoded) -> Decoded:
    """Decode a packet; what has been decoded stays as it is."""
    if isinstance(packet, Decoded):
        return packet
    try:
        return Decoded(packet.pts, packet.decode())
    except av.error.FFmpegError:
        return Decoded(packet.pts, (), broken=True)
