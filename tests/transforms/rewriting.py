"""Expressions before and after passes: their values must agree."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from tir.dialects.tir.base import TirOp
from tir.dialects.tir.structural import ConstantOp
from tir.graph.emit import emit, main_function
from tir.graph.tensor_type import TensorType
from tir.interpreter import interpret
from tir.passes import pass_factory
from tir.transforms.driver import RewriteLimitWarning
from tir.transforms.optimize import OPTIMIZATION_PASSES

Array = np.ndarray[Any, Any]


def run_passes(module: ModuleOp, names: Iterable[str] = OPTIMIZATION_PASSES) -> ModuleOp:
    """The module after these passes, verified after each; patterns must come to an end."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RewriteLimitWarning)
        for name in names:
            pass_factory(name)()().apply(Context(), module)
            module.verify()
    return module


def operations(module: ModuleOp) -> list[str]:
    """The names of the operations of a module, without the dialect, constants left out; sorted."""
    return sorted(
        op.name.removeprefix("tir.")
        for op in main_function(module).body.block.ops
        if isinstance(op, TirOp) and not isinstance(op, ConstantOp)
    )


def variables(types: Sequence[str | tuple[str, Sequence[bool]] | Array]) -> list[Any]:
    """New variables: for an array of its dtype and rank, for a dtype a scalar, for a dtype and a pattern a tensor."""
    made = []
    for index, given in enumerate(types):
        if isinstance(given, np.ndarray):
            given = given.dtype.name, (False,) * given.ndim
        dtype, pattern = given if isinstance(given, tuple) else (given, ())
        made.append(TensorType(dtype, tuple(pattern)).make_variable(f"v{index}"))
    return made


def results_and_operations(
    build: Callable[..., Any],
    arrays: Sequence[Any],
    passes: Iterable[str] = OPTIMIZATION_PASSES,
    patterns: Sequence[Sequence[bool] | None] | None = None,
) -> tuple[list[Array], list[Array], list[str]]:
    """The results of an expression before and after passes, and the operations that are left.

    `build` makes one expression or several of variables for the arrays.
    """
    values = [np.asarray(a) for a in arrays]
    patterns = patterns or [None] * len(values)
    inputs = variables(
        [
            (a.dtype.name, (False,) * a.ndim if p is None else p)
            for a, p in zip(values, patterns, strict=True)
        ]
    )
    outputs = build(*inputs)
    outputs = list(outputs) if isinstance(outputs, list | tuple) else [outputs]
    before = interpret(emit(inputs, outputs), values)
    module = run_passes(emit(inputs, outputs), passes)
    return before, interpret(module, values), operations(module)


def assert_preserved(
    build: Callable[..., Any],
    *arrays: Any,
    passes: Iterable[str] = OPTIMIZATION_PASSES,
    expect: Sequence[str] | None = None,
    patterns: Sequence[Sequence[bool] | None] | None = None,
    rtol: float = 1e-12,
) -> None:
    """Assert that passes keep the values, dtypes and shapes, and leave the operations `expect`."""
    before, after, left = results_and_operations(build, arrays, passes, patterns)
    for old, new in zip(before, after, strict=True):
        assert new.dtype == old.dtype
        assert new.shape == old.shape
        tolerance = rtol if old.dtype != "float32" else max(rtol, 2e-6)
        np.testing.assert_allclose(new, old, rtol=tolerance, atol=tolerance)
    if expect is not None:
        assert left == sorted(expect), left
