"""Runs a module of the `tir` dialect on NumPy arrays: slow, obvious, and the oracle of everything below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import ReturnOp
from xdsl.ir import Operation, SSAValue

from tir.dialects.tir.base import TirOp
from tir.graph.emit import main_function
from tir.support.errors import UnsupportedError

Array = np.ndarray[Any, Any]


@dataclass
class OperationFailure(Exception):
    """An operation raised an error: which one, on which values."""

    op: TirOp
    arrays: list[Array]
    error: Exception

    def __str__(self) -> str:
        return f"{self.op.name}: {self.error}"


def interpret(module: ModuleOp, inputs: Sequence[Array]) -> list[Array]:
    """The results of `@main` on these arrays, which must have the dtypes and ranks of its arguments.

    Raises `OperationFailure` with the failing operation's own error as its cause. Results may alias inputs.
    """
    block = main_function(module).body.block
    values: dict[SSAValue, Array] = dict(zip(block.args, inputs, strict=True))
    remaining = _use_counts(block.ops)
    for op in block.ops:
        arrays = [values[v] for v in op.operands]
        if isinstance(op, ReturnOp):
            return arrays
        if not isinstance(op, TirOp):
            raise UnsupportedError(f"the interpreter runs the tir dialect only, not {op.name}")
        try:
            op.check(arrays, op.operand_types, op.properties)  # pyright: ignore
            results = op.evaluate(arrays, op.properties)
        except Exception as error:
            raise OperationFailure(op, arrays, error) from error
        values.update(zip(op.results, results, strict=True))
        for operand in op.operands:
            remaining[operand] -= 1
            if remaining[operand] == 0:
                del values[operand]
    raise ValueError("@main does not return")


def _use_counts(ops: Iterator[Operation] | Any) -> dict[SSAValue, int]:
    counts: dict[SSAValue, int] = {}
    for op in ops:
        for operand in op.operands:
            counts[operand] = counts.get(operand, 0) + 1
    return counts
