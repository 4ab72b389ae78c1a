"""Key frames with which decoding can begin anew, in the packets of live streams.

That a packet is marked as a key frame is not enough: pictures after it may refer to pictures before
it. See `motionlapse.sources.units` for films, whose containers say how long each unit is.
"""

from __future__ import annotations

from collections.abc import Iterator

from motionlapse.sources.units import CODECS

_MARK = b"\0\0\1"


def size_of_lengths(header: bytes, length_at: int) -> int:
    """Return how many bytes a unit's length takes; 0 where units are told apart by marks.

    Parameters
    ----------
    header
        Of the stream: begins with 1 where each unit has its length before it (ITU-T H.264 and
        H.265, annex B; ISO/IEC 14496-15).
    length_at
        Where that is told in it.
    """
    if header[:1] == b"\1" and len(header) > length_at:
        return (header[length_at] & 3) + 1
    return 0


def unit_starts(data: bytes, length: int) -> Iterator[int]:
    """Yield where units begin in a packet, behind their marks or lengths; see `size_of_lengths`."""
    at = 0
    while True:
        if length:
            begin = at + length
            at = begin + int.from_bytes(data[at:begin], "big")
        else:
            found = data.find(_MARK, at)
            begin = at = found + len(_MARK) if found >= 0 else len(data)
        if begin >= len(data):
            return
        yield begin


def is_closed(data: bytes, codec: str, header: bytes) -> bool:
    """Tell whether nothing after a key frame refers to what was before it.

    Parameters
    ----------
    data
        Its packet.
    codec
        Its name, as FFmpeg has it; of others than H.264 and HEVC nothing is told.
    header
        Of the stream.
    """
    known = CODECS.get(codec)
    if known is None:
        return False
    for begin in unit_starts(data, size_of_lengths(header, known.length_at)):
        kind = data[begin] >> known.shift & known.mask
        if kind in known.pictures:
            return kind in known.closed
    return False
