"""The machine code of functions: from the store, or compiled for it."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import logging
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import numpy as np

from motionlapse.native import store
from motionlapse.native.signature import Number, Signature

logger = logging.getLogger("motionlapse")

# How lines begin that say what a processor is and can do, on x86 and on ARM.
_ABOUT_PROCESSOR = "model name", "flags", "Features", "CPU "
# Of these a name in a function stands for a constant.
_CONSTANT = int, float, tuple, np.generic


def object_code(
    function: FunctionType, signature: Signature, returns: Number | None
) -> tuple[bytes, str]:
    """Return a function's machine code for this machine, and its name in there.

    It is compiled if it is not at hand: that takes seconds, and is announced.

    Parameters
    ----------
    function, signature, returns
        As `motionlapse.native.kernel` takes them.
    """
    asked = hashlib.sha256()
    for word in (_machine(), repr((signature.arguments, returns)), *_words(function, set())):
        asked.update(word.encode() + b"\0")
    name = f"{function.__name__}-{asked.hexdigest()[:32]}"
    code = store.read(f"{name}.o")
    if code is None:
        _announce()
        from motionlapse.native.compiling import compiled  # Numba: heavy, and rarely needed

        code = compiled(function, signature, returns, name)
        store.write(f"{name}.o", code)
    return code, name


def _machine() -> str:
    """Return what machine code depends on besides: the processor and what it can do."""
    with contextlib.suppress(OSError), Path("/proc/cpuinfo").open(encoding="utf-8") as told:
        lines = itertools.takewhile(str.strip, told)  # of the first of them
        return "".join(line for line in lines if line.startswith(_ABOUT_PROCESSOR))
    import llvmlite.binding as llvm  # heavy

    return f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"


def _words(function: FunctionType, seen: set[FunctionType]) -> Iterator[str]:
    """Yield all that a function says, with the functions and constants that it names."""
    if function in seen:
        return
    seen.add(function)
    code = function.__code__
    yield repr((code.co_name, code.co_code, code.co_consts, code.co_names, code.co_varnames))
    for name in code.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, FunctionType):
            yield from _words(value, seen)
        elif isinstance(value, _CONSTANT):
            yield f"{name} {value!r}"


_announced: list[bool] = []


def _announce() -> None:
    """Say, once, that kernels are being compiled."""
    if not _announced:
        _announced.append(True)
        logger.info("compiling for this machine, once: this may take half a minute")
