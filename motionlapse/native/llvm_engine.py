"""LLVM: what it is to know of this machine, and its engine, which loads machine code."""

from __future__ import annotations

import sys

import llvmlite.binding as llvm

# Code whose parts lie near each other, anywhere: what the simplest loader can do, too. Elsewhere as
# LLVM's engine likes it best.
_RELOCATION, _MODEL = ("pic", "small") if sys.platform == "linux" else ("default", "jitdefault")


def target_machine() -> llvm.TargetMachine:
    """Return this machine, with all that it can do."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc=_RELOCATION,
        codemodel=_MODEL,
        jit=True,
    )


def load(code: bytes, name: str) -> int:
    """Load an object file and return the address of a function in it.

    It stays in memory as long as the process runs.

    Raises
    ------
    OSError
        If the system does not allow it.
    RuntimeError
        If there is no such function.
    """
    llvm.check_jit_execution()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    address: int = engine.get_function_address(name)
    if not address:
        raise RuntimeError(f"no function {name}")
    _kept.append(engine)
    return address


_kept: list[llvm.ExecutionEngine] = []
