"""The pass `stabilize`."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from tir.transforms.driver import PatternSet, apply_patterns
from tir.transforms.stabilization.cross_entropy import CROSS_ENTROPY_PATTERNS
from tir.transforms.stabilization.logarithms import LOGARITHM_PATTERNS
from tir.transforms.stabilization.monotone import MONOTONE_PATTERNS
from tir.transforms.stabilization.quotients import QUOTIENT_PATTERNS
from tir.transforms.stabilization.shift_gradients import SHIFT_GRADIENT_PATTERNS
from tir.transforms.stabilization.shifted import SHIFTED_PATTERNS
from tir.transforms.stabilization.sums import TERM_PATTERNS

_PATTERNS = PatternSet(
    (
        *LOGARITHM_PATTERNS,
        *SHIFT_GRADIENT_PATTERNS,
        *CROSS_ENTROPY_PATTERNS,
        *QUOTIENT_PATTERNS,
        *TERM_PATTERNS,
        *SHIFTED_PATTERNS,
        *MONOTONE_PATTERNS,
    )
)


@dataclass(frozen=True)
class StabilizePass(ModulePass):
    """Expressions that overflow, underflow or lose digits are replaced by operations that do not.

        %e = tir.exp %x : tensor<?x?xf64>
        %s = tir.sum %e {axes = [1]} : (tensor<?x?xf64>) -> tensor<?xf64>
        %k = tir.dimshuffle %s {new_order = [0, -1]} : (tensor<?xf64>) -> tensor<?x1xf64>
        %p = tir.true_div %e, %k : (tensor<?x?xf64>, tensor<?x1xf64>) -> tensor<?x?xf64>
        ->
        %p = tir.softmax %x {axis = 1} : tensor<?x?xf64>

    * softmax along any axis, `log(softmax(x))`, `log(sum(exp(x)))`, `log(exp(x) + exp(y))`;
    * the same shifted by the maximum, `m + log(sum(exp(x - m)))`, `x - m - log(sum(exp(x - m)))`;
    * `log(1 + x)`, `log(1 - exp(x))`, `exp(x) - 1`, softplus, sigmoid and their logarithms;
    * erf and erfc from each other, and erfc times an exponential;
    * softmax cross-entropy with integer labels, and its gradient;
    * the gradient by the maximum in shifted forms, which is 0;
    * `argmax(softmax(x))`.

    Expects merged operations and canonical dimshuffles: patterns compare values by identity. May run before and after
    `simplify-arithmetic`, which brings parts of patterns together. Types stay as they are.
    Unsafe: a shift by a value of another shape under a softmax is not found any more, nor the maximum of no elements.
    """

    name = "stabilize"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        apply_patterns(op, _PATTERNS)
