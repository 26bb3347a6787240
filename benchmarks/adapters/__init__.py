"""One module for each framework, imported only in its environment: `build(workload)` gives what is timed.

They write what somebody who knows the framework would: compile once, keep the arrays where the framework wants them, let
it reuse what it may, and wait for the result.
"""

from __future__ import annotations

import importlib
from typing import Any

FRAMEWORKS = ("tir", "jax", "torch", "pytensor", "numexpr", "numpy")


def adapter(framework: str) -> Any:
    """The module of a framework."""
    return importlib.import_module(f"benchmarks.adapters.for_{framework}")
