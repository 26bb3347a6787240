"""Which operations may be erased or merged, and erasing those that nobody uses."""

from __future__ import annotations

from xdsl.ir import Block, Operation
from xdsl.traits import is_side_effect_free

from tir.dialects.linalg_ext import LinalgExt

_STRUCTURED = frozenset(
    ("linalg.generic", "linalg.fill", *(op.name for op in LinalgExt.operations))
)


def is_pure_on_tensors(op: Operation) -> bool:
    """Whether an operation of the linalg level only computes its results.

    xDSL's linalg operations declare no effects; on tensors they have none.
    """
    return op.name in _STRUCTURED or is_side_effect_free(op)


def erase_dead_operations(block: Block) -> None:
    """Erase, last to first, every operation of the block that has no effect and no user."""
    for op in reversed(list(block.ops)):
        if op.results and all(r.first_use is None for r in op.results) and is_pure_on_tensors(op):
            block.erase_op(op)
