"""The pass `canonicalize-dimshuffles`."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from tir.dialects.tir.canonicalization.dimshuffle import DIMSHUFFLE_PATTERNS
from tir.transforms.driver import PatternSet, apply_patterns

_PATTERNS = PatternSet(DIMSHUFFLE_PATTERNS)


@dataclass(frozen=True)
class CanonicalizeDimshufflesPass(ModulePass):
    """Dimshuffles are merged, moved towards the operands, and removed.

        %a = tir.dimshuffle %x {new_order = [-1, 0]} : (tensor<?xf64>) -> tensor<1x?xf64>
        %b = tir.dimshuffle %a {new_order = [1]} : (tensor<1x?xf64>) -> tensor<?xf64>
        %c = tir.exp %b : tensor<?xf64>
        ->
        %c = tir.exp %x : tensor<?xf64>

    Afterwards no dimshuffle is of another one, or is the identity; none that merely adds leading dimensions is an
    operand of an elementwise operation, unless the result takes its rank from it; the transpose of a product is a
    product of transposes. Chains of reshapes become one, and the operations that only matter to gradients go.
    Unsafe: that a reshape whose result is reshaped again was possible.
    """

    name = "canonicalize-dimshuffles"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        apply_patterns(op, _PATTERNS)
