"""The machine code of functions: from the store, or compiled for it."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import logging
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType

import numpy as np

from motionlapse.native import store
from motionlapse.native.signature import Number, Signature

logger = logging.getLogger("motionlapse")

# How lines begin that say what a processor is and can do, on x86 and on ARM.
_ABOUT_PROCESSOR = "model name", "flags", "Features", "CPU "
_ABILITIES = "flags", "Features"
# Of these a name in a function may stand for a constant.
_CONSTANT = int, float, str, tuple, np.generic
# What these say of machine code, its block and how it is made is part of what it is.
_MAKERS = "compiling.py", "llvm_engine.py", "signature.py"


def object_code(
    function: FunctionType, signature: Signature, returns: Number | None
) -> tuple[bytes, str]:
    """Return a function's machine code for this machine, and its name in there.

    It is compiled if it is not at hand: that takes seconds, and is announced.

    Parameters
    ----------
    function, signature, returns
        As `motionlapse.native.kernel` takes them.

    Raises
    ------
    TypeError
        If the function, or one that it calls, names something whose change would not be seen.
    """
    asked = hashlib.sha256()
    words = (_machine(), _makers(), repr((signature.arguments, returns)), *_words(function, []))
    for word in words:
        asked.update(word.encode() + b"\0")
    name = f"{function.__name__}-{asked.hexdigest()[:32]}"
    code = store.read(f"{name}.o")
    if code is None:
        _announce()
        from motionlapse.native.compiling import compiled  # Numba: heavy, and rarely needed

        code = compiled(function, signature, returns, name)
        store.write(f"{name}.o", code)
    return code, name


@functools.cache
def _machine() -> str:
    """Return what machine code depends on besides: the processor and what it can do."""
    told = ""
    with contextlib.suppress(OSError), Path("/proc/cpuinfo").open(errors="replace") as lines:
        first = itertools.takewhile(str.strip, lines)  # of many processors
        told = "".join(line for line in first if line.startswith(_ABOUT_PROCESSOR))
    if not any(line.startswith(_ABILITIES) for line in told.splitlines()):
        import llvmlite.binding as llvm  # heavy

        told = f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
    return f"{sys.platform} {platform.machine()} {sys.byteorder} {told}"


@functools.cache
def _makers() -> str:
    """Return how machine code is made: by what here, by which Python, and with Numba told what."""
    here = Path(__file__).parent
    files = hashlib.sha256(b"".join((here / name).read_bytes() for name in _MAKERS)).hexdigest()
    told = sorted(item for item in os.environ.items() if item[0].startswith("NUMBA_"))
    return f"{files} {sys.implementation.cache_tag} {object.__basicsize__} {told}"


def _words(function: FunctionType, seen: list[FunctionType]) -> Iterator[str]:
    """Yield all that a function says, with the functions and constants that it names."""
    if function in seen:
        yield f"the function {seen.index(function)}"
        return
    seen.append(function)
    code = function.__code__
    if function.__closure__ or any(isinstance(value, CodeType) for value in code.co_consts):
        raise TypeError(f"{function.__name__} has a function within it, or is one: no kernel has")
    yield repr((code.co_name, code.co_code, code.co_consts, code.co_names, code.co_varnames))
    yield repr(function.__defaults__)
    for name in code.co_names:
        if name not in function.__globals__:  # an attribute, or one of Python's own
            continue
        value = function.__globals__[name]
        if isinstance(value, FunctionType):
            yield name
            yield from _words(value, seen)
        elif isinstance(value, _CONSTANT):
            yield f"{name} {type(value).__qualname__} {value!r}"
        elif isinstance(value, ModuleType | BuiltinFunctionType | type):
            yield f"{name} {value.__name__}"
        else:
            raise TypeError(f"{name} in {function.__name__} is a {type(value).__name__}")


@functools.cache
def _announce() -> None:
    """Say, once, that kernels are being compiled."""
    logger.info("compiling for this machine, only this once: this may take half a minute")
