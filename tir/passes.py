"""The registry of tir's own passes and dialects: names, and where each is defined.

Modules are imported when a pass is first used, so that starting up costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from xdsl.ir import Dialect
from xdsl.passes import ModulePass

PASSES: dict[str, str] = {
    # the tir dialect
    "merge": "tir.transforms.merge:MergePass",
    "constant-fold": "tir.transforms.constant_fold:ConstantFoldPass",
    "canonicalize-dimshuffles": "tir.transforms.canonicalize_dimshuffles:CanonicalizeDimshufflesPass",
    "make-broadcasts-explicit": "tir.transforms.make_broadcasts_explicit:MakeBroadcastsExplicitPass",
    "sink-fills": "tir.transforms.sink_fills:SinkFillsPass",
    "simplify-arithmetic": "tir.transforms.simplify_arithmetic:SimplifyArithmeticPass",
    "infer-shapes": "tir.transforms.infer_shapes:InferShapesPass",
    "stabilize": "tir.transforms.stabilize:StabilizePass",
    # linalg, kernels, buffers, loops
    "tir-to-linalg": "tir.lowering.tir_to_linalg:TirToLinalgPass",
    "linalg-cse": "tir.transforms.linalg_cse:LinalgCsePass",
    "linalg-fuse-elementwise": "tir.transforms.linalg_fuse_elementwise:LinalgFuseElementwisePass",
    "linalg-transpose-operands": "tir.transforms.linalg_transpose_operands:LinalgTransposeOperandsPass",
    "linalg-fold-add-into-dest": "tir.transforms.linalg_fold_add_into_dest:LinalgFoldAddIntoDestPass",
    "form-kernels": "tir.lowering.form_kernels:FormKernelsPass",
    "bufferize": "tir.lowering.bufferize:BufferizePass",
    "plan-buffers": "tir.lowering.plan_buffers:PlanBuffersPass",
    "kernels-to-loops": "tir.lowering.kernels_to_loops:KernelsToLoopsPass",
    "kernels-to-gpu": "tir.lowering.kernels_to_gpu:KernelsToGpuPass",
    # machine code
    "outline-parallel": "tir.lowering.outline_parallel:OutlineParallelPass",
    "expand-fmod": "tir.lowering.expand_fmod:ExpandFmodPass",
    "expand-math": "tir.lowering.expand_math:ExpandMathPass",
    "convert-to-llvm": "tir.lowering.convert_to_llvm:ConvertToLLVMPass",
    "gpu-to-nvvm": "tir.lowering.gpu_to_nvvm:GpuToNvvmPass",
    "emit-python-entry": "tir.lowering.emit_python_entry:EmitPythonEntryPass",
    "mark-cold-functions": "tir.lowering.mark_cold_functions:MarkColdFunctionsPass",
}
"""Pass name -> "module:class"."""

DIALECTS: dict[str, str] = {
    "tir": "tir.dialects.tir.dialect:Tir",
    "linalg_ext": "tir.dialects.linalg_ext:LinalgExt",
    "kernel": "tir.dialects.kernel:Kernel",
    "rt": "tir.dialects.rt:Rt",
    "math_ext": "tir.dialects.math_ext:MathExt",
    "math_special": "tir.dialects.math_special:MathSpecial",
    "linalg": "tir.dialects.linalg_generic:Linalg",
    "llvm": "tir.dialects.llvm_ext:LLVM",
    "nvvm": "tir.dialects.nvvm:NVVM",
}
"""Dialect name -> "module:dialect"; they take precedence over xDSL's of the same name."""


def load(reference: str) -> object:
    """The object that "module:name" refers to."""
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)


def pass_factory(name: str) -> Callable[[], type[ModulePass]]:
    """A function that imports and gives the pass class, as xDSL's registry wants it."""

    def factory() -> type[ModulePass]:
        found = load(PASSES[name])
        assert isinstance(found, type)
        assert issubclass(found, ModulePass)
        return found

    return factory


def load_dialect(name: str) -> Dialect:
    """A dialect of tir's own."""
    found = load(DIALECTS[name])
    assert isinstance(found, Dialect)
    return found
