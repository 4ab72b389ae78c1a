"""The decorator of kernels."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any, cast

from motionlapse.native.loading import address_of
from motionlapse.native.object_code import object_code
from motionlapse.native.signature import Argument, Number, Signature


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
        functools.update_wrapper(self, function)
        self._signature = Signature(arguments)
        address = address_of(*object_code(function, arguments, returns))
        # Of Numba's own calls the first two are where the result and an exception go.
        in_c = [ctypes.c_void_p, ctypes.c_void_p, *self._signature.types_in_c]
        self._call = ctypes.CFUNCTYPE(ctypes.c_int32, *in_c)(address)

    def __call__(self, *values: Any) -> int:
        """Run it.

        Returns
        -------
        int
            What the function returns; 0 for nothing.

        Raises
        ------
        TypeError
            If an array is not of the kind that it takes.
        """
        result, exception = ctypes.c_int64(), ctypes.c_void_p()
        flat = self._signature.flatten(values)
        if self._call(ctypes.addressof(result), ctypes.addressof(exception), *flat):
            raise RuntimeError("a kernel failed")
        return result.value


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
    """Mark a function that kernels call, and are compiled with; it must stand before them."""
    return function
