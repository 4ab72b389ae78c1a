"""Both loaders give the same functions, and refuse what is no object file."""

import contextlib
import ctypes
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionlapse.native import INT, Array, llvm_engine
from motionlapse.native.elf import ObjectFile, UnknownCodeError
from motionlapse.native.loading import address_of
from motionlapse.native.object_code import object_code
from motionlapse.native.signature import Signature

linux_on_x86 = pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine != "x86_64",
    reason="elsewhere LLVM loads what is compiled",
)
SIGNATURE = Signature((Array("float64", 1), Array("uint8", 2), INT))
TABLE = 0.25, 1.5, -3.0, 7.125


def mixed(values, bytes_, turn):  # type: ignore[no-untyped-def]
    """Need constants, a table, the C library's memset, and a branch for each case."""
    bytes_[:] = 0
    for i in range(len(values)):
        if (i + turn) % 4 == 0:
            values[i] = values[i] * 0.1 + TABLE[0]
        elif (i + turn) % 4 == 1:
            values[i] = np.sqrt(values[i]) + TABLE[1]
        elif (i + turn) % 4 == 2:
            values[i] = TABLE[2] - values[i]
        else:
            values[i] = np.floor(values[i]) * TABLE[3]
        bytes_[i % bytes_.shape[0], i % bytes_.shape[1]] += i
    return len(values) + turn


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[bytes, str]]:
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("MOTIONLAPSE_CACHE", str(tmp_path_factory.mktemp("store")))
        assert isinstance(mixed, FunctionType)
        yield object_code(mixed, SIGNATURE, INT)


def run(address: int, values: np.ndarray, turn: int) -> tuple[int, np.ndarray, np.ndarray]:
    own, bytes_ = values.copy(), np.full((3, 5), 9, np.uint8)
    call = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_char_p)(address)
    return call(SIGNATURE.block((own, bytes_, turn))), own, bytes_


@linux_on_x86
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), length=st.integers(0, 100), turn=st.integers(0, 5))
def test_both_loaders_give_the_same_function(
    compiled: tuple[bytes, str], seed: int, length: int, turn: int
) -> None:
    values = np.random.default_rng(seed).uniform(0, 99, length)
    by_llvm = run(llvm_engine.load(*compiled), values, turn)
    without = run(ObjectFile(compiled[0]).load(compiled[1]), values, turn)
    assert by_llvm[0] == without[0] == length + turn
    for one, other in zip(by_llvm[1:], without[1:], strict=True):
        np.testing.assert_array_equal(one, other)


@linux_on_x86
@pytest.mark.parametrize(
    ("at", "with_"),
    [(0, b"\xcf\xfa\xed\xfe"), (4, b"\x01"), (18, struct.pack("<H", 183))],
    ids=["of another system", "of 32 bits", "of another processor"],
)
def test_what_is_not_for_linux_on_x86_is_left_to_llvm(
    compiled: tuple[bytes, str], at: int, with_: bytes
) -> None:
    code = bytearray(compiled[0])
    code[at : at + len(with_)] = with_
    with pytest.raises(UnknownCodeError):
        ObjectFile(bytes(code))


@linux_on_x86
def test_a_piece_that_would_be_larger_than_the_file_is_unknown(
    compiled: tuple[bytes, str],
) -> None:
    """Such an error must not be taken for memory that the system refuses."""
    code = bytearray(compiled[0])
    (table,) = struct.unpack_from("<Q", code, 40)
    size, count = struct.unpack_from("<HH", code, 58)
    for number in range(1, count):
        struct.pack_into("<Q", code, table + size * number + 32, 2**50)
    with pytest.raises(UnknownCodeError):
        ObjectFile(bytes(code)).load(compiled[1])


@linux_on_x86
def test_a_function_that_is_not_there_is_unknown(compiled: tuple[bytes, str]) -> None:
    with pytest.raises(UnknownCodeError):
        ObjectFile(compiled[0]).load("another")


def test_what_is_not_known_is_loaded_by_llvm(
    compiled: tuple[bytes, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "another")
    assert run(address_of(*compiled), np.ones(4), 0)[0] == 4


@linux_on_x86
@settings(max_examples=200)
@given(at=st.integers(0, 2**20), value=st.integers(0, 255))
def test_a_changed_file_is_unknown_or_loads(
    compiled: tuple[bytes, str], at: int, value: int
) -> None:
    code = bytearray(compiled[0])
    code[at % len(code)] = value
    with contextlib.suppress(UnknownCodeError):
        ObjectFile(bytes(code)).load(compiled[1])


_NO_EXECUTABLE_MEMORY = """
import ctypes, sys
library = ctypes.CDLL(None, use_errno=True)
if library.prctl(65, 1, 0, 0, 0):  # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN
    print("cannot be asked for")
    sys.exit()
from motionlapse.errors import MotionlapseError
from motionlapse.native.loading import address_of
for llvm in (False, True):
    if llvm:
        sys.platform = "another"
    try:
        address_of(open(sys.argv[1], "rb").read(), sys.argv[2])
    except MotionlapseError as error:
        print(error)
"""


@linux_on_x86
def test_where_no_executable_memory_is_allowed_that_is_said(
    compiled: tuple[bytes, str], tmp_path: Path
) -> None:
    (tmp_path / "code.o").write_bytes(compiled[0])
    words = [sys.executable, "-c", _NO_EXECUTABLE_MEMORY, str(tmp_path / "code.o"), compiled[1]]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    if done.stdout.startswith("cannot be asked for"):
        pytest.skip("this kernel does not refuse executable memory")
    assert done.stdout.count("the system does not let this process run the code compiled") == 2
