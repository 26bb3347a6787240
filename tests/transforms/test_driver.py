"""The worklist: it ends, erases what is dead, and takes linear time."""

from __future__ import annotations

from time import perf_counter
from typing import Any, ClassVar

import numpy as np
import pytest
from xdsl.context import Context
from xdsl.ir import SSAValue

from tests.transforms.rewriting import operations, run_passes, variables
from tir.autodiff.gradient import grad
from tir.dialects.tir.arithmetic import AddOp, MulOp, NegOp
from tir.dialects.tir.base import TirOp
from tir.dialects.tir.canonicalization.dimshuffle import DIMSHUFFLE_PATTERNS
from tir.dialects.tir.canonicalization.fills import FILL_PATTERNS
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter
from tir.graph import build as b
from tir.graph.emit import emit
from tir.passes import pass_factory
from tir.transforms.driver import PatternSet, RewriteLimitWarning, apply_patterns
from tir.transforms.optimize import OPTIMIZATION_PASSES


class _AddToMul(Pattern):
    ROOTS: ClassVar = (AddOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        return rewriter.create(MulOp, *op.operands)


class _MulToAdd(Pattern):
    ROOTS: ClassVar = (MulOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        return rewriter.create(AddOp, *op.operands)


class _WrongType(Pattern):
    ROOTS: ClassVar = (NegOp,)

    def rewrite(self, op: TirOp, rewriter: Rewriter) -> SSAValue | None:
        return rewriter.constant(0, "int8")


def module_of(build: Any, count: int = 1) -> Any:
    inputs = variables([("float64", (False,))] * count)
    return emit(inputs, [build(*inputs)])


def test_patterns_that_undo_each_other_are_stopped() -> None:
    module = module_of(lambda x: b.add(b.exp(x), x))
    with pytest.warns(RewriteLimitWarning, match="undo each other"):
        apply_patterns(module, PatternSet([_AddToMul(), _MulToAdd()]))
    module.verify()


def test_a_replacement_must_keep_the_type() -> None:
    with pytest.raises(TypeError, match=r"_WrongType replaced tir\.neg"):
        apply_patterns(module_of(b.neg), PatternSet([_WrongType()]))


def test_dead_operations_go() -> None:
    module = module_of(lambda x, y: b.add(x, b.sub(b.exp(y), b.exp(y))), 2)
    assert operations(run_passes(module)) == []


def test_a_set_without_unsafe_patterns() -> None:
    patterns = PatternSet([*DIMSHUFFLE_PATTERNS, *FILL_PATTERNS])
    safe = patterns.without_unsafe().patterns
    assert safe
    assert all(not pattern.UNSAFE for pattern in safe)
    assert len(safe) < len(patterns.patterns)


def _deep_program(depth: int) -> Any:
    x, y = variables([("float64", (False, False)), ("float64", (False,))])
    z = x
    for i in range(depth):
        z = b.tanh(b.add(b.mul(z, y), np.float64(i)))
    return emit([x, y], grad(b.sum_(z, [0, 1]), [x, y]))


def test_time_is_linear_in_the_size_of_the_program() -> None:
    def seconds(depth: int) -> float:
        best = float("inf")
        for _ in range(2):
            module = _deep_program(depth)
            start = perf_counter()
            for name in OPTIMIZATION_PASSES:
                pass_factory(name)()().apply(Context(), module)
            best = min(best, perf_counter() - start)
        return best

    seconds(5)
    small, large = seconds(15), seconds(150)
    # Ten times the program: far from the hundred times of a quadratic pass, with room for noise.
    assert large < 40 * small


def test_a_long_sum_is_no_problem() -> None:
    def chain(x: Any) -> Any:
        total = x
        for _ in range(500):
            total = b.add(total, x)
        return total

    assert operations(run_passes(module_of(chain))) == ["mul"]
