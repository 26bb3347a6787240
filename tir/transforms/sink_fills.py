"""The pass `sink-fills`."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from tir.dialects.tir.canonicalization.fills import FILL_PATTERNS
from tir.transforms.driver import PatternSet, apply_patterns

_PATTERNS = PatternSet(FILL_PATTERNS)


@dataclass(frozen=True)
class SinkFillsPass(ModulePass):
    """Repeated values (`second`, `alloc`) are used unrepeated where broadcasting does the same.

        %a = tir.second %x, %c : (tensor<?xf64>, tensor<f64>) -> tensor<?xf64>
        %b = tir.mul %a, %y : tensor<?xf64>
        ->
        %b = tir.mul %c, %y : (tensor<f64>, tensor<?xf64>) -> tensor<?xf64>

    Where nothing else has the shape, the function is computed before the value is repeated: `exp(second(x, c))`
    becomes `second(x, exp(c))`. Types stay as they are.
    Unsafe: that the shapes of `x` and `y` agree is no longer checked.
    """

    name = "sink-fills"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        apply_patterns(op, _PATTERNS)
