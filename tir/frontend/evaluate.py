"""`x.eval()`: the value of an expression, by a function that is compiled once and kept with the variable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tir.frontend.function import function
from tir.graph.variable import Variable

# Not in the tag, which copies of the variable share.
_FUNCTIONS = "_eval_functions"


def evaluate(self: Variable, inputs_to_values: Mapping[Variable, Any] | None = None) -> Any:
    """The value of the variable, given values of those that it depends on and that are not shared.

    >>> (x + 1).eval({x: 2.0})  # doctest: +SKIP
    array(3.)
    """
    values = inputs_to_values or {}
    if not isinstance(values, Mapping):
        raise TypeError(
            f"eval() takes a dictionary from variables to values, got {type(values).__name__}"
        )
    inputs = tuple(sorted(values, key=id))
    functions: dict[Any, Any] = self.__dict__.setdefault(_FUNCTIONS, {})
    if inputs not in functions:
        functions[inputs] = function(list(inputs), self)
    return functions[inputs](*(values[v] for v in inputs))


Variable.eval = evaluate  # type: ignore[attr-defined]
