"""What a Matroska file says of its own size."""

from __future__ import annotations

from pathlib import Path

_SEGMENT = bytes.fromhex("18538067")
_HEAD_BYTES = 4096


def lacks_bytes(path: Path) -> bool:
    """Tell whether a file is shorter than its header says; False where it says nothing.

    A file is a short header and one segment, each a name, its size and that many bytes; the size is
    unknown where the file was written to a pipe.

    References
    ----------
    RFC 8794, section 5 and 6: names and sizes; RFC 9559, section 4.5: the segment.
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
    """Return how many bytes a number has: one more than there are zeros before its first bit."""
    return 9 - first.bit_length()
