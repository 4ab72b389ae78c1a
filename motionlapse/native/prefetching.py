"""Asking for memory before it is needed."""

from __future__ import annotations

from typing import Any


def prefetch(values: Any, at: int) -> None:
    """Ask for the line of memory in which an element of an array lies.

    In a kernel it is on its way then, and nobody waits; to be written to, too. Elsewhere it does
    nothing.

    Parameters
    ----------
    values
        Of one dimension, without gaps.
    at
        Which element; not counted from the end.
    """
