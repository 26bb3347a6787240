"""The sums in the body of an elementwise `linalg.generic`: which elements of inputs they add, and times what."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr
from xdsl.dialects.linalg.attrs import IteratorType, IteratorTypeAttr
from xdsl.dialects.linalg.ops import GenericOp, YieldOp
from xdsl.ir import Block, BlockArgument, Operation, SSAValue

from tir.dialects.projections import ZERO, identity, projection

Factor = float | SSAValue
"""A number, or a float that all iterations share: an argument of the body, or a captured scalar."""

_PARALLEL = IteratorTypeAttr(IteratorType.PARALLEL)


@dataclass(frozen=True)
class Term:
    """An element of an input, at the place of the result, that a sum adds after multiplying it by `factors`."""

    argument: BlockArgument
    factors: tuple[Factor, ...]


@dataclass(frozen=True)
class Sum:
    """A value of a body that is made by additions: where it is used, and those of its terms that nobody else uses."""

    user: Operation
    index: int
    terms: tuple[Term, ...]

    @property
    def is_result(self) -> bool:
        """Whether the sum is what the body yields."""
        return isinstance(self.user, YieldOp)

    def remove(self, term: Term) -> bool:
        """Take a term out of the sum; False, and nothing is changed, where nothing else is added."""
        removed: list[Operation] = []
        value: SSAValue = term.argument
        while True:
            (use,) = value.uses
            op = use.operation
            if op is self.user and use.index == self.index:
                return False
            if isinstance(op, arith.AddfOp | arith.SubfOp):
                break
            removed.append(op)
            value = op.results[0]
        block = op.parent
        assert block is not None
        rest = op.operands[1 - use.index]
        if isinstance(op, arith.SubfOp) and use.index == 0:
            negated = arith.NegfOp(rest)
            block.insert_op_before(negated, op)
            rest = negated.result
        op.results[0].replace_all_uses_with(rest)
        for dead in (op, *reversed(removed)):
            block.erase_op(dead)
        return True

    def add(self, value: SSAValue) -> None:
        """Add a value to the sum."""
        block = self.user.parent
        assert block is not None
        total = arith.AddfOp(self.user.operands[self.index], value)
        block.insert_op_before(total, self.user)
        self.replace(total.result)

    def replace(self, value: SSAValue) -> None:
        """Put a value in the place of the sum."""
        self.user.operands[self.index] = value


def is_elementwise(op: GenericOp) -> bool:
    """Whether each element of the results is computed by an iteration of its own."""
    loops = len(op.iterator_types.data)
    maps = op.indexing_maps.data[len(op.inputs) :]
    return all(i == _PARALLEL for i in op.iterator_types.data) and all(
        projection(m) == identity(loops) for m in maps
    )


def sums(op: GenericOp) -> list[Sum]:
    """The sums in a body, what it yields first."""
    terminator = op.body.block.last_op
    assert isinstance(terminator, YieldOp)
    pending: list[Operation] = [terminator]
    seen: set[Operation] = {terminator}
    found = []
    while pending:
        user = pending.pop()
        for index in range(len(user.operands)):
            terms, others = _terms(op, user.operands[index])
            if terms:
                found.append(Sum(user, index, tuple(terms)))
            for other in others:
                if other not in seen:
                    seen.add(other)
                    pending.append(other)
    return found


def _terms(op: GenericOp, value: SSAValue) -> tuple[list[Term], list[Operation]]:
    """The terms of a value, and the operations that compute what else it is made of."""
    terms: list[Term] = []
    others: list[Operation] = []
    pending: list[tuple[SSAValue, tuple[Factor, ...]]] = [(value, ())]
    while pending:
        value, factors = pending.pop()
        owner = value.owner
        if isinstance(value, BlockArgument):
            if value.has_one_use() and _is_read_in_place(op, value):
                terms.append(Term(value, factors))
        elif owner.parent is not op.body.block:
            continue
        elif (scaled := _scaled_operands(op, owner)) and value.has_one_use():
            pending += [(v, (*own, *factors)) for v, own in reversed(scaled)]
        else:
            assert isinstance(owner, Operation)
            others.append(owner)
    return terms, others


def _is_read_in_place(op: GenericOp, argument: BlockArgument) -> bool:
    loops = len(op.iterator_types.data)
    own = argument.owner is op.body.block and argument.index < len(op.inputs)
    return own and projection(op.indexing_maps.data[argument.index]) == identity(loops)


def _scaled_operands(
    op: GenericOp, owner: Operation | Block
) -> list[tuple[SSAValue, tuple[Factor, ...]]]:
    """The operands that a linear operation adds, and times what; none for other operations."""
    match owner:
        case arith.AddfOp():
            return [(owner.lhs, ()), (owner.rhs, ())]
        case arith.SubfOp():
            return [(owner.lhs, ()), (owner.rhs, (-1.0,))]
        case arith.NegfOp():
            return [(owner.operand, (-1.0,))]
        case arith.MulfOp():
            for one, other in ((owner.lhs, owner.rhs), (owner.rhs, owner.lhs)):
                factor = _factor(op, one)
                if factor is not None:
                    return [(other, (factor,))]
    return []


def _factor(op: GenericOp, value: SSAValue) -> Factor | None:
    """What a value of the body is if all iterations share it."""
    body = op.body.block
    if isinstance(value, BlockArgument) and value.owner is body:
        shared = all(p == ZERO for p in projection(op.indexing_maps.data[value.index]))
        return value if shared and value.index < len(op.inputs) else None
    owner = value.owner
    if isinstance(owner, arith.ConstantOp) and isinstance(owner.value, FloatAttr):
        return owner.value.value.data
    parent = owner if isinstance(owner, Block) else owner.parent
    return value if parent is not body else None
