"""What kernels take: contiguous arrays and numbers, and how machine code is given them.

It is given one block, of 8 bytes for each address, length and number: ctypes takes longer to pass a
dozen arguments than a small kernel takes to run.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt


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

FAILED = -(2**63)
"""What machine code returns instead of an exception."""

Argument: TypeAlias = Array | Number

# Of a place of 8 bytes, by what is in it: as `struct` writes it, and as LLVM reads it.
_ADDRESS, _LENGTH = ("P", "ptr"), ("q", "i64")
_NUMBERS = {"float32": ("f4x", "float"), "int64": _LENGTH}


class Signature:
    """The arguments of a kernel.

    Parameters
    ----------
    arguments
        In order.

    Attributes
    ----------
    in_llvm
        LLVM's types of what is in the block.
    """

    def __init__(self, arguments: Sequence[Argument]) -> None:
        self.arguments = tuple(arguments)
        self._asked: list[tuple[np.dtype[Any], int] | None] = []
        places: list[tuple[str, str]] = []
        for argument in arguments:
            if isinstance(argument, Array):
                self._asked.append((np.dtype(argument.dtype), argument.dimensions))
                places += [_ADDRESS, *[_LENGTH] * argument.dimensions]
            else:
                self._asked.append(None)
                places.append(_NUMBERS[argument.dtype])
        self._struct = struct.Struct("".join(written for written, _ in places))
        self.in_llvm = [read for _, read in places]

    def block(self, values: Sequence[Any]) -> bytes:
        """Return the block for the values of the arguments.

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
            flat += (_address_of(value), *value.shape)
        return self._struct.pack(*flat)


def _address_of(array: npt.NDArray[Any]) -> int | None:
    """Return where the numbers of an array are: the first that NumPy keeps in its objects."""
    return ctypes.c_void_p.from_address(id(array) + object.__basicsize__).value


def _asked_of(array: npt.NDArray[Any]) -> int:
    """Return the same as NumPy says it, which takes ten times as long."""
    return array.ctypes.data


def _is_first() -> bool:
    probe = np.zeros(1)
    return bool(_address_of(probe) == _asked_of(probe))


if not _is_first():
    _address_of = _asked_of  # another NumPy, or another Python
