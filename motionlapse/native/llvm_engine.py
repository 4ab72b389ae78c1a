"""LLVM's description of this machine, and its engine for loading machine code."""

from __future__ import annotations

import sys

import llvmlite.binding as llvm

# On Linux: position-independent code whose parts are close together, which `elf` can load, too.
# Elsewhere: what LLVM's engine prefers.
_RELOCATION, _MODEL = ("pic", "small") if sys.platform == "linux" else ("default", "jitdefault")


def target_machine() -> llvm.TargetMachine:
    """Return this machine as a target, with all features of its processor."""
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
    """Load an object file and return the address of a function in it; it stays loaded for good.

    Raises
    ------
    OSError
        If the system does not allow executable memory.
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
