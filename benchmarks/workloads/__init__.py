"""All workloads, by name, in the order in which they are shown."""

from __future__ import annotations

from benchmarks.workload import Workload
from benchmarks.workloads import (
    broadcasting,
    calls,
    elementwise,
    products,
    reductions,
    rows,
    training,
)

WORKLOADS: dict[str, Workload] = {
    workload.name: workload
    for module in (elementwise, rows, reductions, broadcasting, products, training, calls)
    for workload in module.WORKLOADS
}
