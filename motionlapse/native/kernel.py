"""The decorator of kernels."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any, cast

from motionlapse.native import signature as made_for
from motionlapse.native.loading import address_of
from motionlapse.native.object_code import object_code
from motionlapse.native.signature import FAILED, INT, UNFIT, Argument, Number, Signature


class Kernel:
    """A function as machine code, which runs without Python's lock.

    Parameters
    ----------
    function
        What is compiled, with all functions that it calls; a subset of Python and NumPy that Numba
        knows, and which allocates nothing.
    arguments
        What it takes.
    returns
        What it returns, if anything.
    """

    def __init__(
        self, function: FunctionType, arguments: tuple[Argument, ...], returns: Number | None
    ) -> None:
        if returns not in (INT, None):
            raise TypeError("a kernel returns a whole number, or nothing")
        functools.update_wrapper(self, function)
        self._signature = Signature(arguments)
        address = address_of(*object_code(function, self._signature, returns))
        self._call = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_char_p)(address)

    def __call__(self, *values: Any) -> int:
        """Run it.

        Returns
        -------
        int
            What the function returns; 0 for nothing.

        Raises
        ------
        TypeError, ValueError, struct.error
            If it is not given what it takes; see `Signature`.
        RuntimeError
            If the function raises something, or cannot read arrays at all.
        """
        result: int = UNFIT
        if made_for.DIRECT:
            result = self._call(self._signature.block(values))
        if result == UNFIT:
            block, _kept = self._signature.written_block(values)
            result = self._call(block)
            if result == UNFIT:
                raise RuntimeError("a kernel cannot read this NumPy's arrays")
        if result == FAILED:
            raise RuntimeError("a kernel raised something")
        return result


def kernel(
    *arguments: Argument, returns: Number | None = None
) -> Callable[[Callable[..., Any]], Kernel]:
    """Compile a function for fixed arguments, at its definition, if that was not done before.

    Parameters
    ----------
    arguments
        What it takes.
    returns
        `INT`, or None for nothing.
    """
    return lambda function: Kernel(cast("FunctionType", function), arguments, returns)


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a function that kernels call, and are compiled with; it stands before them."""
    return function
