"""Applies patterns to a module of the `tir` dialect, with a worklist.

An operation is visited once, and again only when an operand, or the number of users of an operand, has changed. Patterns
are found by the class of the operation. So the work is linear in the size of the program as long as patterns make
progress; a cap on the number of visits, proportional to the size, guards against patterns that undo each other.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, SSAValue

from tir.dialects.tir.base import TirOp
from tir.dialects.tir.canonicalization.pattern import Pattern, Rewriter

_VISITS_PER_OPERATION = 40
_VISITS_AT_LEAST = 1000


class RewriteLimitWarning(UserWarning):
    """Patterns did not come to an end; the program is right, but perhaps not simplified to the end."""


class PatternSet:
    """Patterns, found by the class of operation that they rewrite.

    >>> from tir.dialects.tir.canonicalization.dimshuffle import DIMSHUFFLE_PATTERNS
    >>> PatternSet(DIMSHUFFLE_PATTERNS).without_unsafe().patterns == DIMSHUFFLE_PATTERNS
    False
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.patterns = tuple(patterns)
        self._by_class: dict[type[Operation], tuple[Pattern, ...]] = {}

    def of(self, op_class: type[Operation]) -> tuple[Pattern, ...]:
        """The patterns to try on operations of this class, in their order."""
        found = self._by_class.get(op_class)
        if found is None:
            found = tuple(p for p in self.patterns if issubclass(op_class, p.ROOTS))
            self._by_class[op_class] = found
        return found

    def without_unsafe(self) -> PatternSet:
        """The patterns that never hide an error."""
        return PatternSet(p for p in self.patterns if not p.UNSAFE)


def tir_blocks(module: ModuleOp) -> list[Block]:
    """The blocks that operations of the dialect may be in: the bodies of the module's functions."""
    return [
        block for op in module.body.block.ops for region in op.regions for block in region.blocks
    ]


def apply_patterns(module: ModuleOp, patterns: PatternSet) -> None:
    """Rewrite every operation of the functions of a module until no pattern applies. Erases dead operations.

    Warns with `RewriteLimitWarning` when the patterns do not come to an end.
    """
    for block in tir_blocks(module):
        _Worklist(block, patterns).run()


def erase_if_dead(op: Operation) -> list[SSAValue]:
    """Erase an operation of the dialect that nobody uses, and the operands that are dead then.

    Returns the values that lost a use and are still alive.
    """
    touched: list[SSAValue] = []
    stack = [op]
    while stack:
        dead = stack.pop()
        block = dead.parent
        if block is None or not isinstance(dead, TirOp):
            continue
        if any(result.first_use is not None for result in dead.results):
            continue
        operands = tuple(dead.operands)
        block.erase_op(dead)
        for operand in operands:
            if operand.first_use is None:
                if isinstance(operand.owner, Operation):
                    stack.append(operand.owner)
            else:
                touched.append(operand)
    return touched


class _Worklist:
    """The operations of a block still to be visited; the first of the program on top."""

    def __init__(self, block: Block, patterns: PatternSet) -> None:
        self._patterns = patterns
        ops = [op for op in block.ops if isinstance(op, TirOp)]
        self._stack: list[TirOp] = ops[::-1]
        self._queued: set[TirOp] = set(ops)
        self._visits_left = _VISITS_AT_LEAST + _VISITS_PER_OPERATION * len(ops)

    def push(self, op: Operation) -> None:
        if isinstance(op, TirOp) and op not in self._queued:
            self._queued.add(op)
            self._stack.append(op)

    def run(self) -> None:
        while self._stack:
            op = self._stack.pop()
            self._queued.discard(op)
            if op.parent is None:
                continue
            if all(result.first_use is None for result in op.results):
                self._erase(op)
                continue
            self._visits_left -= 1
            if self._visits_left < 0:
                warnings.warn(
                    f"the rewriting of {len(self._stack) + 1} operations was stopped: patterns seem to "
                    f"undo each other, last at {op.name}",
                    RewriteLimitWarning,
                    stacklevel=2,
                )
                return
            self._visit(op)

    def _visit(self, op: TirOp) -> None:
        for pattern in self._patterns.of(type(op)):
            created: list[TirOp] = []
            value = pattern.rewrite(op, Rewriter(op, created.append))
            if value is not None:
                self._replace(op, value, created, pattern)
                return
            assert not created, f"{type(pattern).__name__} created operations without a rewrite"

    def _replace(
        self, op: TirOp, value: SSAValue, created: Sequence[TirOp], pattern: Pattern
    ) -> None:
        (result,) = op.results
        if value.type != result.type or value is result:
            raise TypeError(
                f"{type(pattern).__name__} replaced {op.name} of type {result.type} by {value}"
            )
        users = {use.operation for use in result.uses}
        result.replace_all_uses_with(value)
        self._erase(op)
        for user in users:
            self.push(user)
        for new in reversed(created):
            if new.parent is not None:
                self.push(new)

    def _erase(self, op: TirOp) -> None:
        for value in erase_if_dead(op):
            # A producer that now has one user may be merged into that user.
            if isinstance(value.owner, TirOp):
                self.push(value.owner)
            user = value.get_user_of_unique_use()
            if user is not None:
                self.push(user)
