"""Finds key frames of live streams with which decoding can begin: those of closed GOPs.

It is not enough that a packet is marked as a key frame: later pictures may refer to earlier ones.
Streams may separate NAL units by start codes; `motionlapse.sources.units` is for films, whose
containers state the length of each unit.
"""

from __future__ import annotations

from collections.abc import Iterator

from motionlapse.sources.units import CODECS

_START_CODE = b"\0\0\1"


def size_of_lengths(header: bytes, length_at: int) -> int:
    """Return how many bytes a NAL unit's length takes; 0 if units are separated by start codes.

    Parameters
    ----------
    header
        The stream's. It begins with 1 if each unit is preceded by its length (ISO/IEC 14496-15),
        and not with start codes (annex B of ITU-T H.264 and H.265).
    length_at
        The place in it that says how many bytes a length takes.
    """
    if header[:1] == b"\1" and len(header) > length_at:
        return (header[length_at] & 3) + 1
    return 0


def unit_starts(data: bytes, length: int) -> Iterator[int]:
    """Yield the places in a packet at which NAL units begin, after their start codes or lengths.

    Parameters
    ----------
    data
        The packet.
    length
        As `size_of_lengths` returns it.
    """
    at = 0
    while True:
        if length:
            begin = at + length
            at = begin + int.from_bytes(data[at:begin], "big")
        else:
            found = data.find(_START_CODE, at)
            begin = at = found + len(_START_CODE) if found >= 0 else len(data)
        if begin >= len(data):
            return
        yield begin


def is_closed(data: bytes, codec: str, header: bytes) -> bool:
    """Return whether decoding can begin with a key frame: nothing after it refers to before it.

    Parameters
    ----------
    data
        The key frame's packet.
    codec
        FFmpeg's name of the codec; for others than H.264 and HEVC the answer is False.
    header
        The stream's.
    """
    known = CODECS.get(codec)
    if known is None:
        return False
    for begin in unit_starts(data, size_of_lengths(header, known.length_at)):
        kind = data[begin] >> known.shift & known.mask
        if kind in known.pictures:
            return kind in known.closed
    return False
