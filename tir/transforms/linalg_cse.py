"""The pass `linalg-cse`: equal computations on tensors, and equal checks, are done once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.linalg.ops import FillOp
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass

from tir.dialects.linalg_ext import ContractionOp
from tir.dialects.rt import AssertOp
from tir.dialects.structural_key import operation_key
from tir.transforms.dead_code import is_pure_on_tensors


@dataclass(frozen=True)
class LinalgCsePass(ModulePass):
    """Replaces an operation on tensors or host scalars by an equal one before it, and drops checks that were passed.

    Two rewrites of the tir dialect may lower to the same pieces: softmax cross-entropy and its gradient both need the
    rows' maxima and the sums of their exponentials. xDSL's `cse` leaves structured operations alone, because
    they declare no effects.

    Before:

        rt.assert %c, "index out of bounds"
        %m = linalg.generic {...} ins(%x) outs(%e) { arith.maximumf }
        rt.assert %c, "index out of bounds"
        %n = linalg.generic {...} ins(%x) outs(%f) { arith.maximumf }

    After:

        rt.assert %c, "index out of bounds"
        %m = linalg.generic {...} ins(%x) outs(%e) { arith.maximumf }

    Invariants: operations with effects stay as they are; of several checks of one condition the first remains. What a contraction writes to is filled
    for it alone, even where the program has the same zeros as a value. Linear.
    """

    name = "linalg-cse"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.body.block.ops:
            if isinstance(function, func.FuncOp) and not function.is_declaration:
                _merge_equal(function.body.block)
                _separate_destinations(function.body.block)


def _separate_destinations(block: Block) -> None:
    for op in block.ops:
        if isinstance(op, ContractionOp):
            fill = op.operands[-1].owner
            if isinstance(fill, FillOp) and not fill.results[0].has_one_use():
                own = fill.clone()
                block.insert_op_before(own, op)
                op.operands[len(op.operands) - 1] = own.results[0]


def _merge_equal(block: Block) -> None:
    seen: dict[Hashable, Operation] = {}
    established: set[SSAValue] = set()
    for op in list(block.ops):
        if isinstance(op, AssertOp):
            if op.cond in established:
                block.erase_op(op)
            else:
                established.add(op.cond)
            continue
        if not op.results or not is_pure_on_tensors(op):
            continue
        key = operation_key(op)
        known = seen.setdefault(key, op)
        if known is not op:
            for old, new in zip(op.results, known.results, strict=True):
                old.replace_all_uses_with(new)
            block.erase_op(op)
