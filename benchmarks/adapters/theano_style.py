"""What tir and PyTensor have in common: variables, shared variables, `function` with updates.

Both modules are used through Theano's names, so one adapter serves both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.adapters.program import Program, as_list, call_of, descend, letters
from benchmarks.workload import Descent, Update, Workload


def variables(T: Any, arrays: tuple[np.ndarray[Any, Any], ...]) -> list[Any]:
    """A symbolic variable for each array, of its dtype and rank."""
    return [
        T.TensorType(str(array.dtype), (False,) * array.ndim)(name)
        for name, array in letters(arrays).items()
    ]


def compiled(
    module: Any, framework: str, workload: Workload, inputs: tuple[np.ndarray[Any, Any], ...]
) -> tuple[Any, list[Any]]:
    """The function of a workload, and its shared variables."""
    T = module.tensor
    write = workload.written[framework]
    if isinstance(workload, Update):
        state = module.shared(inputs[0].copy())
        return module.function([], updates=[(state, write(module, state))]), [state]
    symbols = variables(T, inputs)
    if not isinstance(workload, Descent):
        outputs = write(module, *symbols)
        return module.function(
            symbols, list(outputs) if isinstance(outputs, tuple) else outputs
        ), []
    parameters = [module.shared(p) for p in workload.make_parameters()]
    cost = write(module, parameters, *symbols)
    gradients = module.grad(cost, parameters)
    updates = [(p, p - workload.rate * g) for p, g in zip(parameters, gradients, strict=True)]
    return module.function(symbols, cost, updates=updates), parameters


def program(
    workload: Workload,
    function: Callable[..., Any],
    shared: list[Any],
    inputs: tuple[np.ndarray[Any, Any], ...],
) -> Program:
    """The call of a compiled function as what is timed."""
    arguments = () if isinstance(workload, Update) else inputs

    def values() -> list[Any]:
        return [variable.get_value() for variable in shared]

    def results() -> list[Any]:
        if isinstance(workload, Update):
            function()
            return values()
        if isinstance(workload, Descent):
            return descend(lambda: function(*inputs), values)
        return as_list(function(*inputs))

    return Program(call_of(arguments), {"call": function, **letters(arguments)}, results)
