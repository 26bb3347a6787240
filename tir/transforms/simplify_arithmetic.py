"""The pass `simplify-arithmetic`."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from tir.dialects.tir.canonicalization.elementwise import ELEMENTWISE_PATTERNS
from tir.dialects.tir.canonicalization.products import PRODUCT_PATTERNS
from tir.dialects.tir.canonicalization.reduction import REDUCTION_PATTERNS
from tir.dialects.tir.canonicalization.sums import SUM_PATTERNS
from tir.transforms.driver import PatternSet, apply_patterns

_PATTERNS = PatternSet(
    (*ELEMENTWISE_PATTERNS, *SUM_PATTERNS, *PRODUCT_PATTERNS, *REDUCTION_PATTERNS)
)


@dataclass(frozen=True)
class SimplifyArithmeticPass(ModulePass):
    """Arithmetic written with fewer and cheaper operations.

        %a = tir.add %x, %y : tensor<?xf64>                %a = tir.add %x, %y : tensor<?xf64>
        %b = tir.add %a, %a : tensor<?xf64>           ->   %two = tir.constant ... 2.0
                                                           %b = tir.mul %two, %a : (tensor<f64>, tensor<?xf64>) -> ...

    Trees of `add`, `sub`, `neg` and of `mul`, `true_div`, `reciprocal`, `neg` in one dtype are taken apart, equal terms
    and factors collected, opposite ones cancelled and constants joined; a tree is written anew only if that makes it
    cheaper. Powers become squares, roots and reciprocals; casts merge; functions that undo each other go; reductions
    merge, and scalar factors leave sums. An intermediate result with other users is never computed twice.

    Every replaced value keeps its type and its shape. Values may differ in rounding, and, as in Theano, `x / x` is 1,
    `x - x` and `0 * x` are 0 whatever x is. Unsafe: that the shape of a term that cancels agrees with the others.
    """

    name = "simplify-arithmetic"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        apply_patterns(op, _PATTERNS)
