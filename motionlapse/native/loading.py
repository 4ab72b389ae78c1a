"""Loading machine code into memory."""

from __future__ import annotations

from motionlapse.errors import MotionlapseError
from motionlapse.native.elf import ObjectFile, UnknownCodeError


def address_of(code: bytes, name: str) -> int:
    """Load an object file and return the address of a function in it; it stays loaded for good.

    Parameters
    ----------
    code
        An object file for this machine.
    name
        The name of the function.

    Raises
    ------
    MotionlapseError
        If the system does not allow this process executable memory.
    """
    try:
        try:
            return ObjectFile(code).load(name)
        except UnknownCodeError:
            from motionlapse.native.llvm_engine import load  # heavy, and rarely needed

            return load(code, name)
    except OSError:
        raise MotionlapseError(
            "the system does not let this process run the code compiled for it: allow it "
            "executable memory (MemoryDenyWriteExecute in systemd, or SELinux)"
        ) from None
