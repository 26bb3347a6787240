"""tir."""

from __future__ import annotations

import tir
from benchmarks.adapters import theano_style
from benchmarks.adapters.program import Program
from benchmarks.workload import Workload

VERSION = tir.__version__


def build(workload: Workload) -> Program:
    """Arrays are NumPy's, and functions are called with them as they are."""
    inputs = workload.make_inputs()
    with tir.config.change_flags(floatX=workload.dtype):
        function, shared = theano_style.compiled(tir, "tir", workload, inputs)
    return theano_style.program(workload, function, shared, inputs)
