"""Sums of elements and of their squared distances from a number: variances, as reductions of scalar bodies."""

from __future__ import annotations

from xdsl.dialects import arith
from xdsl.ir import Block, BlockArgument, SSAValue


def summed_input(body: Block, inputs: int) -> int | None:
    """The number of the input whose elements a body adds up, as they are; None for other bodies."""
    term = _term(body, inputs)
    return None if term is None else _input(term, inputs)


def summed_squares(body: Block, inputs: int) -> tuple[int, int] | None:
    """The numbers of the inputs `x` and `a` of a body that adds up `(x - a)**2`; None for other bodies."""
    square = _term(body, inputs)
    if square is None or not isinstance(square.owner, arith.MulfOp):
        return None
    difference, other = square.owner.operands
    if difference is not other or not isinstance(difference.owner, arith.SubfOp):
        return None
    element, number = (_input(v, inputs) for v in difference.owner.operands)
    return None if element is None or number is None else (element, number)


def _term(body: Block, inputs: int) -> SSAValue | None:
    """What a body with one result adds to it, before it is widened."""
    yielded = body.last_op
    if yielded is None or len(yielded.operands) != 1:
        return None
    added, accumulator = yielded.operands[0].owner, body.args[inputs]
    if not isinstance(added, arith.AddfOp) or not accumulator.has_one_use():
        return None
    terms = [v for v in added.operands if v is not accumulator]
    if len(terms) != 1:
        return None
    owner = terms[0].owner
    return owner.input if isinstance(owner, arith.ExtFOp) else terms[0]


def _input(value: SSAValue, inputs: int) -> int | None:
    if isinstance(value, BlockArgument) and value.index < inputs:
        return value.index
    return None
