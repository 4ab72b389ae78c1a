"""Whether a Matroska file has been cut off, according to its header."""

from __future__ import annotations

from pathlib import Path

_SEGMENT = bytes.fromhex("18538067")
_HEAD_BYTES = 4096


def lacks_bytes(path: Path) -> bool:
    """Return whether a file is shorter than its header says; False if it does not say.

    A file consists of a short header and one segment. Each has an id, a size and that many bytes.
    The size is unknown if the file was written to a pipe.

    References
    ----------
    RFC 8794, sections 5 and 6: ids and sizes; RFC 9559, section 4.5: the segment.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    place = 0
    while place < len(head):
        name = head[place : place + _length(head[place])]
        place += len(name)
        if place >= len(head):
            return False
        digits = _length(head[place])
        largest = (1 << 7 * digits) - 1
        size = int.from_bytes(head[place : place + digits]) & largest
        place += digits
        if name == _SEGMENT:
            return size != largest and place + size > path.stat().st_size
        place += size
    return False


def _length(first: int) -> int:
    """Return how many bytes a variable-size integer has: leading zero bits of the first, plus 1."""
    return 9 - first.bit_length()
