"""The machine code of functions: read from the store, or compiled and stored there."""

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

# How the lines of /proc/cpuinfo begin that describe a processor and its features, on x86 and ARM.
_ABOUT_PROCESSOR = "model name", "flags", "Features", "CPU "
_ABILITIES = "flags", "Features"
# The types of global constants that a kernel may use.
_CONSTANT = int, float, str, tuple, np.generic
# The modules that decide how machine code is made and called; if they change, it is made anew.
_MAKERS = "compiling.py", "llvm_engine.py", "signature.py"


def object_code(
    function: FunctionType, signature: Signature, returns: Number | None
) -> tuple[bytes, str]:
    """Return an object file with a function's machine code, and the function's name in it.

    If it is not in the store it is compiled, which takes seconds and is announced.

    Parameters
    ----------
    function, signature, returns
        As for `motionlapse.native.kernel.Kernel`.

    Raises
    ------
    TypeError
        If the function, or one that it calls, uses something whose changes could not be detected.
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
    """Return a text on this machine: its system, its processor and what that can do."""
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
    """Return a text on how machine code is made: these modules, Python, and Numba's variables."""
    here = Path(__file__).parent
    files = hashlib.sha256(b"".join((here / name).read_bytes() for name in _MAKERS)).hexdigest()
    told = sorted(item for item in os.environ.items() if item[0].startswith("NUMBA_"))
    return f"{files} {sys.implementation.cache_tag} {object.__basicsize__} {told}"


def _words(function: FunctionType, seen: list[FunctionType]) -> Iterator[str]:
    """Yield texts that identify what a function does, with all functions and constants it uses."""
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
        if name not in function.__globals__:  # an attribute, or a builtin
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
    """Log, once, that kernels are being compiled."""
    logger.info("compiling for this machine, only this once: this may take half a minute")
