"""numexpr, which evaluates the text of an expression in blocks that stay in the cache."""

from __future__ import annotations

import numexpr

from benchmarks.adapters.program import Program, letters
from benchmarks.workload import Workload

VERSION = numexpr.__version__


def build(workload: Workload) -> Program:
    """The expression is compiled by the first evaluation, and found again by its text."""
    inputs = letters(workload.make_inputs())
    names = {
        "evaluate": numexpr.evaluate,
        "text": workload.written["numexpr"](numexpr),
        "inputs": inputs,
    }
    return Program(
        "evaluate(text, inputs)", names, lambda: [numexpr.evaluate(names["text"], inputs)]
    )
