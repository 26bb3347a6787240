"""The pass `merge`: equal operations become one, unused ones go."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass

from tir.dialects.tir.arithmetic import AddOp, MulOp
from tir.dialects.tir.base import TirOp
from tir.dialects.tir.comparison import AndOp, EqOp, NeqOp, OrOp, XorOp
from tir.transforms.driver import erase_if_dead, tir_blocks

_COMMUTATIVE = (AddOp, MulOp, EqOp, NeqOp, AndOp, OrOp, XorOp)
"""Operations that give the same bits when their operands change places."""


@dataclass(frozen=True)
class MergePass(ModulePass):
    """Common subexpressions are computed once, and operations without users are erased.

        %a = tir.exp %x : tensor<?xf64>
        %b = tir.exp %x : tensor<?xf64>            %a = tir.exp %x : tensor<?xf64>
        %c = tir.add %a, %b : tensor<?xf64>   ->   %c = tir.add %a, %a : tensor<?xf64>

    Operations are equal if they are of one kind, with equal properties and the same operands; the operands of a
    commutative operation in any order. The first of them stays, with its location. Operations of the dialect are pure,
    so order and errors do not matter; an unused operation that would fail is erased too. One walk, linear in the size
    of the program. No two operations of a block are equal afterwards, and none is unused.
    """

    name = "merge"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for block in tir_blocks(op):
            _merge_equal(block)
            _erase_unused(block)


def _merge_equal(block: Block) -> None:
    known: dict[Hashable, Operation] = {}
    for op in block.ops:
        if not isinstance(op, TirOp):
            continue
        same = known.setdefault(_key(op), op)
        if same is not op:
            for old, new in zip(op.results, same.results, strict=True):
                old.replace_all_uses_with(new)


def _key(op: TirOp) -> Hashable:
    operands: tuple[SSAValue, ...] = tuple(op.operands)
    if isinstance(op, _COMMUTATIVE):
        operands = tuple(sorted(operands, key=id))
    if not op.properties:
        return type(op), operands
    return type(op), operands, tuple(sorted(op.properties.items()))


def _erase_unused(block: Block) -> None:
    for op in reversed(list(block.ops)):
        if op.parent is not None:
            erase_if_dead(op)
