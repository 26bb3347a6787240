"""PyTorch on the CPU, compiled by inductor."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import torch

from benchmarks.adapters.program import Program, as_list, call_of, descend, letters
from benchmarks.workload import Descent, Workload

VERSION = torch.__version__

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def build(workload: Workload) -> Program:
    """Tensors share the memory of NumPy's arrays; nothing is recorded for gradients where none are wanted."""
    torch._dynamo.reset()
    inputs = tuple(torch.from_numpy(array) for array in workload.make_inputs())
    write = workload.written["torch"]
    if isinstance(workload, Descent):
        return _descent(workload, inputs)

    call = torch.compile(lambda *arguments: write(torch, *arguments), dynamic=False)
    torch.set_grad_enabled(False)
    return Program(
        call_of(inputs),
        {"call": call, **letters(inputs)},
        lambda: [np.array(out) for out in as_list(call(*inputs))],
    )


def _descent(workload: Descent, inputs: tuple[Any, ...]) -> Program:
    """Cost and gradients in one compiled function, the update in place in the same."""
    write = workload.written["torch"]
    parameters = tuple(torch.from_numpy(p) for p in workload.make_parameters())

    def descend_once(parameters: Any, *inputs: Any) -> Any:
        gradients, cost = torch.func.grad_and_value(lambda p: write(torch, p, *inputs))(parameters)
        for p, g in zip(parameters, gradients, strict=True):
            p.sub_(g, alpha=workload.rate)
        return cost

    call = torch.compile(descend_once, dynamic=False)
    torch.set_grad_enabled(False)
    return Program(
        "step(parameters, *inputs)",
        {"step": call, "parameters": parameters, "inputs": inputs},
        lambda: descend(
            lambda: call(parameters, *inputs), lambda: [np.array(p) for p in parameters]
        ),
    )
