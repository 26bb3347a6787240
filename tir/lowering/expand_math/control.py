"""Branches and loops of scalar code, for functions whose length depends on their arguments.

Their values are floats of one format. What is built inside sees what was built before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xdsl.dialects import scf
from xdsl.ir import Block, Region, SSAValue

from tir.lowering.expand_math.builder import ScalarBuilder

Body = Callable[[ScalarBuilder], SSAValue]
Bodies = Callable[[ScalarBuilder], Sequence[SSAValue]]


def branch(b: ScalarBuilder, condition: SSAValue, then: Body, otherwise: Body) -> SSAValue:
    """What `then` builds where the condition holds, else what `otherwise` builds; only one of the two is computed."""
    return branches(b, condition, lambda b: (then(b),), lambda b: (otherwise(b),))[0]


def branches(
    b: ScalarBuilder, condition: SSAValue, then: Bodies, otherwise: Bodies
) -> Sequence[SSAValue]:
    """The same of several values."""
    regions = []
    count = 0
    for body in (then, otherwise):
        block = Block()
        values = body(ScalarBuilder(block, b.format))
        block.add_op(scf.YieldOp(*values))
        regions.append(Region(block))
        count = len(values)
    choice = scf.IfOp(condition, [b.format.float_type] * count, *regions)
    b.block.add_op(choice)
    return choice.results


def repeat(
    b: ScalarBuilder,
    initial: Sequence[SSAValue | float],
    goes_on: Callable[..., SSAValue],
    step: Callable[..., Sequence[SSAValue]],
) -> Sequence[SSAValue]:
    """`step` applied to the values for as long as `goes_on` holds of them. Both take a builder, then the values."""
    types = [b.format.float_type] * len(initial)
    before, after = Block(arg_types=types), Block(arg_types=types)
    condition = goes_on(ScalarBuilder(before, b.format), *before.args)
    before.add_op(scf.ConditionOp(condition, *before.args))
    following = step(ScalarBuilder(after, b.format), *after.args)
    after.add_op(scf.YieldOp(*following))
    values = [b.value(value) for value in initial]
    loop = scf.WhileOp(values, types, Region(before), Region(after))
    b.block.add_op(loop)
    return loop.results
