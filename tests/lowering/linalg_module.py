"""Expressions lowered to linalg and run there, for the tests of that level."""

from __future__ import annotations

from typing import Any

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tests.evaluate import evaluate
from tests.lowering.linalg_interpreter import run
from tests.op_table import Case
from tests.op_table.row import assert_matches
from tir.graph.emit import emit, main_function
from tir.graph.tensor_type import TensorType
from tir.lowering.tir_to_linalg import TirToLinalgPass
from tir.pipelines import new_context


def lowered(inputs: list[Any], outputs: list[Any]) -> ModuleOp:
    """The module of an expression at the linalg level."""
    module = emit(inputs, outputs)
    TirToLinalgPass().apply(new_context(), module)
    return module


def tensors(*ranks: int, dtype: str = "float64") -> list[Any]:
    """Variables of these ranks."""
    return [
        TensorType(dtype, (False,) * rank).make_variable(name)
        for rank, name in zip(ranks, "xyzuvw", strict=False)
    ]


def names_of(module: ModuleOp) -> list[str]:
    """The names of the operations of `@main`, without those in bodies."""
    return [op.name for op in main_function(module).body.block.ops]


def results_of(module: ModuleOp, arrays: list[Any], outputs: list[Any]) -> list[Any]:
    """What the lowered module computes, in the dtypes of the outputs."""
    found = run(module, arrays)
    return [np.asarray(a).view(o.type.dtype) for a, o in zip(found, outputs, strict=True)]


def check(build_output: Any, *arrays: Any, ulps: float = 4, patterns: Any = None) -> None:
    """Compare what an expression's lowered module computes with the definition of its operations."""
    case = Case("", build_output, tuple(map(np.asarray, arrays)), np.asarray, patterns)
    variables = case.variables()
    output = build_output(*variables)
    expected = evaluate(output, dict(zip(variables, case.arrays, strict=True)))
    module = lowered(variables, [output])
    module.verify()
    (found,) = results_of(module, list(case.arrays), [output])
    assert_matches(found, expected, ulps, str(output), output.type.dtype)
