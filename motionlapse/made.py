"""Files that may be replaced: only those that motionlapse wrote, and of the same kind.

A mistyped name may be that of footage, of a still or of somebody's own table.
"""

from __future__ import annotations

import re
import struct
import zlib
from enum import Enum
from pathlib import Path

from motionlapse.errors import ConfigError
from motionlapse.files import MADE_OF_FOOTAGE, is_special, writing

_MARK = MADE_OF_FOOTAGE.encode()
_END_BYTES = 4096  # the mark of a kind lies in the first or the last bytes
_PNG, _JPEG, _WEBP = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"RIFF"
_PNG_HEAD = 33  # bytes: the signature and the header chunk
_JPEG_COMMENT = b"\xff\xfe"


class Made(Enum):
    """Kinds of files that may be replaced: a name, and a pattern in the first or last bytes."""

    EVENTS = "table of events", rb"\Asource,event,start_s,"
    METRICS = "table of frames", rb"\A(index,time_s,wall,|PAR1)"
    PAGE = "page of an archive", rb"<title>What moved: "
    PICTURE = "picture made by motionlapse", re.escape(_MARK)
    LOG = "log", rb"\A[^\0]+\Z"  # any text, as a log is appended to instead of replaced

    def __init__(self, words: str, pattern: bytes) -> None:
        self.words = words
        self.pattern = re.compile(pattern)


def refuse_others(path: Path, made: Made) -> None:
    """Refuse to replace a file of another kind; empty files and devices may be written.

    Parameters
    ----------
    path
        The file to write.
    made
        The kind of file that it will be.

    Raises
    ------
    ConfigError
        Naming it.
    SinkError
        If it cannot be read.
    """
    with writing(path):
        if not path.is_file() or is_special(path):
            return
        with path.open("rb") as file:
            head = file.read(_END_BYTES)
            file.seek(max(0, path.stat().st_size - _END_BYTES))
            tail = file.read() if made is Made.PICTURE else b""
    if head and not any(made.pattern.search(part) for part in (head, tail)):
        raise ConfigError(
            f"{path}: already exists and is not a {made.words}; choose another name, or remove it"
        )


def marked(picture: bytes) -> bytes:
    """Return an encoded picture with a comment that says that motionlapse made it.

    Parameters
    ----------
    picture
        PNG (gets a text chunk), JPEG (a comment) or WebP (a chunk that readers skip); others are
        not changed.
    """
    if picture.startswith(_PNG):
        text = b"tEXtComment\0" + _MARK
        chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
        return picture[:_PNG_HEAD] + chunk + picture[_PNG_HEAD:]
    if picture.startswith(_JPEG):
        comment = _JPEG_COMMENT + struct.pack(">H", len(_MARK) + 2) + _MARK
        return picture[:2] + comment + picture[2:]
    if picture.startswith(_WEBP):
        content = _MARK + b"\0" * (len(_MARK) % 2)
        rest = picture[8:] + b"MADE" + struct.pack("<I", len(_MARK)) + content
        return picture[:4] + struct.pack("<I", len(rest)) + rest
    return picture
