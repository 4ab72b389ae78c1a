"""Lines of a table, of which a file never holds a part."""

from __future__ import annotations

import contextlib
import os
from typing import BinaryIO

_AT_ONCE = 4096  # characters: some forty frames' numbers, so that a kill costs two seconds


class WholeLines:
    """Writes lines to a file; what a full disk takes of them ends with a whole one.

    Parameters
    ----------
    file
        Open for writing, empty, and left to this alone; a pipe or a device too.

    Attributes
    ----------
    length
        How many bytes the file has.

    Raises
    ------
    OSError
        If it cannot be written. Lines that it did not take are given up.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._waiting: list[str] = []
        self._characters = 0
        self.length = 0

    def write(self, line: str) -> None:
        """Add a line with its end."""
        self._waiting.append(line)
        self._characters += len(line)
        if self._characters >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        content = "".join(self._waiting).encode()
        self._waiting, self._characters = [], 0
        written = 0
        try:
            # Past Python's own buffer: it would write again later what failed now, in two pieces.
            while written < len(content):
                written += os.write(self._file.fileno(), content[written:])
        except OSError:
            written = content.rfind(b"\n", 0, written) + 1
            with contextlib.suppress(OSError):  # a pipe
                os.ftruncate(self._file.fileno(), self.length + written)
                os.lseek(self._file.fileno(), 0, os.SEEK_END)
            raise
        finally:
            self.length += written


def cut_to_lines(file: BinaryIO) -> int:
    """Cut off what follows the last whole line of a file; return how many bytes it has then.

    Parameters
    ----------
    file
        Open for reading and writing.
    """
    end = file.seek(0, os.SEEK_END)
    while end:
        begin = max(0, end - _AT_ONCE)
        file.seek(begin)
        found = file.read(end - begin).rfind(b"\n")
        if found >= 0:
            end = begin + found + 1
            break
        end = begin
    file.truncate(end)
    return end
