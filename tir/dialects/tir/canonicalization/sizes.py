"""Where the sizes of results come from.

`size_source` follows a dimension towards the arguments as long as it is simply a dimension of an operand. Where it is
not, `size_expression` builds the scalar that computes it from the sizes of the operands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from xdsl.dialects.builtin import IntegerAttr, i64
from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import (
    AddOp,
    CastOp,
    IntDivOp,
    MaximumOp,
    MinimumOp,
    MulOp,
    SubOp,
    SwitchOp,
)
from tir.dialects.tir.base import TirOp, ints, optional_int, strings
from tir.dialects.tir.canonicalization.matching import (
    cast_to,
    dtype_of_value,
    pattern_of_value,
    rank_of_value,
    uniform_value,
)
from tir.dialects.tir.canonicalization.pattern import Rewriter
from tir.dialects.tir.comparison import EqOp, LtOp
from tir.dialects.tir.contraction import BatchedDotOp, DotOp
from tir.dialects.tir.elementwise import ElementwiseOp
from tir.dialects.tir.indexing import (
    AdvancedSubtensorOp,
    AdvancedSubtensorUpdateOp,
    SubtensorOp,
    SubtensorUpdateOp,
)
from tir.dialects.tir.nnet import SoftmaxBase, SoftmaxCrossEntropyGradOp, SoftmaxCrossEntropyOp
from tir.dialects.tir.reduction import ReductionOp
from tir.dialects.tir.structural import (
    AllocOp,
    ArangeOp,
    DimOp,
    DimshuffleOp,
    IdentityOp,
    MakeVectorOp,
    RebroadcastOp,
    ReshapeOp,
)

Size = tuple[SSAValue, int]
"""A dimension of a value."""
OpT = TypeVar("OpT", bound=TirOp)

_Forward = Callable[[TirOp, int], Size | None]
_Expression = Callable[[Rewriter, TirOp, int], SSAValue | None]

_FORWARDS: list[tuple[type[TirOp] | tuple[type[TirOp], ...], _Forward]] = []
_EXPRESSIONS: dict[type[TirOp], _Expression] = {}


def size_source(value: SSAValue, axis: int, known: dict[Size, Size] | None = None) -> Size:
    """The dimension that decides the size of a dimension: of an argument, or of a value that makes its own size.

    `known` remembers what was found on the way, so that many questions about one program take linear time.
    """
    path: list[Size] = []
    current = (value, axis)
    while True:
        if known is not None and current in known:
            current = known[current]
            break
        following = _forward(*current)
        if following is None:
            break
        path.append(current)
        current = following
    if known is not None:
        for step in path:
            known[step] = current
    return current


def decisive_size(value: SSAValue, axis: int) -> Size:
    """`size_source`, seen through vectors 0, 1... n - 1 and filled tensors: equal answers mean equal sizes.

    Where the size is a scalar of the program, the scalar with -1 for the axis.
    """
    while True:
        value, axis = size_source(value, axis)
        op = value.owner
        if isinstance(op, ArangeOp) and is_count(op):
            scalar = op.operands[1]
        elif isinstance(op, AllocOp):
            scalar = op.operands[1 + axis]
        else:
            return value, axis
        while isinstance(scalar.owner, CastOp):
            scalar = scalar.owner.operands[0]
        if not isinstance(scalar.owner, DimOp):
            return scalar, -1
        value, axis = scalar.owner.operands[0], dim_axis(scalar.owner)


def is_count(op: ArangeOp) -> bool:
    """Whether an `arange` counts 0, 1, 2..."""
    start, _, step = op.operands
    return _is_zero(start) and uniform_value(step) == 1


def _forward(value: SSAValue, axis: int) -> Size | None:
    op = value.owner
    if not isinstance(op, TirOp) or pattern_of_value(value)[axis]:
        return None
    for classes, rule in _FORWARDS:
        if isinstance(op, classes):
            return rule(op, axis)
    return None


def _elementwise(op: TirOp, axis: int) -> Size | None:
    ndim = rank_of_value(op.results[0])
    found = None
    for operand in op.operands:
        own = axis - (ndim - rank_of_value(operand))
        if own >= 0 and not pattern_of_value(operand)[own]:
            if not isinstance(operand.owner, TirOp):
                # An argument has its size without any computation.
                return operand, own
            found = found or (operand, own)
    return found


def _dimshuffle(op: TirOp, axis: int) -> Size | None:
    return op.operands[0], ints(op.properties["new_order"])[axis]


def _reduction(op: TirOp, axis: int) -> Size | None:
    axes = ints(op.properties["axes"])
    kept = [a for a in range(rank_of_value(op.operands[0])) if a not in axes]
    return op.operands[0], kept[axis]


def _dot(op: TirOp, axis: int) -> Size | None:
    left, right = op.operands
    return (left, 0) if axis == 0 and rank_of_value(left) == 2 else (right, 1)


def _batched_dot(op: TirOp, axis: int) -> Size | None:
    left, right = op.operands
    if axis == rank_of_value(left) - 1:
        return right, axis
    if axis == rank_of_value(left) - 2:
        return left, axis
    return (right if pattern_of_value(left)[axis] else left), axis


def _advanced_subtensor(op: TirOp, axis: int) -> Size | None:
    x, *indices = op.operands
    if axis > 0:
        return x, axis - 1 + len(indices)
    # Vectors of unknown lengths may differ: one of them may have length 1.
    long = [index for index in indices if not pattern_of_value(index)[0]]
    lengths = {decisive_size(index, 0) for index in long}
    return (long[-1], 0) if len(lengths) == 1 else None


def _subtensor(op: TirOp, axis: int) -> Size | None:
    source_axis, entry = _sliced_axis(op, axis)
    return (op.operands[0], source_axis) if entry == "::" else None


def _sliced_axis(op: TirOp, axis: int) -> tuple[int, str]:
    """Which dimension of the operand becomes dimension `axis`, and its entry of the pattern."""
    pattern = strings(op.properties["pattern"])
    entries = [*pattern, *["::"] * (rank_of_value(op.operands[0]) - len(pattern))]
    kept = [a for a, entry in enumerate(entries) if entry != "v"]
    return kept[axis], entries[kept[axis]]


def _operand(number: int) -> _Forward:
    return lambda op, axis: (op.operands[number], axis)


_FORWARDS.extend(
    [
        (ElementwiseOp, _elementwise),
        (DimshuffleOp, _dimshuffle),
        (ReductionOp, _reduction),
        (DotOp, _dot),
        (BatchedDotOp, _batched_dot),
        (SubtensorOp, _subtensor),
        (AdvancedSubtensorOp, _advanced_subtensor),
        ((SubtensorUpdateOp, AdvancedSubtensorUpdateOp, IdentityOp, RebroadcastOp), _operand(0)),
        ((SoftmaxBase, SoftmaxCrossEntropyOp), _operand(0)),
        (SoftmaxCrossEntropyGradOp, _operand(1)),
    ]
)


def dim(rewriter: Rewriter, value: SSAValue, axis: int) -> SSAValue:
    """The size of a dimension: a constant 1, or a new `dim`."""
    if pattern_of_value(value)[axis]:
        return rewriter.constant(1, "int64")
    return rewriter.create(DimOp, value, axis=IntegerAttr(axis, i64))


def size_expression(rewriter: Rewriter, value: SSAValue, axis: int) -> SSAValue | None:
    """A scalar for the size of a dimension where `size_source` stops; None if it has to be measured.

    It uses no value that comes after the operands of the operation that gives `value`.
    """
    op = value.owner
    if not isinstance(op, TirOp):
        return None
    rule = _EXPRESSIONS.get(type(op))
    return None if rule is None else rule(rewriter, op, axis)


def _alloc_size(rewriter: Rewriter, op: TirOp, axis: int) -> SSAValue | None:
    return cast_to(rewriter, op.operands[1 + axis], "int64")


def _make_vector_size(rewriter: Rewriter, op: TirOp, axis: int) -> SSAValue | None:
    return rewriter.constant(len(op.operands), "int64")


def is_nonnegative(value: SSAValue) -> bool:
    """Whether an integer scalar is evidently not negative: a size, or made of sizes."""
    stack, seen = [value], 0
    while stack:
        current = stack.pop()
        seen += 1
        number, op = uniform_value(current), current.owner
        if (number is not None and number >= 0) or isinstance(op, DimOp):
            continue
        unsigned = dtype_of_value(current).startswith("uint")
        if isinstance(op, MulOp | AddOp | IntDivOp | CastOp) and not unsigned and seen < 16:
            stack.extend(op.operands)
        elif not (isinstance(op, MaximumOp) and any(map(_is_zero, op.operands))):
            return False
    return True


def _is_zero(value: SSAValue) -> bool:
    return uniform_value(value) == 0


def _reshape_size(rewriter: Rewriter, op: TirOp, axis: int) -> SSAValue | None:
    x, *dims = op.operands
    if is_nonnegative(dims[axis]):
        return cast_to(rewriter, dims[axis], "int64")
    others = [d for i, d in enumerate(dims) if i != axis]
    if uniform_value(dims[axis]) != -1 or not all(map(is_nonnegative, others)):
        return None
    total = _product(rewriter, [dim(rewriter, x, a) for a in range(rank_of_value(x))])
    given = _product(rewriter, [cast_to(rewriter, d, "int64") for d in others])
    if uniform_value(given) == 1:
        return total
    if any(uniform_value(d) in (None, 0) for d in others):
        # Where another size is 0 the program fails elsewhere, and must not fail here.
        given = rewriter.create(MaximumOp, given, rewriter.constant(1, "int64"))
    return rewriter.create(IntDivOp, total, given)


def _product(rewriter: Rewriter, values: list[SSAValue]) -> SSAValue:
    if not values:
        return rewriter.constant(1, "int64")
    result = values[0]
    for value in values[1:]:
        result = rewriter.create(MulOp, result, value)
    return result


def _arange_size(rewriter: Rewriter, op: TirOp, axis: int) -> SSAValue | None:
    start, stop, step = op.operands
    stride = uniform_value(step)
    if dtype_of_value(stop) not in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"):
        return None
    if not isinstance(stride, int) or stride == 0:
        return None
    if stride == 1 and _is_zero(start) and is_nonnegative(stop):
        return cast_to(rewriter, stop, "int64")
    first, last = cast_to(rewriter, start, "int64"), cast_to(rewriter, stop, "int64")
    return _steps(rewriter, first, last, stride)


def _steps(rewriter: Rewriter, first: SSAValue, last: SSAValue, stride: int) -> SSAValue:
    """How many steps of `stride` lead from `first` to before `last`."""
    span = (first, last) if stride < 0 else (last, first)
    count = span[0] if _is_zero(span[1]) else rewriter.create(SubOp, *span)
    if abs(stride) != 1:
        rounding = rewriter.constant(abs(stride) - 1, "int64")
        count = rewriter.create(AddOp, count, rounding)
        count = rewriter.create(IntDivOp, count, rewriter.constant(abs(stride), "int64"))
    return rewriter.create(MaximumOp, count, rewriter.constant(0, "int64"))


def _slice_size(rewriter: Rewriter, op: TirOp, axis: int) -> SSAValue | None:
    x, *indices = op.operands
    source_axis, entry = _sliced_axis(op, axis)
    before = strings(op.properties["pattern"])[:source_axis]
    values = iter(indices[sum(e.count("v") for e in before) :])
    start, stop, step = (next(values) if part == "v" else None for part in entry.split(":"))
    stride = 1 if step is None else uniform_value(step)
    if not isinstance(stride, int) or stride == 0:
        return None
    size = dim(rewriter, x, source_axis)
    zero = rewriter.constant(0, "int64")
    if stride > 0:
        bounds = zero, size
        defaults = zero, size
    else:
        minus_one = rewriter.constant(-1, "int64")
        last = rewriter.create(SubOp, size, rewriter.constant(1, "int64"))
        bounds = minus_one, last
        defaults = last, minus_one
    first = defaults[0] if start is None else _clamped(rewriter, start, size, *bounds, True)
    end = defaults[1] if stop is None else _clamped(rewriter, stop, size, *bounds)
    return _steps(rewriter, first, end, stride)


def _clamped(
    rewriter: Rewriter,
    index: SSAValue,
    size: SSAValue,
    low: SSAValue,
    high: SSAValue,
    is_start: bool = False,
) -> SSAValue:
    """An end of a slice as Python understands it: negative ones count from the end, and none lies outside.

    A start beyond the end may stay: no step leads from there.
    """
    index = cast_to(rewriter, index, "int64")
    number = uniform_value(index)
    if is_nonnegative(index):
        return index if is_start and high is size else rewriter.create(MinimumOp, index, high)
    from_end = rewriter.create(MaximumOp, rewriter.create(AddOp, index, size), low)
    if number is not None:
        return from_end
    negative = rewriter.create(LtOp, index, rewriter.constant(0, "int64"))
    from_start = rewriter.create(MinimumOp, index, high)
    return rewriter.create(SwitchOp, negative, from_end, from_start)


def _index_length(rewriter: Rewriter, op: TirOp, axis: int) -> SSAValue | None:
    long = [index for index in op.operands[1:] if not pattern_of_value(index)[0]]
    sizes = [dim(rewriter, index, 0) for index in long]
    length = sizes[0]
    for size in sizes[1:]:
        # A vector that turns out to have length 1 goes with any other.
        is_one = rewriter.create(EqOp, length, rewriter.constant(1, "int64"))
        length = rewriter.create(SwitchOp, is_one, size, length)
    return length


_EXPRESSIONS.update(
    {
        AllocOp: _alloc_size,
        MakeVectorOp: _make_vector_size,
        ReshapeOp: _reshape_size,
        ArangeOp: _arange_size,
        SubtensorOp: _slice_size,
        AdvancedSubtensorOp: _index_length,
    }
)


def dim_axis(op: TirOp) -> int:
    """The axis of a `dim`."""
    axis = optional_int(op.properties["axis"])
    assert axis is not None
    return axis
