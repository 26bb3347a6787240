"""A fresh process that compiles one workload: `python -m benchmarks.first_call FRAMEWORK WORKLOAD`.

It prints a line of JSON: `compile`, the seconds from the imported framework to the first result, and `end`, the moment of
that result on the clock `time.monotonic`, which all processes share, less the time it took to make the arrays.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace

from benchmarks.adapters import adapter
from benchmarks.workload import Descent, Workload
from benchmarks.workloads import WORKLOADS

VECTOR = (10_000,)
"""Of elementwise workloads: what is compiled is the same, and running it costs nothing."""


def with_arrays(workload: Workload) -> Workload:
    """A workload whose arrays exist already: making random numbers is not what is measured."""
    size = VECTOR if len(workload.size) == 1 else workload.size
    inputs = workload.make_inputs(size)
    ready = replace(workload, size=size, inputs=lambda *_: inputs)
    if isinstance(workload, Descent):
        parameters = workload.make_parameters()
        ready = replace(ready, parameters=lambda *_: parameters)
    return ready


def main(framework: str, name: str) -> dict[str, float]:
    """The times of one compilation and the first run."""
    begin = time.perf_counter()
    workload = with_arrays(WORKLOADS[name])
    preparation = time.perf_counter() - begin
    module = adapter(framework)
    begin = time.perf_counter()
    module.build(workload).results()
    return {
        "compile": time.perf_counter() - begin,
        "end": time.monotonic() - preparation,
    }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
