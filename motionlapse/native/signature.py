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
    read_only
        True if nothing is written to it, so that it may be memory of a decoder's own.
    """

    dtype: str
    dimensions: int
    read_only: bool = False


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
        self._asked: list[tuple[np.dtype[Any], int, bool] | None] = []
        places: list[tuple[str, str]] = []
        for argument in arguments:
            if isinstance(argument, Array):
                dtype, dimensions, read_only = argument
                self._asked.append((np.dtype(dtype), dimensions, read_only))
                places += [_ADDRESS, *[_LENGTH] * dimensions]
            else:
                self._asked.append(None)
                places.append(_NUMBERS[argument.dtype])
        self._pack = struct.Struct("".join(written for written, _ in places)).pack
        self.in_llvm = [read for _, read in places]

    def block(self, values: Sequence[Any]) -> bytes:
        """Return the block for the values of the arguments.

        Raises
        ------
        TypeError
            If an array is not what it should be: machine code would read or write elsewhere.
        ValueError, struct.error
            If there are too few or too many values, or a number is none.
        """
        flat: list[Any] = []
        for asked, value in zip(self._asked, values, strict=True):
            if asked is None:
                flat.append(value)
                continue
            dtype, dimensions, read_only = asked
            flags = value.flags
            fits = flags.c_contiguous and flags.aligned if read_only else flags.carray
            if not fits or value.dtype != dtype or value.ndim != dimensions:
                raise TypeError(
                    f"a kernel takes {dtype} of {dimensions} dimensions in C order"
                    f"{'' if read_only else ' to write to'}, not {value.dtype} of shape "
                    f"{value.shape} with strides {value.strides}, writeable: {flags.writeable}"
                )
            flat.append(_address_of(value))
            flat += value.shape
        return self._pack(*flat)


_read_address = ctypes.c_void_p.from_address
_HEAD = object.__basicsize__


def _address_of(array: npt.NDArray[Any]) -> int | None:
    """Return where the numbers of an array are: the first that NumPy keeps in its objects."""
    return _read_address(id(array) + _HEAD).value


def _asked_of(array: npt.NDArray[Any]) -> int:
    """Return the same as NumPy says it, which takes ten times as long."""
    return array.ctypes.data


def _is_first() -> bool:
    probe = np.zeros(1)
    return bool(_address_of(probe) == _asked_of(probe))


if not _is_first():
    _address_of = _asked_of  # another NumPy, or another Python
