"""The value of an expression by its definition: each operation's own NumPy meaning, nothing compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tir.graph.dialect_op import DialectOp
from tir.graph.traversal import toposort
from tir.graph.variable import Constant, Variable

Array = np.ndarray[Any, Any]


def evaluate(output: Variable, values: Mapping[Variable, Any] | None = None) -> Array:
    """The value of `output`, given those of the variables that it depends on.

    Every intermediate result must have the dtype, the rank and the sizes of 1 that its type promises.
    """
    return evaluate_all([output], values)[0]


def evaluate_all(
    outputs: Sequence[Variable], values: Mapping[Variable, Any] | None = None
) -> list[Array]:
    """The values of several outputs, each node computed once."""
    known: dict[Variable, Array] = {}
    for variable, value in (values or {}).items():
        known[variable] = variable.type.filter(value)
    for node in toposort(outputs, stop_at=frozenset(known)):
        op = node.op
        assert isinstance(op, DialectOp)
        arrays = [_value(v, known) for v in node.inputs]
        op.op_class.check(arrays, [v.type.ir_type for v in node.inputs], op.properties)
        for variable, result in zip(
            node.outputs, op.op_class.evaluate(arrays, op.properties), strict=True
        ):
            known[variable] = variable.type.filter(result, strict=True)
    return [_value(output, known) for output in outputs]


def _value(variable: Variable, known: Mapping[Variable, Array]) -> Array:
    return variable.data if isinstance(variable, Constant) else known[variable]


def check(
    output: Variable, values: Mapping[Variable, Any], expected: Any, rtol: float = 1e-12
) -> None:
    """Assert that `output` has the dtype, the shape and the values of the array `expected`."""
    found, expected = evaluate(output, values), np.asarray(expected)
    assert found.dtype == expected.dtype, f"dtype {found.dtype}, not {expected.dtype}"
    assert found.shape == expected.shape, f"shape {found.shape}, not {expected.shape}"
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(found, expected, rtol=rtol)
    else:
        np.testing.assert_array_equal(found, expected)
