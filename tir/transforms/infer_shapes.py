"""The pass `infer-shapes`: sizes come from where they are decided, not from results."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, i64
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass

from tir.dialects.tir.arithmetic import SecondOp
from tir.dialects.tir.base import TirOp, bool_array, tensor_type
from tir.dialects.tir.canonicalization.indexing import INDEXING_PATTERNS
from tir.dialects.tir.canonicalization.matching import pattern_of_value
from tir.dialects.tir.canonicalization.pattern import Rewriter
from tir.dialects.tir.canonicalization.sizes import (
    Size,
    dim_axis,
    size_expression,
    size_source,
)
from tir.dialects.tir.structural import AllocOp, DimOp
from tir.transforms.driver import PatternSet, apply_patterns, erase_if_dead, tir_blocks

_PATTERNS = PatternSet(INDEXING_PATTERNS)


@dataclass(frozen=True)
class InferShapesPass(ModulePass):
    """The size of a result is computed from the sizes of the arguments, without computing the result.

        %y = tir.exp %x : tensor<?xf64>
        %n = tir.dim %y {axis = 0} : (tensor<?xf64>) -> tensor<i64>
        ->
        %n = tir.dim %x {axis = 0} : (tensor<?xf64>) -> tensor<i64>

    Likewise `second(y, c)`, which needs y for its shape alone, becomes `alloc(c, sizes)`. Operations that are not needed
    any more are erased, and elements of vectors of sizes are taken out. Afterwards every `dim` is of an argument of the
    function, or of a value whose size only its computation shows (a slice with an unknown step, a `reshape` to sizes
    that may be -1); there is one for each such dimension. A size takes time once, whoever asks.

    Unsafe: a program that asks for a shape only no longer fails where computing the value would have failed.
    """

    name = "infer-shapes"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        # `x.shape[0]` is an element of a vector of sizes.
        apply_patterns(op, _PATTERNS)
        for block in tir_blocks(op):
            _Inference(block).run()


class _Inference:
    """The sizes found so far in a block."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._sources: dict[Size, Size] = {}
        self._sizes: dict[Size, SSAValue] = {}
        self._measured: set[Operation] = set()
        self._pending: list[DimOp] = []

    def run(self) -> None:
        # In the order of the program: what an operation needs has been replaced when its turn comes.
        for op in list(self._block.ops):
            if isinstance(op, SecondOp):
                self._replace_fill(op)
            elif isinstance(op, DimOp):
                self._replace_dim(op)
        while self._pending:
            self._replace_dim(self._pending.pop())
        # Only now: what was found for a value may lead to operations that were not needed for a while.
        for op in reversed(list(self._block.ops)):
            if op.parent is not None:
                erase_if_dead(op)

    def _replace_dim(self, op: DimOp) -> None:
        (result,) = op.results
        if result.first_use is not None and op not in self._measured:
            result.replace_all_uses_with(self._size(op.operands[0], dim_axis(op)))

    def _size(self, value: SSAValue, axis: int) -> SSAValue:
        """The scalar for a dimension, built once, in front of every use that it may have."""
        source = size_source(value, axis, self._sources)
        found = self._sizes.get(source)
        if found is None:
            found = self._sizes[source] = self._build(*source)
        return found

    def _build(self, value: SSAValue, axis: int) -> SSAValue:
        op = value.owner
        if pattern_of_value(value)[axis]:
            first = self._block.first_op
            assert first is not None
            return Rewriter(first).constant(1, "int64")
        if isinstance(op, TirOp):
            rewriter = Rewriter(op, self._note)
            expression = size_expression(rewriter, value, axis)
            if expression is not None:
                return self._settled(expression)
        return self._measure(value, axis)

    def _settled(self, expression: SSAValue) -> SSAValue:
        """An expression that is a `dim` itself is replaced in its turn, so it cannot be remembered."""
        op = expression.owner
        if isinstance(op, DimOp) and op not in self._measured:
            return self._size(op.operands[0], dim_axis(op))
        return expression

    def _measure(self, value: SSAValue, axis: int) -> SSAValue:
        op = value.owner
        following = op.next_op if isinstance(op, Operation) else self._block.first_op
        assert following is not None
        measured = DimOp.create(
            operands=[value],
            result_types=[tensor_type("int64", ())],
            properties={"axis": IntegerAttr(axis, i64)},
            location=op.location if isinstance(op, Operation) else following.location,
        )
        self._block.insert_op_before(measured, following)
        self._measured.add(measured)
        return measured.results[0]

    def _note(self, op: TirOp) -> None:
        if isinstance(op, DimOp):
            self._pending.append(op)

    def _replace_fill(self, op: TirOp) -> None:
        """`second(x, y)` as `alloc(y, sizes)`."""
        rewriter = Rewriter(op)
        pattern = pattern_of_value(op.results[0])
        if not pattern or op.operands[1].type == op.results[0].type:
            return
        sizes = [self._size(op.results[0], axis) for axis in range(len(pattern))]
        value = rewriter.create(AllocOp, op.operands[1], *sizes, broadcastable=bool_array(pattern))
        op.results[0].replace_all_uses_with(value)
