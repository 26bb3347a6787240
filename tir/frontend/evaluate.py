"""`x.eval()`: the value of an expression, by a function that is compiled once and kept with the variable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tir.frontend.function import function
from tir.frontend.tensor.operators import EVALUATED, TensorOperators
from tir.graph.variable import Variable


def evaluate(variable: Any, values: Mapping[Variable, Any]) -> Any:
    """The value of `variable`, given values of those that it depends on and that are not shared.

    `eval()` of tensor variables calls this.
    """
    if not isinstance(values, Mapping):
        raise TypeError(
            f"eval() takes a dictionary from variables to values, got {type(values).__name__}"
        )
    inputs = tuple(sorted(values, key=id))
    # Not in the tag, which copies of the variable share.
    functions: dict[Any, Any] = variable.__dict__.setdefault(EVALUATED, {})
    if inputs not in functions:
        functions[inputs] = function(list(inputs), variable)
    return functions[inputs](*(values[v] for v in inputs))


TensorOperators.evaluator = evaluate
