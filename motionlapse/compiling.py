"""Numba's decorator, and a word before it compiles: that takes a while, once on every machine.

Whatever asks for a kernel waits for it, at its import. Numba alone knows whether its cache has what
is asked for, so it is asked to tell when it begins: that costs nothing where all is in the cache.
"""

from __future__ import annotations

import logging

from numba import njit
from numba.core import event

__all__ = ["njit"]

logger = logging.getLogger("motionlapse")


class _Announcer(event.Listener):
    """Says once that kernels are being compiled."""

    said = False

    def on_start(self, _event: object) -> None:
        """Say it before the first kernel."""
        if not self.said:
            self.said = True
            logger.info("compiling for this machine, once: this may take half a minute")

    def on_end(self, _event: object) -> None:
        """Say nothing: the next kernel follows."""


event.register("numba:compile", _Announcer())  # type: ignore[no-untyped-call]  # Numba has no types
