"""How the kernels are compiled: once, then from the cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import float32, types, uint8

from motionlapse.compiling import njit

PLANE = types.Array(uint8, 2, "C", readonly=True)  # a decoder's own memory: never written to
MASK = uint8[:, ::1]
ROWS = uint8[::1]
F1 = float32[::1]
F2 = float32[:, ::1]
F3 = float32[:, :, ::1]


def compiled(*signature: object) -> Callable[[Callable[..., Any]], Any]:
    """Compile a kernel for a fixed signature, or, without one, a part that kernels call.

    Of fastmath, everything but the reordering of sums, so that results do not depend on the width
    of the machine's vectors. Types come from the signature: the functions carry none.
    """
    decorator: Callable[[Callable[..., Any]], Any] = njit(
        *signature,  # type: ignore[call-overload]  # its stubs want one, or none
        cache=True,
        nogil=True,
        error_model="numpy",
        fastmath={"nnan", "ninf", "nsz", "contract"},
    )
    return decorator
