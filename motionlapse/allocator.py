"""How the C library treats memory that was freed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys

_TRIM, _THRESHOLD, _ARENAS = -1, -3, -8  # M_TRIM_THRESHOLD and so on, of malloc.h
_LARGE_BYTES = 1_000_000  # whole pictures; with 256 kB, thinned ones too, a scan takes 5 % longer
_KEPT_BYTES = 4_000_000  # at the end of a heap: else it would be returned again and again
_MOST_ARENAS = 1  # a second one takes 10 to 20 MB more and saves no time


def return_large_pieces() -> None:
    """Make this process return large pieces of memory to the system as soon as they are freed.

    By default glibc keeps every piece up to the size of the largest one that was ever freed, mixed
    with small ones, and in a heap of its own for each thread: 40 MB more for a scan of 1080p.
    Without glibc, or if its environment variables are set, nothing is changed.
    """
    if sys.platform == "linux" and not any(map(_is_told, os.environ)):
        with contextlib.suppress(AttributeError):
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(_THRESHOLD, _LARGE_BYTES)
            mallopt(_TRIM, _KEPT_BYTES)
            mallopt(_ARENAS, _MOST_ARENAS)


def _is_told(variable: str) -> bool:
    return variable == "GLIBC_TUNABLES" or variable.startswith("MALLOC_")
