"""A small loader for the object files of Linux on x86-64 (ELF), without LLVM.

LLVM's engine loads them as well, but its library takes 50 MB of memory once it is imported. Kernels
need little: their code and constants in one piece of memory, with relocations applied, and three
functions of the C library.

References
----------
.. [1] System V Application Binary Interface, AMD64 supplement, section 4.4 (relocation).
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import struct
import sys
from collections.abc import Iterator
from typing import NamedTuple

_IDENTITY = b"\x7fELF\x02\x01\x01"
_X86_64 = 62
_RELOCATIONS, _SHORT_RELOCATIONS, _SYMBOLS, _NOTHING_IN_FILE = 4, 9, 2, 8
_WRITABLE, _IN_MEMORY = 1, 2
_ADDRESS, _DISTANCE, _CALL = 1, 2, 4
_LEFT_OUT = b".eh_frame"  # for unwinding after exceptions, of which there are none
_WRITABLE_AT_FIRST = b".data.rel.ro"  # constants with relocations
_EXECUTABLE = 1 | 4  # PROT_READ | PROT_EXEC
# Calls reach 2 GB far, and the C library may be further away. So they go to a stub:
# jmp *0(%rip), followed by the address.
_JUMP = b"\xff\x25\0\0\0\0"
_STUB = 16
_LIBRARY = (b"memset", b"memcpy", b"memmove")


class _Section(NamedTuple):
    name: bytes
    kind: int
    flags: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int


class UnknownCodeError(Exception):
    """The file contains something that this loader does not know."""


@contextlib.contextmanager
def _all_known() -> Iterator[None]:
    """Turn the errors that a malformed file causes into UnknownCodeError."""
    try:
        yield
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise UnknownCodeError(str(error)) from None


class ObjectFile:
    """An object file, with a place in memory for each of its sections.

    Parameters
    ----------
    code
        The whole file.

    Raises
    ------
    UnknownCodeError
        If it is not for Linux on x86-64, or needs more than this loader can do.
    """

    def __init__(self, code: bytes) -> None:
        with _all_known():
            self._lay_out(code)

    def _lay_out(self, code: bytes) -> None:
        if sys.platform != "linux" or not code.startswith(_IDENTITY):
            raise UnknownCodeError("no object file of Linux")
        if struct.unpack_from("<H", code, 18)[0] != _X86_64:
            raise UnknownCodeError("not for x86-64")
        self._code = code
        self._sections = self._read_sections()
        if any(section.kind == _SHORT_RELOCATIONS for section in self._sections):
            raise UnknownCodeError("relocations without addends")
        self._places: dict[int, int] = {}  # from a section's number to its place in memory
        end = 0
        for number, section in enumerate(self._sections):
            if not self._is_wanted(section):
                continue
            end = -(-end // max(1, section.alignment)) * max(1, section.alignment)
            self._places[number] = end
            end += section.size
        self._stubs = -(-end // _STUB) * _STUB
        self._size = self._stubs + _STUB * len(_LIBRARY)

    def load(self, name: str) -> int:
        """Load the file, and return the address of a function; it stays loaded for good.

        Raises
        ------
        UnknownCodeError
            If there is no such function, or a relocation is of an unknown kind.
        OSError
            If the system does not allow executable memory.
        """
        with _all_known():
            return self._load(name)

    def _load(self, name: str) -> int:
        memory = mmap.mmap(-1, self._size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        for number, begin in self._places.items():
            section = self._sections[number]
            memory[begin : begin + section.size] = self._content(section)
        c_library = ctypes.CDLL(None, use_errno=True)
        for at, function in enumerate(_LIBRARY):
            target = ctypes.cast(getattr(c_library, function.decode()), ctypes.c_void_p).value or 0
            stub = self._stubs + _STUB * at
            memory[stub : stub + 14] = _JUMP + struct.pack("<Q", target)
        symbols = list(self._read_symbols())
        places = [self._place_of(*symbol) for symbol in symbols]
        for section in self._sections:
            if section.kind == _RELOCATIONS and section.info in self._places:
                self._relocate(section, memory, address, places)
        if c_library.mprotect(ctypes.c_void_p(address), self._size, _EXECUTABLE):
            raise OSError(ctypes.get_errno(), "machine code is not allowed")
        for (word, _, _), place in zip(symbols, places, strict=True):
            if word == name.encode() and place is not None:
                _kept.append(memory)
                return address + place
        raise UnknownCodeError(f"no function {name}")

    def _is_wanted(self, section: _Section) -> bool:
        if not section.flags & _IN_MEMORY or not section.size or section.name == _LEFT_OUT:
            return False
        if section.kind == _NOTHING_IN_FILE or (
            section.flags & _WRITABLE and not section.name.startswith(_WRITABLE_AT_FIRST)
        ):
            raise UnknownCodeError("has variables")
        if section.alignment > mmap.PAGESIZE:
            raise UnknownCodeError("wants to lie in large steps")
        if section.offset + section.size > len(self._code):  # no system has that much memory
            raise UnknownCodeError("is not whole")
        return True

    def _relocate(
        self, section: _Section, memory: mmap.mmap, address: int, places: list[int | None]
    ) -> None:
        """Apply the relocations of a section: fill in addresses and distances."""
        base = self._places[section.info]
        for offset, info, addend in struct.iter_unpack("<QQq", self._content(section)):
            kind, place = info & 0xFFFFFFFF, places[info >> 32]
            if place is None:
                raise UnknownCodeError("needs what is not there")
            at = base + offset
            if kind in (_DISTANCE, _CALL):
                struct.pack_into("<i", memory, at, place + addend - at)
            elif kind == _ADDRESS:
                struct.pack_into("<Q", memory, at, address + place + addend)
            else:
                raise UnknownCodeError(f"relocation of kind {kind}")

    def _place_of(self, name: bytes, section: int, value: int) -> int | None:
        """Return the place of a symbol in memory; None if it is not there."""
        if section in self._places:
            return self._places[section] + value
        if section == 0 and name in _LIBRARY:
            return self._stubs + _STUB * _LIBRARY.index(name)
        return None

    def _content(self, section: _Section) -> bytes:
        return self._code[section.offset : section.offset + section.size]

    def _read_sections(self) -> list[_Section]:
        code = self._code
        (offset,) = struct.unpack_from("<Q", code, 40)
        size, count, names = struct.unpack_from("<HHH", code, 58)
        rows = [struct.unpack_from("<IIQQQQIIQQ", code, offset + size * i) for i in range(count)]
        return [
            _Section(_text(code, rows[names][4] + row[0]), *row[1:3], *row[4:9]) for row in rows
        ]

    def _read_symbols(self) -> Iterator[tuple[bytes, int, int]]:
        """Yield the symbols: name, number of the section, and place in it."""
        for section in self._sections:
            if section.kind == _SYMBOLS:
                names = self._sections[section.link].offset
                for row in struct.iter_unpack("<IBBHQQ", self._content(section)):
                    yield _text(self._code, names + row[0]), row[3], row[4]


_kept: list[mmap.mmap] = []


def _text(code: bytes, at: int) -> bytes:
    return code[at : code.index(b"\0", at)]
