"""Films that this program made from footage, which are not scanned as footage themselves."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from motionlapse.files import MADE_OF_FOOTAGE
from motionlapse.units import counted

_MARK = MADE_OF_FOOTAGE.encode()
_HEAD_BYTES = 65_536  # of Matroska, in which tags come before the first picture
_MOST_USER_BYTES = 1_000_000
_CONTAINERS = (".mp4", ".mkv")  # of the films that this program writes


def without_made_films(films: Sequence[Path]) -> tuple[list[Path], str]:
    """Return the films that were not made from footage, and a line on those that were.

    The films of ``--masks``, ``--join`` and ``lapse`` are often kept beside the footage. They are
    marked as such in their metadata. (Such a film is read if a person names it.)
    """
    made = [film for film in films if _is_made(film)]
    if not made:
        return list(films), ""
    more = f" and {counted(len(made) - 1, 'more film')}" if len(made) > 1 else ""
    left = "made of footage, is" if len(made) == 1 else "made of footage, are"
    return [film for film in films if film not in made], f"{made[0]}{more}, {left} not read"


def _is_made(film: Path) -> bool:
    """Return whether a film is marked as made; one that cannot be read is reported when opened."""
    if film.suffix.lower() not in _CONTAINERS:
        return False
    try:
        with film.open("rb") as file:
            head = file.read(8)
            if head[4:] == b"ftyp":
                return any(_MARK in words for words in _user_data(file))
            return _MARK in file.read(_HEAD_BYTES)
    except OSError:
        return False


def _user_data(file: BinaryIO) -> Iterator[bytes]:
    """Yield an MP4 file's user data: the ``udta`` boxes in ``moov``, wherever these are.

    References
    ----------
    ISO/IEC 14496-12, sections 4.2 (boxes), 8.2.1 (moov) and 8.10.1 (udta).
    """
    for name, begin, end in _boxes(file, 0, file.seek(0, os.SEEK_END)):
        if name != b"moov":
            continue
        for inner, data, data_end in _boxes(file, begin, end):
            if inner == b"udta":
                file.seek(data)
                yield file.read(min(data_end - data, _MOST_USER_BYTES))


def _boxes(file: BinaryIO, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name of each box between two places, and where its content begins and ends."""
    while begin + 8 <= end:
        file.seek(begin)
        head = file.read(16)
        size, content = int.from_bytes(head[:4]), begin + 8
        if size == 1:  # a 64-bit size follows
            size, content = int.from_bytes(head[8:16]), begin + 16
        box_end = end if size == 0 else begin + size  # 0 means up to the end
        if box_end < content:
            return
        yield head[4:8], content, min(box_end, end)
        begin = box_end
