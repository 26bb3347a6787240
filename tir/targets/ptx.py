"""The device code of a module as PTX: the target `ptx` of tir-opt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from xdsl.context import Context
from xdsl.dialects import gpu
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.utils.target import Target

from tir.runtime import nvptx
from tir.support.errors import UnsupportedError

from .llvm_ir import llvm_assembly


@dataclass(frozen=True)
class PtxTarget(Target):
    """Prints the functions of the one `gpu.module`, for an architecture: `-t ptx{arch=sm_80}`."""

    name = "ptx"

    arch: str = nvptx.DEFAULT_ARCH

    def emit(self, ctx: Context, module: ModuleOp, output: IO[str]) -> None:
        output.write(ptx(module, self.arch))


def emit_ptx(module: ModuleOp, output: IO[str]) -> None:
    """Writes the PTX of a module for the default architecture."""
    output.write(ptx(module))


def ptx(module: ModuleOp, arch: str = nvptx.DEFAULT_ARCH) -> str:
    """The PTX of the `gpu.module` within a module, whose functions are of the llvm and nvvm dialects.

    `UnsupportedError` for operations that LLVM's back end has no code for, and where there is no device code.
    """
    return nvptx.to_ptx(device_assembly(module, arch), arch)


def device_assembly(module: ModuleOp, arch: str = nvptx.DEFAULT_ARCH) -> str:
    """The LLVM assembly of the device code of a module."""
    found = [op for op in module.body.block.ops if isinstance(op, gpu.ModuleOp)]
    if len(found) != 1:
        count = "no gpu.module" if not found else f"{len(found)} gpu.modules"
        raise UnsupportedError(f"there is {count}: PTX is made of one")
    (device,) = found
    code = ModuleOp([op.clone() for op in device.body.block.ops])
    code.attributes["llvm.target_triple"] = StringAttr(nvptx.TRIPLE)
    code.attributes["llvm.data_layout"] = StringAttr(nvptx.data_layout(arch))
    return llvm_assembly(code, "nvptx")
