"""What kernels take: contiguous arrays and numbers, and how machine code is given them.

It is given one block, of 8 bytes for each array and number. Of an array that is the address of its
object: machine code reads and checks there what NumPy keeps of it. To ask NumPy for all that took
half as long as a small kernel takes to run, each time. It does so without Python's lock: no other
thread may give an array another shape meanwhile.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np


class Array(NamedTuple):
    """An array in C order; machine code is given its object, and works on its numbers.

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

    @property
    def flags(self) -> int:
        """The flags that it needs, as NumPy numbers them."""
        return _READ if self.read_only else _READ | _WRITTEN


class Number(NamedTuple):
    """A number; machine code is given its value.

    Attributes
    ----------
    dtype
        NumPy's name of it.
    """

    dtype: str


FLOAT, INT = Number("float32"), Number("int64")

FAILED, UNFIT = -(2**63), -(2**63) + 1
"""What machine code returns instead of an exception, and of arrays that are not as it needs.

No kernel returns these of its own.
"""

Argument: TypeAlias = Array | Number

# NPY_ARRAY_C_CONTIGUOUS, _ALIGNED and _WRITEABLE.
_READ, _WRITTEN = 0x0001 | 0x0100, 0x0400
# Of a place of 8 bytes, by what is in it: as `struct` writes it, and as LLVM reads it.
_ADDRESS = "P", "ptr"
_NUMBERS = {"float32": ("f4x", "float"), "int64": ("q", "i64")}


class Header(ctypes.Structure):
    """An array's object, as far as NumPy's public headers tell (`PyArrayObject_fields`)."""

    _fields_ = (
        ("head", ctypes.c_char * (object.__basicsize__ - ctypes.sizeof(ctypes.c_void_p))),
        ("type", ctypes.c_void_p),
        ("data", ctypes.c_void_p),
        ("dimensions", ctypes.c_int),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("base", ctypes.c_void_p),
        ("dtype", ctypes.c_void_p),
        ("flags", ctypes.c_int),
    )


TYPE_WORD = object.__basicsize__ + ctypes.sizeof(ctypes.c_void_p)
"""Where a dtype's object says its kind, type, byte order and number, in 8 bytes.

There are several objects of one dtype: that of an array which was pickled is another.
"""


def _word_of(dtype: np.dtype[Any]) -> int:
    return ctypes.c_int64.from_address(id(dtype) + TYPE_WORD).value


class Signature:
    """The arguments of a kernel.

    Parameters
    ----------
    arguments
        In order.

    Attributes
    ----------
    in_llvm
        LLVM's types of what is in the block: first the address of the types of arrays, then the
        arguments.
    """

    def __init__(self, arguments: Sequence[Argument]) -> None:
        self.arguments = tuple(arguments)
        self._arrays = [isinstance(argument, Array) for argument in arguments]
        places = [_ADDRESS]
        # What every array is, and then, in the place of each argument, what its dtype says.
        types = [id(np.ndarray)]
        for argument in arguments:
            places.append(_ADDRESS if isinstance(argument, Array) else _NUMBERS[argument.dtype])
            types.append(_word_of(np.dtype(argument.dtype)))
        self._types = (ctypes.c_int64 * len(types))(*types)
        self._pack = struct.Struct("".join(written for written, _ in places)).pack
        self._types_at = ctypes.addressof(self._types)
        self.in_llvm = [read for _, read in places]

    def block(self, values: Sequence[Any]) -> bytes:
        """Return the block for the values of the arguments, whatever they are.

        Raises
        ------
        ValueError, struct.error
            If there are too few or too many values, or a number is none.
        """
        given = zip(self._arrays, values, strict=True)
        return self._pack(
            self._types_at, *[id(value) if array else value for array, value in given]
        )

    def written_block(self, values: Sequence[Any]) -> tuple[bytes, list[_Written]]:
        """Return a block, and what it holds the addresses of: what is read of arrays, written out.

        It takes longer, and takes arrays of any class.

        Raises
        ------
        TypeError
            If an array is not what it should be: machine code would read or write elsewhere.
        ValueError, struct.error
            As `block`.
        """
        kept: list[_Written] = []
        places: list[Any] = []
        for argument, value in zip(self.arguments, values, strict=True):
            if isinstance(argument, Array):
                kept.append(_written(argument, value))
                places.append(ctypes.addressof(kept[-1].header))
            else:
                places.append(value)
        return self._pack(self._types_at, *places), kept


class _Written(NamedTuple):
    header: Header
    shape: ctypes.Array[ctypes.c_int64]  # which the header has the address of


def _written(argument: Array, value: Any) -> _Written:
    """Return what machine code reads of an array.

    Raises
    ------
    TypeError
        If it is not what it should be.
    """
    dtype, dimensions, read_only = argument
    if not isinstance(value, np.ndarray):
        raise TypeError(f"a kernel takes an array of {dtype}, not {type(value).__name__}")
    flags = value.flags
    fits = flags.c_contiguous and flags.aligned if read_only else flags.carray
    if not fits or value.dtype != dtype or value.ndim != dimensions:
        raise TypeError(
            f"a kernel takes {dtype} of {dimensions} dimensions in C order"
            f"{'' if read_only else ' to write to'}, not {value.dtype} of shape "
            f"{value.shape} with strides {value.strides}, writeable: {flags.writeable}"
        )
    shape = (ctypes.c_int64 * dimensions)(*value.shape)
    header = Header(
        type=id(np.ndarray),
        data=value.ctypes.data,
        dimensions=dimensions,
        shape=ctypes.addressof(shape),
        dtype=id(np.dtype(dtype)),
        flags=argument.flags,
    )
    return _Written(header, shape)


def _is_direct() -> bool:
    """Tell whether NumPy's objects are as its headers say: another NumPy, or Python, may differ."""
    argument = Array("float32", 2)
    probe = np.zeros((2, 3), np.float32)
    if np.ndarray.__basicsize__ < ctypes.sizeof(Header):
        return False
    written, found = _written(argument, probe).header, Header.from_address(id(probe))
    if found.dimensions != 2 or found.flags & argument.flags != argument.flags:
        return False
    shape = (ctypes.c_int64 * 2).from_address(found.shape)
    same = (found.type, found.data, found.dtype) == (written.type, written.data, written.dtype)
    words = {_word_of(np.dtype(name)) for name in ("uint8", "int32", "uint32", "float32", ">f4")}
    same = same and len(words) == 5
    probe.flags.writeable = False
    odd = np.zeros(9, np.uint8)[1:].view(np.float32), np.zeros(4, np.float32)[::2]
    refused = [Header.from_address(id(array)).flags & _READ != _READ for array in odd]
    return same and list(shape) == [2, 3] and not found.flags & _WRITTEN and all(refused)


DIRECT = _is_direct()
"""Whether machine code may read NumPy's objects themselves."""
