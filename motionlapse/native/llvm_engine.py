"""LLVM: what it is to know of this machine, and its engine, which loads machine code."""

from __future__ import annotations

import llvmlite.binding as llvm


def target_machine() -> llvm.TargetMachine:
    """Return this machine, with all that it can do."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        # Code whose parts lie near each other, anywhere: what the simplest loader can do, too.
        reloc="pic",
        codemodel="small",
        jit=True,
    )


def load(code: bytes, name: str) -> int:
    """Load an object file and return the address of a function in it.

    It stays in memory as long as the process runs.
    """
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _kept.append(engine)
    address: int = engine.get_function_address(name)
    return address


_kept: list[llvm.ExecutionEngine] = []
