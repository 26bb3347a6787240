"""The pass `kernels-to-loops`: each kernel region becomes a function of loops."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from xdsl.context import Context
from xdsl.dialects import func, memref
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    ArrayAttr,
    DictionaryAttr,
    MemRefType,
    ModuleOp,
    StringAttr,
    UnitAttr,
)
from xdsl.dialects.linalg.attrs import IteratorType
from xdsl.dialects.linalg.ops import FillOp, GenericOp
from xdsl.ir import Block, Region, SSAValue
from xdsl.passes import ModulePass

from tir.dialects import kernel
from tir.dialects.linalg_ext import ScatterOp
from tir.dialects.projections import projection
from tir.dialects.structural_key import region_key
from tir.lowering.kernels_to_loops.columns import lower_columns
from tir.lowering.kernels_to_loops.elementwise import fill, fill_buffer, lower_elementwise
from tir.lowering.kernels_to_loops.rows import lower_rows
from tir.lowering.kernels_to_loops.scatter import lower_scatter
from tir.lowering.kernels_to_loops.structure import Structured, fuse_products
from tir.lowering.kernels_to_loops.whole import lower_whole
from tir.lowering.structured.builder import LoopBuilder, memref_type
from tir.lowering.structured.centred import centred_sum
from tir.lowering.structured.loop_nest import LoopNest, shared_rows
from tir.lowering.structured.operands import Operand
from tir.support.late_names import late_function

_find_centred = late_function("tir.lowering.kernels_to_loops.find_centred:find_centred")


@dataclass(frozen=True)
class KernelsToLoopsPass(ModulePass):
    """Outlines each `kernel.region` into a function and writes its structured operations as loops.

    Before:

        kernel.region(%a = %x : memref<?x?xf64, strided<[?, ?], offset: ?>>, %o = %y : memref<?x?xf64>) {
          linalg.generic {...} ins(%a) outs(%o) {...}
        }

    After:

        func.func private @kernel_0(%a: memref<...> {llvm.noalias}, %o: memref<...> {llvm.noalias}) {
          %contiguous = ...
          scf.if %contiguous { scf.for over all elements } else { scf.for rows { scf.for columns } }
        }
        ...
        func.call @kernel_0(%x, %y)

    Regions that do the same share a function: the steps of an unrolled loop are compiled once.

    Invariants: the buffers of a kernel do not overlap those it writes; no operation of linalg remains. Linear.

    With `{vectorized=false}` sums are added up in shorter blocks: else each of the partial sums that vector instructions keep
    is rounded as seldom as NumPy's, and a single one would be rounded more often.
    """

    name = "kernels-to-loops"

    vectorized: bool = True
    """Whether LLVM makes vector instructions of the loops."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        kernels: dict[Hashable, str] = {}
        for function in list(op.body.block.ops):
            if not isinstance(function, func.FuncOp) or function.is_declaration:
                continue
            block = function.body.block
            for region in list(block.ops):
                if isinstance(region, kernel.RegionOp):
                    key = region_key(region.body)
                    name = kernels.get(key)
                    if name is None:
                        name = kernels[key] = f"kernel_{len(kernels)}"
                        op.body.block.insert_ops_before(
                            [_outline(region, name, self.vectorized)], function
                        )
                    call = func.CallOp(name, region.operands, [])
                    call.location = region.location
                    block.insert_op_before(call, region)
                    block.erase_op(region)


def _outline(region: kernel.RegionOp, name: str, vectorized: bool) -> func.FuncOp:
    types = [v.type for v in region.operands]
    block = Block(arg_types=types)
    inside: dict[SSAValue, SSAValue] = dict(zip(region.body.block.args, block.args, strict=True))
    for old, new in inside.items():
        new.name_hint = old.name_hint
    _lower_body(region, LoopBuilder(block, vectorized), inside)
    block.add_op(func.ReturnOp())
    memref_attributes = DictionaryAttr({"llvm.noalias": UnitAttr()})
    function = func.FuncOp(
        name,
        (types, []),
        Region(block),
        visibility=StringAttr("private"),
        arg_attrs=ArrayAttr(
            [memref_attributes if isinstance(t, MemRefType) else DictionaryAttr({}) for t in types]
        ),
    )
    # Kernels stay functions of their own: profilers can name them, and LLVM's time stays linear.
    function.attributes["no_inline"] = UnitAttr()
    function.location = region.location
    return function


def _lower_body(
    region: kernel.RegionOp, builder: LoopBuilder, inside: dict[SSAValue, SSAValue]
) -> None:
    """Write the operations of a region as loops, together where they share some."""
    starts: dict[SSAValue, SSAValue] = {}
    local: dict[SSAValue, memref.AllocOp] = {}
    generics: list[GenericOp] = []
    for op in list(region.body.block.ops):
        if isinstance(op, FillOp):
            starts[inside[op.operands[1]]] = inside[op.operands[0]]
        elif isinstance(op, memref.AllocOp):
            made = op.clone(inside)
            local[made.memref] = made
            inside[op.memref] = made.memref
        elif isinstance(op, GenericOp):
            generics.append(op)
        elif isinstance(op, ScatterOp):
            op.operands = [inside[v] for v in op.operands]
            if op.output in starts:
                fill_buffer(builder, op.output, starts.pop(op.output))
            lower_scatter(builder, op)
        elif not isinstance(op, kernel.YieldOp):
            copy = op.clone(inside)
            builder.add(copy)
            inside.update(zip(op.results, copy.results, strict=True))
    rows = shared_rows([LoopNest.of(op) for op in generics]) if len(generics) > 1 else 0
    ops = [_structured(op, inside, starts) for op in generics]
    if not rows:
        for made in local.values():
            builder.add(made)
        _lower_in_order(builder, ops)
        for made in local:
            builder.add(memref.DeallocOp.get(made))
    else:
        sizes = {buffer: _sizes(builder, made) for buffer, made in local.items()}
        lower_rows(builder, ops, [tuple(range(rows))] * len(ops), sizes)
    for buffer, value in starts.items():
        fill_buffer(builder, buffer, value)


def _structured(
    op: GenericOp, inside: dict[SSAValue, SSAValue], starts: dict[SSAValue, SSAValue]
) -> Structured:
    maps = [projection(m) for m in op.indexing_maps.data]
    operands = [Operand(inside[v], m) for v, m in zip(op.operands, maps, strict=True)]
    split = len(op.inputs)
    body = op.body.block
    for inner in body.walk():
        for number, operand in enumerate(inner.operands):
            if operand in inside:
                inner.operands[number] = inside[operand]
    structured = Structured(
        body=body,
        inputs=tuple(operands[:split]),
        outputs=tuple(operands[split:]),
        parallel=tuple(t.data is IteratorType.PARALLEL for t in op.iterator_types.data),
        starts=tuple(starts.pop(o.buffer, None) for o in operands[split:]),
    )
    if not structured.is_elementwise:
        fuse_products(structured)
    return structured


def _lower_in_order(builder: LoopBuilder, ops: Sequence[Structured]) -> None:
    """Loops for operations that share none, but perhaps memory in the cache."""
    may_be_centred = any(centred_sum(op.body, len(op.inputs)) for op in ops[1:])
    found = _find_centred(ops) if may_be_centred else None
    first, second, write = found or (None, None, None)
    loops: Any = None
    for number, op in enumerate(ops):
        if write is not None and number == first:
            loops = write(builder)
        elif loops is not None and number == second:
            loops.finish()
        else:
            _lower_alone(builder, op)


def _lower_alone(builder: LoopBuilder, op: Structured) -> None:
    """Loops for an operation that shares none with others."""
    if op.is_elementwise:
        # A reduction over no dimension reads its output; others write over what was there.
        fill(builder, op)
        lower_elementwise(builder, op)
    elif not any(op.parallel):
        lower_whole(builder, op)
    elif op.parallel[-1] and sum(op.parallel) == 1:
        lower_columns(builder, op)
    else:
        parallel = [loop for loop, is_parallel in enumerate(op.parallel) if is_parallel]
        # Where the last loop is parallel, it runs innermost and accumulates in memory.
        shared = parallel[:-1] if op.parallel[-1] else parallel
        lower_rows(builder, [op], [tuple(shared)])


def _sizes(builder: LoopBuilder, made: memref.AllocOp) -> list[SSAValue]:
    dynamic = iter(made.dynamic_sizes)
    return [
        next(dynamic) if size == DYNAMIC_INDEX else builder.index(size)
        for size in memref_type(made.memref).get_shape()
    ]
