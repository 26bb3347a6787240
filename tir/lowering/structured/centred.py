"""Sums about a centre, as reductions of scalar bodies: squares about the mean, exponentials below the maximum.

The centre is a number that another reduction of the same elements gives, their sum or their maximum.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr
from xdsl.ir import Block, BlockArgument, SSAValue

from tir.dialects import math_ext

_EXPONENTIALS = (math_ext.ExpTermOp, math_ext.ExpNonPositiveOp)


class Centre(Enum):
    """What a centre is, among the elements."""

    MEAN = "mean"
    MAXIMUM = "maximum"


@dataclass(frozen=True)
class CentredSum:
    """Which input of a body is summed, and which one tells about what centre."""

    element: int
    about: int
    centre: Centre


def centre_found(body: Block, inputs: int) -> Centre | None:
    """Which centre of its input 0 a body finds: by adding up all elements, as they are, or as the largest one."""
    if _summed_input(body, inputs) == 0:
        return Centre.MEAN
    return Centre.MAXIMUM if _greatest_input(body, inputs) == 0 else None


def centred_sum(body: Block, inputs: int) -> CentredSum | None:
    """Recognizes bodies that add up `(x - a)**2`, or `exp(x - a)` with 0 for an `a` of -inf; None for others."""
    term = _term(body, inputs)
    if term is None:
        return None
    if isinstance(term.owner, arith.MulfOp):
        difference, other = term.owner.operands
        return _centred(difference, inputs, Centre.MEAN) if difference is other else None
    if isinstance(term.owner, _EXPONENTIALS):
        return _centred(term.owner.operands[0], inputs, Centre.MAXIMUM)
    return None


def _centred(difference: SSAValue, inputs: int, centre: Centre) -> CentredSum | None:
    if not isinstance(difference.owner, arith.SubfOp):
        return None
    left, right = difference.owner.operands
    if centre is Centre.MAXIMUM:
        right = _finite(right)
    element, about = _input(left, inputs), _input(right, inputs)
    if element is None or about is None or element == about:
        return None
    return CentredSum(element, about, centre)


def _finite(shift: SSAValue) -> SSAValue | None:
    """The `a` of `a == -inf ? 0 : a`; None for other values."""
    choice = shift.owner
    if not isinstance(choice, arith.SelectOp):
        return None
    compared = choice.cond.owner
    if not isinstance(compared, arith.CmpfOp) or compared.predicate.value.data != _OEQ:
        return None
    if compared.lhs is not choice.rhs or not _is_constant(compared.rhs, -inf):
        return None
    return choice.rhs if _is_constant(choice.lhs, 0.0) else None


_OEQ = 1


def _is_constant(value: SSAValue, number: float) -> bool:
    if not isinstance(value.owner, arith.ConstantOp):
        return False
    attribute = value.owner.value
    return isinstance(attribute, FloatAttr) and attribute.value.data == number


def _summed_input(body: Block, inputs: int) -> int | None:
    """The number of the input whose elements a body adds up, as they are; None for other bodies."""
    return _input(_term(body, inputs), inputs)


def _greatest_input(body: Block, inputs: int) -> int | None:
    """The number of the input whose largest element a body finds; None for other bodies."""
    yielded = body.last_op
    if yielded is None or len(yielded.operands) != 1:
        return None
    largest, accumulator = yielded.operands[0].owner, body.args[inputs]
    if not isinstance(largest, arith.MaximumfOp) or not accumulator.has_one_use():
        return None
    terms = [v for v in largest.operands if v is not accumulator]
    return _input(terms[0], inputs) if len(terms) == 1 else None


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


def _input(value: SSAValue | None, inputs: int) -> int | None:
    if isinstance(value, BlockArgument) and value.index < inputs:
        return value.index
    return None
