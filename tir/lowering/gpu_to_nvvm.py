"""The pass `gpu-to-nvvm`: the functions of the GPU to the llvm and nvvm dialects."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func, gpu, llvm
from xdsl.dialects.builtin import ArrayAttr, DenseArrayBase, ModuleOp, StringAttr, UnitAttr, i64
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from tir.dialects import nvvm
from tir.lowering.to_llvm import arith_handlers, control_handlers, func_handlers, memref_handlers
from tir.lowering.to_llvm.emitter import FunctionEmitter, Handler
from tir.lowering.to_llvm.module import ModuleEmitter
from tir.support.errors import UnsupportedError

_KNOWN_BLOCK_SIZE = "gpu.known_block_size"

_REGISTERS: dict[type[Operation], tuple[type[nvvm.SpecialRegister], ...]] = {
    gpu.ThreadIdOp: (nvvm.ThreadIdXOp, nvvm.ThreadIdYOp, nvvm.ThreadIdZOp),
    gpu.BlockDimOp: (nvvm.BlockDimXOp, nvvm.BlockDimYOp, nvvm.BlockDimZOp),
    gpu.BlockIdOp: (nvvm.BlockIdXOp, nvvm.BlockIdYOp, nvvm.BlockIdZOp),
    gpu.GridDimOp: (nvvm.GridDimXOp, nvvm.GridDimYOp, nvvm.GridDimZOp),
}


def _read_register(
    emitter: FunctionEmitter, op: gpu.ThreadIdOp | gpu.BlockDimOp | gpu.BlockIdOp | gpu.GridDimOp
) -> None:
    number = tuple(gpu.DimensionEnum).index(op.dimension.data)
    register = _REGISTERS[type(op)][number]()
    emitter.add(register)
    # None of these numbers is negative.
    emitter.values[op.result] = emitter.emit(llvm.ZExtOp, (register.res,), i64)


def _return(emitter: FunctionEmitter, _: gpu.ReturnOp) -> None:
    emitter.return_success()


_HANDLERS: dict[type[Operation], Handler] = {
    **arith_handlers.HANDLERS,
    **memref_handlers.HANDLERS,
    **control_handlers.HANDLERS,
    **func_handlers.HANDLERS,
    **dict.fromkeys(_REGISTERS, _read_register),
    gpu.ReturnOp: _return,
}


@dataclass(frozen=True)
class GpuToNvvmPass(ModulePass):
    """Converts what is in each `gpu.module` to the llvm dialect; host code stays as it is.

    Before (`gpu.func` is abridged):

        gpu.module @kernels {
          gpu.func @kernel_0(%x: memref<?xf64, strided<[?], offset: ?>> {llvm.noalias}, ...) kernel {
            %i = gpu.thread_id x
            ...

    After:

        gpu.module @kernels {
          llvm.func @kernel_0(%x: !llvm.ptr {llvm.noalias}, %size: i64, %stride: i64, ...)
              attributes {nvvm.kernel} {
            %0 = nvvm.read.ptx.sreg.tid.x : i32
            %i = llvm.zext %0 : i32 to i64
            ...

    Memrefs become parameters as `convert-to-llvm` makes them, with pointers of the generic address space: LLVM's
    back end knows that those a kernel is given are global. Other functions, such as those of `expand-math`, become
    internal.

    Invariants: device code neither allocates nor fails, and calls only functions of its own `gpu.module`.
    """

    name = "gpu-to-nvvm"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for inner in op.body.block.ops:
            if isinstance(inner, gpu.ModuleOp):
                _convert(inner)


def _convert(module: gpu.ModuleOp) -> None:
    emitter = ModuleEmitter(module, _HANDLERS, control_handlers.STRUCTURED_TERMINATORS)
    for op in list(module.body.block.ops):
        if isinstance(op, func.FuncOp):
            func_handlers.convert_function(emitter, op)
        elif isinstance(op, gpu.FuncOp):
            _convert_kernel(emitter, op)
        else:
            raise UnsupportedError(f"{op.name} in gpu.module @{module.sym_name.data}")
    emitter.finish()


def _convert_kernel(emitter: ModuleEmitter, function: gpu.FuncOp) -> None:
    body = function.body
    function.detach_region(body)
    attributes = function.attributes.get("arg_attrs")
    source = func.FuncOp(
        function.sym_name.data,
        function.function_type,
        body,
        arg_attrs=attributes if isinstance(attributes, ArrayAttr) else None,
    )
    converted = func_handlers.convert_function(emitter, source)
    converted.location = function.location
    if function.kernel is not None:
        converted.attributes[nvvm.KERNEL] = UnitAttr()
    block_size = function.attributes.get(_KNOWN_BLOCK_SIZE)
    if isinstance(block_size, DenseArrayBase):
        sizes = ",".join(map(str, block_size.iter_values()))
        passthrough = converted.properties.get("passthrough")
        known = passthrough.data if isinstance(passthrough, ArrayAttr) else ()
        pair = ArrayAttr([StringAttr(nvvm.MAXIMAL_THREADS), StringAttr(sizes)])
        converted.properties["passthrough"] = ArrayAttr([*known, pair])
