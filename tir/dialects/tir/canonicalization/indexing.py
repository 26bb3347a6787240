"""Rewrites of basic indexing and of vectors made of scalars."""

from __future__ import annotations

from typing import ClassVar

from xdsl.ir import SSAValue

from tir.dialects.tir.base import TirOp, strings
from tir.dialects.tir.canonicalization.matching import fit, producer, uniform_value
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter, result_type
from tir.dialects.tir.indexing import FULL_SLICE, SubtensorOp
from tir.dialects.tir.structural import MakeVectorOp


class RemoveUselessSubtensor(Pattern):
    """`x[:, :]` is x."""

    ROOTS: ClassVar = (SubtensorOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        pattern = strings(op.properties["pattern"])
        return op.operands[0] if all(entry == FULL_SLICE for entry in pattern) else None


class SubtensorOfMakeVector(Pattern):
    """`make_vector(a, b, c)[1]` is b, a constant slice is a shorter vector."""

    ROOTS: ClassVar = (SubtensorOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        vector = producer(op.operands[0], MakeVectorOp)
        (entry, *_) = strings(op.properties["pattern"]) or ("",)
        if vector is None or not entry:
            return None
        numbers = [uniform_value(operand) for operand in op.operands[1:]]
        if any(not isinstance(n, int) for n in numbers):
            return None
        whole = [n for n in numbers if isinstance(n, int)]
        items = tuple(vector.operands)
        if entry == "v":
            inside = -len(items) <= whole[0] < len(items)
            return items[whole[0]] if inside else None
        values = iter(whole)
        bounds = [next(values) if part == "v" else None for part in entry.split(":")]
        if bounds[2] == 0:
            return None
        chosen = items[slice(*bounds)]
        if not chosen:
            return None
        value = rewriter.create(MakeVectorOp, *chosen)
        return fit(rewriter, value, result_type(op), ())


INDEXING_PATTERNS: tuple[Pattern, ...] = (RemoveUselessSubtensor(), SubtensorOfMakeVector())
