"""Numbers are made late: their operations move down, out of the way of kernels that could be one."""

from __future__ import annotations

from xdsl.dialects.builtin import TensorType
from xdsl.dialects.linalg.ops import GenericOp
from xdsl.ir import Block, Operation, SSAValue

from tir.dialects.tir.base import rank


def sink_numbers(block: Block) -> None:
    """What is made of numbers and the vectors of other kernels, and is a number, is made where it is first needed.

    The mean of the losses is then not in the way of a kernel that makes the losses and their gradient.
    """
    place = {op: i for i, op in enumerate(block.ops)}
    first_at = list(
        block.ops
    )  # before what stood there come those that have moved, the last one first
    for op in reversed(list(block.ops)):
        if not isinstance(op, GenericOp) or not op.results or not _makes_numbers(op):
            continue
        users = [outermost(use.operation, block) for result in op.results for use in result.uses]
        needed = min((place[user] for user in users), default=place[op])
        if needed > place[op] + 1:
            op.detach()
            block.insert_op_before(op, first_at[needed])
            first_at[needed] = op
            place[op] = needed


def _makes_numbers(op: GenericOp) -> bool:
    """Whether an operation makes numbers of numbers, and of vectors that need not live long for it, as arguments may."""
    return all(_rank(r) == 0 for r in op.results) and all(
        _rank(v) == 0 or (_rank(v) == 1 and isinstance(v.owner, GenericOp)) for v in op.inputs
    )


def _rank(value: SSAValue) -> int:
    return rank(value.type) if isinstance(value.type, TensorType) else 0


def outermost(op: Operation, block: Block) -> Operation:
    """The operation of a block that an operation is, or is inside of."""
    found = block.find_ancestor_op_in_block(op)
    assert found is not None
    return found
