"""LLVM assembly to PTX, the assembly language of NVIDIA's GPUs.

Only text that `tir.targets.legality` has passed may come here: LLVM aborts the process on what it cannot translate.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tir.support.errors import TirError, UnsupportedError

from .llvm_lock import LLVM_LOCK
from .llvm_passes import run_passes

TRIPLE = "nvptx64-nvidia-cuda"
DEFAULT_ARCH = "sm_90"


@lru_cache(maxsize=8)
def _machine(arch: str) -> Any:
    """LLVM's back end for an architecture; the caller holds the lock."""
    import llvmlite.binding as llvm  # noqa: PLC0415 - takes long to import

    if not (arch.startswith("sm_") and arch[3:].rstrip("af").isdigit()):
        raise UnsupportedError(f"{arch!r} is no architecture of NVIDIA's: expected sm_80, sm_90...")
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    return llvm.Target.from_triple(TRIPLE).create_target_machine(cpu=arch, opt=3)


def data_layout(arch: str = DEFAULT_ARCH) -> str:
    """How types are laid out in the memory of the GPU, in LLVM's notation."""
    with LLVM_LOCK:
        return str(_machine(arch).target_data)


def to_ptx(text: str, arch: str = DEFAULT_ARCH, level: int = 3) -> str:
    """The PTX of LLVM assembly, after LLVM's optimizations; `TirError` where LLVM does not accept it."""
    import llvmlite.binding as llvm  # noqa: PLC0415 - takes long to import

    with LLVM_LOCK:
        machine = _machine(arch)
        try:
            module = llvm.parse_assembly(text)
            module.verify()
        except RuntimeError as error:
            raise TirError(f"LLVM rejects the assembly: {error}") from error
        options = llvm.create_pipeline_tuning_options(speed_level=level)
        builder = llvm.create_pass_builder(machine, options)
        run_passes(llvm, builder, module)
        return machine.emit_assembly(module)
