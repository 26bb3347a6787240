"""Values of expressions, straight from the definitions of their operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tir.graph.traversal import toposort
from tir.graph.variable import Constant, Variable

Array = np.ndarray[Any, Any]


def evaluate(outputs: Sequence[Variable], given: Mapping[Variable, Any]) -> list[Array]:
    """The values of `outputs` where the variables of `given` have those values.

    Checks that each value has the dtype and the pattern of its variable.
    """
    values: dict[Variable, Array] = {v: _typed(v, np.asarray(a)) for v, a in given.items()}

    def value(variable: Variable) -> Array:
        if isinstance(variable, Constant):
            return variable.data
        return values[variable]

    for node in toposort(outputs, stop_at=values):
        op: Any = node.op
        arrays = [value(v) for v in node.inputs]
        op.op_class.check(arrays, [v.type.ir_type for v in node.inputs], op.properties)
        results = op.op_class.evaluate(arrays, op.properties)
        for variable, result in zip(node.outputs, results, strict=True):
            values[variable] = _typed(variable, result)
    return [value(v) for v in outputs]


def _typed(variable: Variable, array: Array) -> Array:
    assert array.dtype == variable.type.dtype, (variable, array.dtype)
    assert array.ndim == variable.type.ndim, (variable, array.shape)
    for size, one in zip(array.shape, variable.type.broadcastable, strict=True):
        assert size == 1 or not one, (variable, array.shape)
    return array
