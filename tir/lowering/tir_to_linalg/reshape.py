"""Reshape: the sizes, one of which may be left to be found, and the check that the number of elements stays."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import arith
from xdsl.dialects.builtin import i1
from xdsl.ir import SSAValue

from tir.dialects import linalg_ext
from tir.dialects.tir.base import TirOp, bools
from tir.lowering.tir_to_linalg.builder import HostBuilder, known_constant
from tir.lowering.tir_to_linalg.context import Lowering, signless

_SIZE_CHANGES = "cannot reshape: the new shape has another number of elements"
_TWO_UNKNOWN = "can only specify one unknown dimension"


def lower_reshape(low: Lowering, op: TirOp) -> None:
    """The same elements with other sizes; one negative size stands for what is left."""
    host = low.host
    source = low.tensor(op.operands[0])
    source_dims = low.shapes.dims(source)
    wanted = [low.shapes.representative(low.index(o)) for o in op.operands[1:]]
    dims = _sizes(host, source_dims, wanted)
    for axis, broadcastable in enumerate(bools(op.properties["broadcastable"])):
        host.declare_nonnegative(dims[axis])
        if broadcastable:
            low.shapes.require_equal(
                dims[axis],
                host.index(1),
                f"reshape: dimension {axis} was declared broadcastable but its size is not 1",
            )
    type_ = signless(op.results[0].type)
    if source.type == type_ and tuple(dims) == tuple(source_dims):
        low.bind(op.results[0], source)
        return
    dynamic = [d for d, size in zip(dims, type_.get_shape(), strict=True) if size != 1]
    result = host.emit(linalg_ext.ReshapeOp, (source, *dynamic), type_)
    low.shapes.declare(result, dims)
    low.bind(op.results[0], result)


def _sizes(
    host: HostBuilder, source_dims: Sequence[SSAValue], wanted: Sequence[SSAValue]
) -> list[SSAValue]:
    """The sizes of the result, with checks emitted."""
    negative = [host.compare("slt", d, host.index(0)) for d in wanted]
    doubtful = [axis for axis, flag in enumerate(negative) if known_constant(flag) != 0]
    if not doubtful:
        _check_sizes(host, source_dims, wanted)
        return list(wanted)
    _check_one_unknown(host, [negative[axis] for axis in doubtful])
    one = host.index(1)
    given = [host.select(flag, one, d) for flag, d in zip(negative, wanted, strict=True)]
    rest_source, rest_given = _cancel(source_dims, given)
    if rest_given:
        divisor = product(host, rest_given)
        safe = host.binary(arith.MaxSIOp, divisor, one)
        left_over = host.binary(arith.DivSIOp, product(host, rest_source), safe)
    else:
        left_over = product(host, rest_source)
    dims = [host.select(flag, left_over, d) for flag, d in zip(negative, wanted, strict=True)]
    if rest_given or len(doubtful) > 1 or known_constant(negative[doubtful[0]]) is None:
        _check_sizes(host, source_dims, dims)
    _check_not_ambiguous(host, [negative[axis] for axis in doubtful], product(host, given))
    return dims


def _check_one_unknown(host: HostBuilder, flags: Sequence[SSAValue]) -> None:
    seen = flags[0]
    for flag in flags[1:]:
        host.require(host.negate_bool(host.both(seen, flag)), _TWO_UNKNOWN)
        seen = host.either(seen, flag)


def _check_not_ambiguous(
    host: HostBuilder, flags: Sequence[SSAValue], given_count: SSAValue
) -> None:
    """With no elements given, any size would fit the unknown dimension: NumPy refuses."""
    unknown = host.constant(0, i1)
    for flag in flags:
        unknown = host.either(unknown, flag)
    determined = host.compare("ne", given_count, host.index(0))
    host.require(host.either(host.negate_bool(unknown), determined), _SIZE_CHANGES)


def _check_sizes(
    host: HostBuilder, source_dims: Sequence[SSAValue], dims: Sequence[SSAValue]
) -> None:
    rest_source, rest = _cancel(source_dims, dims)
    if rest_source or rest:
        # All factors are compared: what cancels may be 0.
        same = host.compare("eq", product(host, source_dims), product(host, dims))
        host.require(same, _SIZE_CHANGES)


def _cancel(
    left: Sequence[SSAValue], right: Sequence[SSAValue]
) -> tuple[list[SSAValue], list[SSAValue]]:
    """Both lists of factors without those that they share, and without 1s."""
    rest_left = [d for d in left if known_constant(d) != 1]
    rest_right = []
    for d in right:
        if d in rest_left:
            rest_left.remove(d)
        elif known_constant(d) != 1:
            rest_right.append(d)
    return rest_left, rest_right


def product(host: HostBuilder, dims: Sequence[SSAValue]) -> SSAValue:
    """The product of sizes."""
    result = host.index(1)
    for d in dims:
        result = host.binary(arith.MuliOp, result, d)
    return result
