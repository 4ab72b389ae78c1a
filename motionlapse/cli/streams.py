"""Standard streams: those that the program was started without, and those that lack characters."""

from __future__ import annotations

import os
import sys
from functools import partial
from io import TextIOWrapper


def stand_in() -> None:
    """Put something in the place of each standard stream that is closed (``>&-``).

    Python has None there, and the next file that is opened gets the stream's number: what a
    library prints would end up in the archive.
    """
    lasting = partial(open, closefd=False, encoding="utf-8", errors="backslashreplace")
    if sys.stdin is None:
        sys.stdin = lasting(_opened(os.O_RDONLY))
    if sys.stdout is None:  # one that cannot be written: results are not lost without a word
        sys.stdout = lasting(_opened(os.O_RDONLY), "w")
    if sys.stderr is None:
        sys.stderr = lasting(_opened(os.O_WRONLY), "w")


def never_lack_a_character() -> None:
    r"""Write what an encoding lacks in ASCII, ``\u03c3`` for σ, instead of failing over it.

    Names of files hold any characters, and help and tables hold σ and ∞; a terminal or a pipe of
    the system's may be of Latin-1, of code page 1252 or of ASCII.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _opened(mode: int) -> int:
    """Return a descriptor of nothing: the lowest that is free, which is that of the stream."""
    return os.open(os.devnull, mode)
