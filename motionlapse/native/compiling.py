"""Compiling functions to object files with Numba and LLVM."""

from __future__ import annotations

from collections.abc import Sequence
from types import FunctionType
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import cfunc, config, njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.numpy_support import carray

from motionlapse.native.llvm_engine import target_machine
from motionlapse.native.prefetching import prefetch
from motionlapse.native.signature import (
    FAILED,
    TYPE_WORD,
    UNFIT,
    Argument,
    Array,
    Header,
    Number,
    Signature,
)

# All of fastmath except for reordering sums, so that results do not depend on the width of the
# machine's vectors. With NumPy's error model, division by zero raises no exception.
_OPTIONS: dict[str, Any] = {
    "error_model": "numpy",
    "fastmath": {"nnan", "ninf", "nsz", "contract"},
}
# Numba counts references to memory that it allocated; kernels allocate none.
_NO_COUNTING = """
define void @NRT_incref(ptr %memory) alwaysinline { ret void }
define void @NRT_decref(ptr %memory) alwaysinline { ret void }
"""
# A wrapper around the function as Numba compiles it, which takes the addresses of a result and an
# exception, and then the arguments. The wrapper reads the arguments from a block, and the data and
# shapes of arrays from NumPy's objects.
_FROM_BLOCK = """
declare i32 @{inner}(ptr, ptr, {types})
define i64 @{name}(ptr %block) {{
  %result = alloca i64
  %exception = alloca ptr
  store i64 0, ptr %result
  %types = load ptr, ptr %block
  %array = load ptr, ptr %types
{loads}
  %status = call i32 @{inner}(ptr %result, ptr %exception, {arguments})
  %good = icmp eq i32 %status, 0
  %returned = load i64, ptr %result
  %told = select i1 %good, i64 %returned, i64 {failed}
  ret i64 %told
unfit:
  ret i64 {unfit}
}}
"""
_LOAD = """
  %at{i} = getelementptr i64, ptr %block, i64 {place}
  %a{i} = load {type}, ptr %at{i}"""
# Of an object that is no array, only the type is read.
_CHECK = """
  %type_at{i} = getelementptr i8, ptr %a{i}, i64 {type}
  %type{i} = load ptr, ptr %type_at{i}
  %is{i} = icmp eq ptr %type{i}, %array
  br i1 %is{i}, label %array{i}, label %unfit
array{i}:
  %dtype_at{i} = getelementptr i8, ptr %a{i}, i64 {dtype}
  %dtype{i} = load ptr, ptr %dtype_at{i}
  %word_at{i} = getelementptr i8, ptr %dtype{i}, i64 {word}
  %word{i} = load i64, ptr %word_at{i}
  %wanted_at{i} = getelementptr i64, ptr %types, i64 {place}
  %wanted{i} = load i64, ptr %wanted_at{i}
  %typed{i} = icmp eq i64 %word{i}, %wanted{i}
  %count_at{i} = getelementptr i8, ptr %a{i}, i64 {dimensions}
  %count{i} = load i32, ptr %count_at{i}
  %counted{i} = icmp eq i32 %count{i}, {count}
  %flags_at{i} = getelementptr i8, ptr %a{i}, i64 {flags}
  %flags{i} = load i32, ptr %flags_at{i}
  %needed{i} = and i32 %flags{i}, {needed}
  %flagged{i} = icmp eq i32 %needed{i}, {needed}
  %both{i} = and i1 %typed{i}, %counted{i}
  %all{i} = and i1 %both{i}, %flagged{i}
  br i1 %all{i}, label %fits{i}, label %unfit
fits{i}:
  %data_at{i} = getelementptr i8, ptr %a{i}, i64 {data}
  %data{i} = load ptr, ptr %data_at{i}
  %shape_at{i} = getelementptr i8, ptr %a{i}, i64 {shape}
  %shape{i} = load ptr, ptr %shape_at{i}"""
_LENGTH = """
  %axis{i}_{axis} = getelementptr i64, ptr %shape{i}, i64 {axis}
  %length{i}_{axis} = load i64, ptr %axis{i}_{axis}"""
# Functions of the C library that LLVM may call.
_IN_C_LIBRARY = {"memset", "memcpy", "memmove"}


def compiled(
    function: FunctionType, signature: Signature, returns: Number | None, name: str
) -> bytes:
    """Return an object file that exports one function.

    The function takes the address of the block that `Signature.block` makes, and returns 64 bits.

    Parameters
    ----------
    function, signature, returns
        As for `motionlapse.native.kernel.Kernel`.
    name
        The name of the function in the object file.

    Raises
    ------
    RuntimeError
        If the function needs Python or Numba at run time, for example because it allocates.
    """
    config.DISABLE_JIT = 0  # type: ignore[attr-defined]  # else Numba's decorators do nothing
    entry = _entry(function, signature.arguments, returns)
    called_by_c = cfunc(_type_of(signature.arguments, returns), **_OPTIONS)(entry)
    # Numba's wrapper for C reports exceptions by way of Python, so the function that it wraps is
    # called instead.
    inner = called_by_c.native_name.removeprefix("cfunc.")
    module = llvm.parse_assembly(called_by_c.inspect_llvm())
    module.link_in(llvm.parse_assembly(_NO_COUNTING))
    module.get_function(inner).name = f"inner_{function.__name__}"
    module.link_in(llvm.parse_assembly(_from_block(signature, function.__name__, name)))
    for item in (*module.functions, *module.global_variables):
        if item.name != name and not item.is_declaration:
            item.linkage = "internal"
    machine = target_machine()
    options = llvm.create_pipeline_tuning_options()
    passes = llvm.create_new_module_pass_manager()
    passes.add_always_inliner_pass()
    passes.add_global_dead_code_eliminate_pass()
    passes.add_strip_dead_prototype_pass()
    passes.run(module, llvm.create_pass_builder(machine, options))
    needed = {item.name for item in module.functions if item.is_declaration}
    needed = {item for item in needed if not item.startswith("llvm.")} - _IN_C_LIBRARY
    if needed:
        raise RuntimeError(f"{function.__name__} is no kernel: it needs {sorted(needed)}")
    code: bytes = machine.emit_object(module)
    return code


def _from_block(signature: Signature, function: str, name: str) -> str:
    """Return the wrapper, in LLVM's language; it refuses arrays that do not fit the signature."""
    offsets = {field: getattr(Header, field).offset for field, *_ in Header._fields_}
    loads: list[str] = []
    given: list[tuple[str, str]] = []
    for i, argument in enumerate(signature.arguments):
        place, in_llvm = i + 1, signature.in_llvm[i + 1]
        loads.append(_LOAD.format(i=i, place=place, type=in_llvm))
        if isinstance(argument, Array):
            dimensions = range(argument.dimensions)
            needs = {"count": argument.dimensions, "needed": argument.flags, "word": TYPE_WORD}
            loads.append(_CHECK.format(i=i, place=place, **needs, **offsets))
            loads += [_LENGTH.format(i=i, axis=axis) for axis in dimensions]
            given += [("ptr", f"data{i}"), *[("i64", f"length{i}_{axis}") for axis in dimensions]]
        else:
            given.append((in_llvm, f"a{i}"))
    return _FROM_BLOCK.format(
        inner=f"inner_{function}",
        name=f'"{name}"',
        types=", ".join(in_llvm for in_llvm, _ in given),
        loads="".join(loads),
        arguments=", ".join(f"{in_llvm} %{value}" for in_llvm, value in given),
        failed=FAILED,
        unfit=UNFIT,
    )


def _type_of(arguments: Sequence[Argument], returns: Number | None) -> Any:
    """Return Numba's signature of the function that `_entry` returns."""
    result = types.void if returns is None else getattr(types, returns.dtype)
    flat: list[Any] = []
    for argument in arguments:
        numba_type = getattr(types, argument.dtype)
        if isinstance(argument, Array):
            flat += [
                types.CPointer(numba_type),  # type: ignore[no-untyped-call]
                *[types.int64] * argument.dimensions,
            ]
        else:
            flat.append(numba_type)
    return result(*flat)


def _entry(
    function: FunctionType, arguments: Sequence[Argument], returns: Number | None
) -> FunctionType:
    """Return a function that takes addresses and shapes, and calls the given one with arrays.

    It is generated as text, because Numba does not compile variable arguments here.
    """
    taken, given = [], []
    for i, argument in enumerate(arguments):
        taken.append(f"a{i}")
        if isinstance(argument, Array):
            shape = [f"a{i}_{axis}" for axis in range(argument.dimensions)]
            taken += shape
            given.append(f"carray(a{i}, ({', '.join(shape)},))")
        else:
            given.append(f"a{i}")
    scope: dict[str, Any] = {"carray": carray, "function": _jitted(function, {})}
    does = "" if returns is None else "return "
    text = f"def entry({', '.join(taken)}):\n    {does}function({', '.join(given)})\n"
    exec(text, scope)  # of names and shapes alone
    entry: FunctionType = scope["entry"]
    return entry


@intrinsic
def _prefetch(_typing: Any, values: Any, at: Any) -> Any:
    """Take the place of `prefetch` in kernels; see LLVM's ``llvm.prefetch``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.bitcast(builder.gep(array.data, [arguments[1]]), ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [place.type, number, number, number])
        function = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
            builder.module, kind, "llvm.prefetch.p0"
        )
        to_be_written, soon_again, no_code = 1, 3, 1
        given = [number(value) for value in (to_be_written, soon_again, no_code)]
        builder.call(function, [place, *given])
        return context.get_dummy_value()

    return types.void(values, at), generate


def _jitted(function: FunctionType, done: dict[FunctionType, Any]) -> Any:
    """Return a function wrapped for Numba, along with all functions that it calls."""
    if function is prefetch:
        return _prefetch
    if function not in done:
        scope = dict(function.__globals__)
        for name in function.__code__.co_names:
            if isinstance(scope.get(name), FunctionType):
                scope[name] = _jitted(scope[name], done)
        copy = FunctionType(function.__code__, scope, function.__name__)
        copy.__module__ = function.__module__
        done[function] = njit(**_OPTIONS)(copy)
    return done[function]
