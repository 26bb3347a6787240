"""JAX on the CPU."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from benchmarks.adapters.program import Program, as_list, call_of, descend, letters
from benchmarks.workload import Descent, Update, Workload

VERSION = jax.__version__


def build(workload: Workload) -> Program:
    """Arguments are arrays of JAX already; states are donated, so that they may be updated in place."""
    jax.config.update("jax_enable_x64", workload.dtype == "float64")
    inputs = tuple(jax.device_put(array) for array in workload.make_inputs())
    if isinstance(workload, Update):
        return _update(workload, inputs[0])
    if isinstance(workload, Descent):
        return _descent(workload, inputs)
    write = workload.written["jax"]
    call = jax.jit(lambda *arguments: write(jax, *arguments))
    several = isinstance(jax.eval_shape(call, *inputs), tuple)
    wait = f"wait({call_of(inputs)})" if several else f"{call_of(inputs)}.block_until_ready()"
    names = {"call": call, "wait": jax.block_until_ready, **letters(inputs)}
    return Program(wait, names, lambda: [np.asarray(out) for out in as_list(call(*inputs))])


def _update(workload: Update, first: Any) -> Program:
    write = workload.written["jax"]
    call = jax.jit(lambda state: write(jax, state), donate_argnums=0)
    state = [first]

    def results() -> list[Any]:
        state[0] = call(state[0])
        return [np.asarray(state[0])]

    statement = "state[0] = call(state[0]); state[0].block_until_ready()"
    return Program(statement, {"call": call, "state": state}, results)


def _descent(workload: Descent, inputs: tuple[Any, ...]) -> Program:
    write = workload.written["jax"]

    def descend_once(parameters: Any, *inputs: Any) -> Any:
        cost, gradients = jax.value_and_grad(lambda p: write(jax, p, *inputs))(parameters)
        return cost, jax.tree.map(lambda p, g: p - workload.rate * g, parameters, gradients)

    call = jax.jit(descend_once, donate_argnums=0)
    parameters = tuple(jax.device_put(p) for p in workload.make_parameters())

    def step() -> Any:
        nonlocal parameters
        cost, parameters = call(parameters, *inputs)
        jax.block_until_ready((cost, parameters))
        return cost

    return Program(
        "step()",
        {"step": step},
        lambda: descend(step, lambda: [np.array(p) for p in parameters]),
    )
