"""What kernels take: contiguous arrays and numbers, and how machine code is given them."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np


class Array(NamedTuple):
    """An array in C order; machine code is given its address and its shape.

    Attributes
    ----------
    dtype
        NumPy's name of it.
    dimensions
        How many.
    """

    dtype: str
    dimensions: int


class Number(NamedTuple):
    """A number; machine code is given its value.

    Attributes
    ----------
    dtype
        NumPy's name of it.
    """

    dtype: str


FLOAT, INT = Number("float32"), Number("int64")

Argument: TypeAlias = Array | Number

_IN_C: dict[str, Any] = {"float32": ctypes.c_float, "int64": ctypes.c_int64}


class Signature:
    """The arguments of a kernel.

    Parameters
    ----------
    arguments
        In order.
    """

    def __init__(self, arguments: Sequence[Argument]) -> None:
        self.arguments = tuple(arguments)
        self.types_in_c: list[Any] = []
        self._asked: list[tuple[np.dtype[Any], int] | None] = []
        for argument in arguments:
            if isinstance(argument, Array):
                self.types_in_c += [ctypes.c_void_p, *[ctypes.c_int64] * argument.dimensions]
                self._asked.append((np.dtype(argument.dtype), argument.dimensions))
            else:
                self.types_in_c.append(_IN_C[argument.dtype])
                self._asked.append(None)

    def flatten(self, values: Sequence[Any]) -> list[Any]:
        """Return what machine code is given for the values of the arguments.

        Raises
        ------
        TypeError
            If a value is not what it should be: machine code would read or write elsewhere.
        """
        flat: list[Any] = []
        for asked, value in zip(self._asked, values, strict=True):
            if asked is None:
                flat.append(value)
                continue
            if value.dtype != asked[0] or value.ndim != asked[1] or not value.flags.c_contiguous:
                raise TypeError(
                    f"a kernel takes {asked[0]} of {asked[1]} dimensions in C order, not "
                    f"{value.dtype} of shape {value.shape} with strides {value.strides}"
                )
            flat += (value.ctypes.data, *value.shape)
        return flat
