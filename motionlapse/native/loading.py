"""Machine code in memory."""

from __future__ import annotations

import contextlib

from motionlapse.native.elf import ObjectFile, UnknownCodeError


def address_of(code: bytes, name: str) -> int:
    """Load an object file and return the address of a function in it.

    It stays in memory as long as the process runs.

    Parameters
    ----------
    code
        An object file for this machine.
    name
        Of the function.
    """
    with contextlib.suppress(UnknownCodeError, OSError):
        return ObjectFile(code).load(name)
    from motionlapse.native.llvm_engine import load  # heavy, and rarely needed

    return load(code, name)
