"""Compiling kernels is announced once, and compiled kernels are found again."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import config as numba_config

from motionlapse.native import FLOAT, INT, Array, kernel, prefetch
from motionlapse.native import object_code as machine_code
from motionlapse.native import signature as made_for
from motionlapse.native.object_code import object_code
from motionlapse.native.signature import Signature

_SMALL_KERNELS = """
import logging, sys
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
import motionlapse.shrink_kernel
print("one is ready")
import motionlapse.analysis.survey_kernel
print(*sorted({"numba", "llvmlite"} & sys.modules.keys()))
"""
STORES = "MOTIONLAPSE_CACHE"


def lines(store: Path) -> list[str]:
    """What a new interpreter that needs two kernels logs."""
    environ = {**os.environ, STORES: str(store)}
    words = [sys.executable, "-c", _SMALL_KERNELS]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_the_first_program_on_a_machine_says_that_it_compiles(tmp_path: Path) -> None:
    first, ready, loaded = lines(tmp_path)
    assert first.startswith("compiling for this machine, only this once")
    assert (ready, loaded) == ("one is ready", "llvmlite numba")


@pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine != "x86_64",
    reason="elsewhere LLVM loads what is compiled",
)
def test_programs_after_it_load_neither_compiler(tmp_path: Path) -> None:
    lines(tmp_path)
    assert lines(tmp_path) == ["one is ready", ""]


def test_what_is_damaged_in_the_store_is_compiled_again(tmp_path: Path) -> None:
    lines(tmp_path)
    for file in tmp_path.iterdir():
        code = bytearray(file.read_bytes())
        code[len(code) // 2] ^= 1
        file.write_bytes(code)
    assert len(lines(tmp_path)) == 3
    assert lines(tmp_path)[0] == "one is ready"


def test_without_a_store_that_can_be_written_it_runs_and_says_so(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("no folder")
    said = lines(in_the_way)
    (warning,) = [line for line in said if line.startswith("cannot save the compiled code")]
    assert STORES in warning
    assert f"{in_the_way}: " in warning
    assert "one is ready" in said


STEP = 3


def twice(number):  # type: ignore[no-untyped-def]
    return number * 2


def fill(values, first, factor):  # type: ignore[no-untyped-def]
    """Count upwards in steps."""
    for i in range(len(values)):
        values[i] = (first + STEP * i) * factor
    return twice(len(values))


def fill_fetched(values, first, factor):  # type: ignore[no-untyped-def]
    """Do the same, and prefetch each element, and what is beyond the end."""
    for i in range(len(values)):
        prefetch(values, i + 4)
    return fill(values, first, factor)


def fill_unasked(values, first, factor):  # type: ignore[no-untyped-def]
    """Do the same without prefetching, under a name of the same length."""
    return fill(values, first, factor)


COUNTED = Array("float32", 1), INT, FLOAT


def test_a_kernel_does_what_its_function_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STORES, str(tmp_path))
    values = np.zeros(7, np.float32)
    assert kernel(*COUNTED, returns=INT)(fill)(values, 5, 0.5) == 14
    expected = np.zeros(7, np.float32)
    assert fill(expected, 5, np.float32(0.5)) == 14
    np.testing.assert_array_equal(values, expected)


def test_asking_for_memory_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STORES, str(tmp_path))
    here, fetched = np.zeros(7, np.float32), np.zeros(7, np.float32)
    assert fill_fetched(here, 5, 0.5) == 14
    assert kernel(*COUNTED, returns=INT)(fill_fetched)(fetched, 5, 0.5) == 14
    np.testing.assert_array_equal(fetched, here)
    code, _ = object_code(fill_fetched, Signature(COUNTED), INT)
    plain, _ = object_code(fill_unasked, Signature(COUNTED), INT)
    assert len(code) > len(plain)  # something is prefetched


def test_machine_code_has_another_name_when_something_it_is_made_of_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STORES, str(tmp_path))

    def name() -> str:
        return object_code(fill, Signature(COUNTED), INT)[1]  # type: ignore[arg-type]

    first = name()
    assert name() == first
    with monkeypatch.context() as changed:
        changed.setitem(globals(), "STEP", 4)
        assert name() != first
    with monkeypatch.context() as changed:
        changed.setitem(globals(), "twice", lambda number: number * 4)
        assert name() != first
    with monkeypatch.context() as changed:
        changed.setenv("NUMBA_OPT", "0")
        changed.setattr(numba_config, "OPT", 0)
        machine_code._makers.cache_clear()
        assert name() != first
    machine_code._makers.cache_clear()
    with monkeypatch.context() as changed:
        changed.setattr(machine_code, "_MAKERS", ("kernel.py",))
        machine_code._makers.cache_clear()
        assert name() != first
    machine_code._makers.cache_clear()
    assert object_code(fill, Signature(COUNTED), None)[1] != first  # type: ignore[arg-type]


def read_only() -> np.ndarray:
    values = np.zeros(7, np.float32)
    values.flags.writeable = False
    return values


@pytest.mark.parametrize(
    "values",
    [
        np.zeros(7),
        np.zeros(7, ">f4"),
        np.zeros(7, np.int32),
        np.zeros((7, 1), np.float32),
        np.zeros(14, np.float32)[::2],
        np.zeros(29, np.uint8)[1:].view(np.float32),
        read_only(),
    ],
    ids=[
        "of another type",
        "of another order",
        "of whole numbers",
        "of more dimensions",
        "with gaps",
        "not aligned",
        "read-only",
    ],
)
def test_an_array_of_another_kind_is_refused(
    values: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STORES, str(tmp_path))
    compiled = kernel(*COUNTED, returns=INT)(fill)
    with pytest.raises(TypeError, match="a kernel takes float32 of 1 dimensions in C order"):
        compiled(values, 5, 0.5)


class Counts(np.ndarray):
    pass


@pytest.mark.parametrize("direct", [True, False], ids=["NumPy's objects", "written out"])
@pytest.mark.parametrize(
    "values",
    [
        np.zeros(7, np.float32),
        np.zeros(7, np.float32).view(Counts),
        pickle.loads(pickle.dumps(np.zeros(7, np.float32))),
        np.zeros(0, np.float32),
    ],
    ids=["plain", "of a class of its own", "from elsewhere", "empty"],
)
def test_an_array_of_any_class_is_taken(
    values: np.ndarray, direct: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STORES, str(tmp_path))
    monkeypatch.setattr(made_for, "DIRECT", direct and made_for.DIRECT)
    compiled = kernel(*COUNTED, returns=INT)(fill)
    assert compiled(values, 5, 0.5) == 2 * len(values)
    np.testing.assert_array_equal(values, (5 + 3 * np.arange(len(values))) * 0.5)


@pytest.mark.parametrize("from_elsewhere", [False, True])
def test_arrays_are_read_as_numpy_keeps_them(
    from_elsewhere: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are read directly, not by way of a copy of the header, which takes longer."""
    monkeypatch.setenv(STORES, str(tmp_path))
    values = np.zeros(7, np.float32)
    if from_elsewhere:
        values = pickle.loads(pickle.dumps(values))
        assert values.dtype is not np.dtype(np.float32)
    compiled = kernel(*COUNTED, returns=INT)(fill)
    monkeypatch.setattr(Signature, "written_block", None)
    assert compiled(values, 5, 0.5) == 14


@pytest.mark.parametrize("values", [None, 7, [1.0, 2.0], "seven", memoryview(bytes(28)).cast("f")])
def test_what_is_no_array_is_refused(
    values: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STORES, str(tmp_path))
    compiled = kernel(*COUNTED, returns=INT)(fill)
    with pytest.raises(TypeError, match="a kernel takes an array of float32, not "):
        compiled(values, 5, 0.5)
    with pytest.raises(ValueError, match="argument"):
        compiled(np.zeros(7, np.float32), 5)


def test_what_is_only_read_may_be_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count(values):  # type: ignore[no-untyped-def]
        return len(values)

    monkeypatch.setenv(STORES, str(tmp_path))
    assert kernel(Array("float32", 1, read_only=True), returns=INT)(count)(read_only()) == 7


def test_an_exception_in_machine_code_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(values):  # type: ignore[no-untyped-def]
        if len(values) > 3:
            raise ValueError
        return 0

    monkeypatch.setenv(STORES, str(tmp_path))
    compiled = kernel(Array("float32", 1), returns=INT)(refuse)
    assert compiled(np.zeros(3, np.float32)) == 0
    with pytest.raises(RuntimeError, match="raised something"):
        compiled(np.zeros(4, np.float32))


NUMBERS = np.arange(3)


@pytest.mark.parametrize("what", ["an array", "a function within"])
def test_what_could_change_unseen_is_refused(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def named(values):  # type: ignore[no-untyped-def]
        return NUMBERS[len(values)]

    def within(values):  # type: ignore[no-untyped-def]
        return sum(value for value in values)

    monkeypatch.setenv(STORES, str(tmp_path))
    with pytest.raises(TypeError, match=r"NUMBERS in named is a ndarray|has a function within it"):
        kernel(Array("float32", 1), returns=INT)(named if what == "an array" else within)


def test_a_function_that_allocates_is_no_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def allocate(values, first, factor):  # type: ignore[no-untyped-def]
        values[:] = np.full(len(values), first * factor, np.float32)

    monkeypatch.setenv(STORES, str(tmp_path))
    with pytest.raises(RuntimeError, match="allocate is no kernel: it needs"):
        kernel(*COUNTED)(allocate)
