"""The decorators of kernels and of the functions that they call."""

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
    """A function as machine code, which runs without the global interpreter lock (GIL).

    Parameters
    ----------
    function
        The function. It is compiled with all functions that it calls; they must be written in the
        subset of Python and NumPy that Numba knows, and allocate nothing.
    arguments
        The types of its arguments.
    returns
        The type of its result; None if it returns nothing.
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
        """Run the machine code.

        Returns
        -------
        int
            What the function returns; 0 if it returns nothing.

        Raises
        ------
        TypeError, ValueError, struct.error
            If the arguments do not have the types of its signature; see `Signature`.
        RuntimeError
            If the function raises an exception, or cannot read NumPy's arrays at all.
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
    """Return a decorator that makes a kernel of a function, which is compiled if it is not stored.

    Parameters
    ----------
    arguments
        The types of the function's arguments.
    returns
        `INT`, or None if it returns nothing.
    """
    return lambda function: Kernel(cast("FunctionType", function), arguments, returns)


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a function that kernels call and that is compiled with them; define it before them."""
    return function
