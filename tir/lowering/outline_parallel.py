"""The pass `outline-parallel`: the body of each `rt.parallel` becomes a function of a range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import arith, func, memref, scf
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    IndexType,
    IntegerAttr,
    MemRefType,
    ModuleOp,
    StringAttr,
    UnitAttr,
    i1,
)
from xdsl.ir import Attribute, Block, BlockArgument, Operation, Region, SSAValue
from xdsl.passes import ModulePass

from tir.dialects import rt
from tir.dialects.captures import outer_uses

INDEX = IndexType()
_NOALIAS = "llvm.noalias"
_VIEWS_AND_CONSTANTS = (
    arith.ConstantOp,
    memref.DimOp,
    memref.CastOp,
    memref.SubviewOp,
    memref.ReinterpretCastOp,
    memref.ExtractStridedMetaDataOp,
)
_ALLOCATIONS = (memref.AllocOp, memref.AllocaOp)


@dataclass(frozen=True)
class OutlineParallelPass(ModulePass):
    """Moves the body of each `rt.parallel` into a private function, and calls that by `rt.parallel_call`.

    Before:

        func.func private @kernel_0(%x: memref<?xf64> {llvm.noalias}, %s: f64) {
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %n = memref.dim %x, %c0 : memref<?xf64>
          rt.parallel (%begin, %end) = %n grain %grain {
            scf.for %i = %begin to %end step %c1 { ... %x[%i] ... %s ... }
          }

    After:

        func.func private @kernel_0_range_0(%x: memref<?xf64> {llvm.noalias}, %s: f64, %begin: index, %end: index)
            attributes {no_inline} {
          %c1 = arith.constant 1 : index
          scf.for %i = %begin to %end step %c1 { ... %x[%i] ... %s ... }
        }
        func.func private @kernel_0(%x: memref<?xf64> {llvm.noalias}, %s: f64) {
          ...
          rt.parallel_call @kernel_0_range_0(%x, %s) count %n grain %grain : memref<?xf64>, f64

    What the body reads from outside becomes a parameter; constants, views and arithmetic on indices are
    repeated in the function, so that a buffer crosses once and LLVM sees how its views come about. Buffers that do
    not overlap others in the kernel do not in the function either. An `rt.parallel` in another one runs from 0 to its
    count, there and then.

    Invariants: no `rt.parallel` is left. Linear, but for what the functions of one kernel repeat.
    """

    name = "outline-parallel"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        functions = [f for f in op.body.block.ops if isinstance(f, func.FuncOp)]
        names = {f.sym_name.data for f in functions}
        for function in functions:
            for parallel in list(_outermost(function)):
                for inner in [o for o in parallel.body.walk() if type(o) is rt.ParallelOp]:
                    _run_at_once(inner)
                name = _unused(names, f"{function.sym_name.data}_range")
                outlined = _outline(function, parallel, name)
                op.body.block.insert_op_before(outlined, function)


def _outermost(function: func.FuncOp) -> Iterator[rt.ParallelOp]:
    for op in function.walk():
        if type(op) is rt.ParallelOp:
            parent = op.parent_op()
            while parent is not function and not isinstance(parent, rt.ParallelOp):
                assert parent is not None
                parent = parent.parent_op()
            if parent is function:
                yield op


def _unused(names: set[str], prefix: str) -> str:
    number = 0
    while f"{prefix}_{number}" in names:
        number += 1
    name = f"{prefix}_{number}"
    names.add(name)
    return name


def _run_at_once(op: rt.ParallelOp) -> None:
    """Runs the body of an `rt.parallel` for the whole range, which may be empty."""
    outer = op.parent_block()
    assert outer is not None
    zero = arith.ConstantOp(IntegerAttr(0, INDEX))
    some = arith.CmpiOp(op.count, zero.result, "sgt")
    body = op.body.block
    for bound, value in zip(body.args, (zero.result, op.count), strict=True):
        bound.replace_all_uses_with(value)
    block = Block()
    _move_body(body, block)
    block.add_op(scf.YieldOp())
    branch = scf.IfOp(some.result, [], Region(block))
    for new in (zero, some, branch):
        new.location = op.location
    outer.insert_ops_before([zero, some, branch], op)
    outer.erase_op(op)


def _move_body(source: Block, target: Block) -> None:
    for op in list(source.ops):
        if not isinstance(op, rt.YieldOp):
            op.detach()
            target.add_op(op)


def _outline(function: func.FuncOp, op: rt.ParallelOp, name: str) -> func.FuncOp:
    """The function of a range; its call takes the place of `op`."""
    block = Block()
    capture = _Capture(block)
    for inner, number in outer_uses(op.body):
        inner.operands[number] = capture.inside(inner.operands[number])
    for bound in op.body.block.args:
        argument = block.insert_arg(INDEX, len(block.args))
        argument.name_hint = bound.name_hint
        bound.replace_all_uses_with(argument)
    _move_body(op.body.block, block)
    block.add_op(func.ReturnOp())
    outlined = func.FuncOp(
        name,
        ([a.type for a in block.args], []),
        Region(block),
        visibility=StringAttr("private"),
        arg_attrs=_argument_attributes(function, capture.captured),
    )
    # Called from two places; and profilers can name it.
    outlined.attributes["no_inline"] = UnitAttr()
    outlined.location = op.location
    call = rt.ParallelCallOp(name, capture.captured, op.count, op.grain)
    call.location = op.location
    outer = op.parent_block()
    assert outer is not None
    outer.insert_op_before(call, op)
    outer.erase_op(op)
    return outlined


class _Capture:
    """What a function of a range gets from the kernel: parameters, and operations that it repeats."""

    def __init__(self, block: Block) -> None:
        self.captured: list[SSAValue] = []
        self._block = block
        self._inside: dict[SSAValue, SSAValue] = {}

    def inside(self, value: SSAValue) -> SSAValue:
        """The value in the function that a value of the kernel becomes."""
        pending = [value]
        while pending:
            outer = pending[-1]
            if outer in self._inside:
                pending.pop()
                continue
            owner = outer.owner
            if isinstance(owner, Operation) and _is_repeated(owner):
                missing = [v for v in owner.operands if v not in self._inside]
                if missing:
                    pending += reversed(missing)
                    continue
                self._block.add_op(owner.clone(self._inside))
            else:
                argument = self._block.insert_arg(outer.type, len(self._block.args))
                argument.name_hint = outer.name_hint
                self._inside[outer] = argument
                self.captured.append(outer)
            pending.pop()
        return self._inside[value]


def _is_repeated(op: Operation) -> bool:
    if isinstance(op, _VIEWS_AND_CONSTANTS):
        return True
    types = (v.type for v in (*op.operands, *op.results))
    return op.name.startswith("arith.") and all(t in (INDEX, i1) for t in types)


def _argument_attributes(
    function: func.FuncOp, captured: list[SSAValue]
) -> ArrayAttr[DictionaryAttr]:
    entries = [_attributes_of(function, value) for value in captured]
    memrefs = [v for v in captured if isinstance(v.type, MemRefType)]
    if not all(_is_buffer(function, value) for value in memrefs):
        # A view from elsewhere may look at any of the others.
        entries = [{k: a for k, a in entry.items() if k != _NOALIAS} for entry in entries]
    return ArrayAttr(DictionaryAttr(entry) for entry in (*entries, {}, {}))


def _is_buffer(function: func.FuncOp, value: SSAValue) -> bool:
    """Whether a memref is a parameter of the kernel or memory of its own, not a view of such."""
    if isinstance(value, BlockArgument):
        return value.block is function.body.blocks.first
    return isinstance(value.owner, _ALLOCATIONS)


def _attributes_of(function: func.FuncOp, value: SSAValue) -> dict[str, Attribute]:
    if isinstance(value.owner, _ALLOCATIONS):
        return {_NOALIAS: UnitAttr()}
    attributes = function.arg_attrs
    if attributes is None or value.owner is not function.body.blocks.first:
        return {}
    assert isinstance(value, BlockArgument)
    given = attributes.data[value.index].data
    return {key: item for key, item in given.items() if key.startswith("llvm.")}
