"""Standard streams that are closed at the start, or whose encoding lacks characters."""

from __future__ import annotations

import os
import sys
from functools import partial
from io import TextIOWrapper


def stand_in() -> None:
    """Open the null device for each standard stream that is closed (``>&-``).

    Otherwise Python has None there, and the next file that is opened gets the stream's descriptor:
    what a library prints would end up in the archive.
    """
    lasting = partial(open, closefd=False, encoding="utf-8", errors="backslashreplace")
    if sys.stdin is None:
        sys.stdin = lasting(_opened(os.O_RDONLY))
    if sys.stdout is None:  # read-only: writing results fails, where else they were lost
        sys.stdout = lasting(_opened(os.O_RDONLY), "w")
    if sys.stderr is None:
        sys.stderr = lasting(_opened(os.O_WRONLY), "w")


def never_lack_a_character() -> None:
    r"""Write what an encoding lacks in ASCII, ``\u03c3`` for σ, instead of failing over it.

    File names may hold any characters, and help and tables contain σ and ∞, but a terminal or pipe
    may be in Latin-1, code page 1252 or ASCII.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _opened(mode: int) -> int:
    """Open the null device; the lowest free descriptor is that of the closed stream."""
    return os.open(os.devnull, mode)
