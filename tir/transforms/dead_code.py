"""Erasing operations that nobody uses."""

from __future__ import annotations

from xdsl.ir import Block
from xdsl.transforms.dead_code_elimination import is_trivially_dead

from tir.dialects.linalg_ext import LinalgExt

_STRUCTURED = ("linalg.generic", "linalg.fill", "linalg.matmul")
_STRUCTURED_EXT = tuple(op.name for op in LinalgExt.operations)


def erase_dead_operations(block: Block) -> None:
    """Erase, last to first, every operation of the block that has no effect and no user.

    xDSL's linalg operations declare no effects; on tensors they have none.
    """
    for op in reversed(list(block.ops)):
        if any(r.first_use is not None for r in op.results) or not op.results:
            continue
        if op.name in _STRUCTURED or op.name in _STRUCTURED_EXT or is_trivially_dead(op):
            block.erase_op(op)
