"""Prefetching memory into the cache before it is needed."""

from __future__ import annotations

from typing import Any


def prefetch(values: Any, at: int) -> None:
    """Begin to fetch the cache line of an array's element, without waiting for it.

    The line is fetched for reading and writing. Outside of kernels this does nothing.

    Parameters
    ----------
    values
        A contiguous array of one dimension.
    at
        The index of the element; not negative.
    """
