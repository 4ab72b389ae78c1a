"""Finding the key frame from which decoding must begin in order to show a given time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import av.error
from av.container import InputContainer

# Transport streams have no index, and seeking in them may lead to a later place than the one asked
# for. Then places are tried that are earlier by these margins, and in the end the beginning.
_MARGINS_S = (0.0, 2.0, 10.0, 60.0)


class Place(NamedTuple):
    """Where to seek.

    Attributes
    ----------
    target
        The timestamp to seek.
    key
        The timestamp of the key frame that seeking it leads to.
    """

    target: int
    key: int


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A key frame whose place in the film is known.

    Attributes
    ----------
    pts
        Its timestamp, in ticks of the stream's time base.
    index
        How many frames are shown before it.
    """

    pts: int
    index: int


def leads_to(container: InputContainer, stream_index: int, pts: int) -> bool:
    """Return whether seeking to a key frame's timestamp leads to exactly that key frame.

    This moves the container's position, so nothing else should be read from it afterwards.
    """
    try:
        container.seek(pts, stream=container.streams[stream_index])
        packets = container.demux(container.streams[stream_index])
        first = next((packet for packet in packets if packet.pts is not None), None)
    except av.error.FFmpegError:
        return False
    return first is not None and first.is_keyframe and first.pts == pts


def find_key_frame(container: InputContainer, stream_index: int, wanted: int) -> Place | None:
    """Return the last key frame at or before a timestamp; None if the file cannot seek.

    Parameters
    ----------
    container
        An open container of its own: its position is moved.
    stream_index
        The stream's index in the container.
    wanted
        The timestamp, in ticks of the stream's time base.
    """
    stream = container.streams[stream_index]
    if stream.time_base is None:
        return None
    start = stream.start_time or 0
    margins = [int(margin_s / stream.time_base) for margin_s in _MARGINS_S]
    for target in sorted({max(start, wanted - margin) for margin in [*margins, wanted]})[::-1]:
        try:
            container.seek(target, stream=stream)
            packets = container.demux(stream)
            key = next((p.pts for p in packets if p.is_keyframe and p.pts is not None), None)
        except av.error.FFmpegError:
            return None
        if key is not None and key <= wanted:
            return Place(target, key)
    return None


def count_packets_before(container: InputContainer, stream_index: int, pts: int) -> int:
    """Return how many packets are shown before a timestamp.

    Packets are read without being decoded, tens of thousands a second.
    """
    count = 0
    for packet in container.demux(container.streams[stream_index]):
        if packet.pts is not None and packet.pts < pts:
            count += 1
        if packet.dts is not None and packet.dts > pts:
            break  # a packet is shown after it is decoded, so all that follow are shown later
    return count
