"""The arguments of kernels, which are contiguous arrays and numbers, and how they are passed.

Machine code is passed one block, with 8 bytes for each argument. For an array these are the address
of NumPy's object, in which machine code itself checks the type, and reads the shape and the address
of the data. (Asking NumPy for these took half as long as a small kernel takes to run, every time.)
It does so without the global interpreter lock, so no other thread may reshape an array meanwhile.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np


class Array(NamedTuple):
    """The type of an array argument; arrays are in C order.

    Attributes
    ----------
    dtype
        NumPy's name of the dtype.
    dimensions
        How many dimensions it has.
    read_only
        True if the kernel does not write to it, so that it may be a decoder's memory.
    """

    dtype: str
    dimensions: int
    read_only: bool = False

    @property
    def flags(self) -> int:
        """NumPy's flags that the array must have."""
        return _READ if self.read_only else _READ | _WRITTEN


class Number(NamedTuple):
    """The type of a number argument, which is passed by value.

    Attributes
    ----------
    dtype
        NumPy's name of the dtype.
    """

    dtype: str


FLOAT, INT = Number("float32"), Number("int64")

FAILED, UNFIT = -(2**63), -(2**63) + 1
"""What machine code returns if it raises an exception, and if an array does not fit.

No kernel returns these as results.
"""

Argument: TypeAlias = Array | Number

# NPY_ARRAY_C_CONTIGUOUS, _ALIGNED and _WRITEABLE.
_READ, _WRITTEN = 0x0001 | 0x0100, 0x0400
# For the 8 bytes of an argument: the format in which `struct` writes it, and LLVM's type.
_ADDRESS = "P", "ptr"
_NUMBERS = {"float32": ("f4x", "float"), "int64": ("q", "i64")}


class Header(ctypes.Structure):
    """The beginning of NumPy's array object, from its public headers (`PyArrayObject_fields`)."""

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
"""Where 8 bytes in a dtype's object tell its kind, type, byte order and number.

They are compared instead of the object's address, because there may be several objects of one
dtype: that of an unpickled array is another one.
"""


def _word_of(dtype: np.dtype[Any]) -> int:
    return ctypes.c_int64.from_address(id(dtype) + TYPE_WORD).value


class Signature:
    """The arguments of a kernel.

    Parameters
    ----------
    arguments
        The types of the arguments, in order.

    Attributes
    ----------
    in_llvm
        LLVM's types of the items of a block: the address of the table of types, then the arguments.
    """

    def __init__(self, arguments: Sequence[Argument]) -> None:
        self.arguments = tuple(arguments)
        self._arrays = [isinstance(argument, Array) for argument in arguments]
        places = [_ADDRESS]
        # The table of types: the address of the class of arrays, then a word on each dtype.
        types = [id(np.ndarray)]
        for argument in arguments:
            places.append(_ADDRESS if isinstance(argument, Array) else _NUMBERS[argument.dtype])
            types.append(_word_of(np.dtype(argument.dtype)))
        self._types = (ctypes.c_int64 * len(types))(*types)
        self._pack = struct.Struct("".join(written for written, _ in places)).pack
        self._types_at = ctypes.addressof(self._types)
        self.in_llvm = [read for _, read in places]

    def block(self, values: Sequence[Any]) -> bytes:
        """Return the block for the values of the arguments; arrays are not checked here.

        Raises
        ------
        ValueError, struct.error
            If there are too few or too many values, or one that should be a number is not.
        """
        given = zip(self._arrays, values, strict=True)
        return self._pack(
            self._types_at, *[id(value) if array else value for array, value in given]
        )

    def written_block(self, values: Sequence[Any]) -> tuple[bytes, list[_Written]]:
        """Return a block that refers to copies of array headers, and these copies.

        This is slower than `block`, but checks arrays, and accepts subclasses. The copies must be
        kept until the kernel has run.

        Raises
        ------
        TypeError
            If an array does not fit the signature.
        ValueError, struct.error
            As from `block`.
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
    shape: ctypes.Array[ctypes.c_int64]  # the header contains its address


def _written(argument: Array, value: Any) -> _Written:
    """Return a copy of an array's header, with all that machine code reads.

    Raises
    ------
    TypeError
        If the array does not fit the argument's type.
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
    """Return whether NumPy's objects are laid out as in `Header`; another version's may not be."""
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
"""Whether machine code may read NumPy's objects directly."""
