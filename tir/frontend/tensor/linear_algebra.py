"""Products of vectors, matrices and tensors."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tir.frontend.tensor.operands import cap_at_floatx, normalize_axis
from tir.frontend.tensor.shape import flatten
from tir.graph import build

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable


def dot(a: Any, b: Any) -> TensorVariable:
    """The sum over the last dimension of `a` and the last but one of `b`, in their common dtype, as `numpy.dot`.

    Vectors, matrices, and tensors of more dimensions; with a scalar, the elementwise product.

    >>> from tir import tensor as T
    >>> T.dot(T.fmatrix(), T.fvector()).type
    TensorType(float32, vector)
    """
    x, y = cap_at_floatx([a, b])
    ranks = x.type.ndim, y.type.ndim
    if 0 in ranks:
        return build.mul(x, y)
    if max(ranks) <= 2:
        return build.dot(x, y)
    return tensordot(x, y, ([ranks[0] - 1], [max(ranks[1] - 2, 0)]))


def matmul(a: Any, b: Any) -> TensorVariable:
    """Products of matrices that the last two dimensions hold, as `numpy.matmul`; those in front broadcast.

    >>> from tir import tensor as T
    >>> T.matmul(T.ftensor3(), T.fmatrix()).type
    TensorType(float32, 3D)
    """
    x, y = cap_at_floatx([a, b])
    if 0 in (x.type.ndim, y.type.ndim):
        raise ValueError(
            "matmul: an operand has no dimensions; use * for the product with a scalar"
        )
    if y.type.ndim <= 2:
        return dot(x, y)
    left = build.dimshuffle(x, ["x", 0]) if x.type.ndim == 1 else x
    result = _stacked_products(left, y)
    if x.type.ndim > 1:
        return result
    kept = [axis for axis in range(result.type.ndim) if axis != result.type.ndim - 2]
    return build.dimshuffle(result, kept)


def _stacked_products(x: Any, y: Any) -> Any:
    """The products of matrices, of which `y` has a stack."""
    stack = max(x.type.ndim, y.type.ndim) - 2
    x, y = (build.dimshuffle(v, ["x"] * (stack + 2 - v.type.ndim) + _axes(v)) for v in (x, y))
    one, other = (v.type.broadcastable[:stack] for v in (x, y))
    if not (one == other or all(one) or all(other)):
        # Stacks that broadcast each other in turns are written out.
        x, y = (_broadcast_stack(v, w, stack) for v, w in ((x, y), (y, x)))
    return build.batched_dot(x, y)


def _broadcast_stack(x: Any, like: Any, stack: int) -> Any:
    """`x` with the leading dimensions that it and `like` broadcast to."""
    sizes, others = build.shape_scalars(x), build.shape_scalars(like)
    pattern, other = x.type.broadcastable, like.type.broadcastable
    dims = [b if one else a for a, b, one in zip(sizes, others, pattern, strict=True)]
    both = [a and b for a, b in zip(pattern, other, strict=True)]
    return build.alloc(x, [*dims[:stack], *sizes[stack:]], [*both[:stack], *pattern[stack:]])


def tensordot(a: Any, b: Any, axes: Any = 2) -> TensorVariable:
    """The sum of products over dimensions of both, as `numpy.tensordot`.

    `axes` is a number, of the last dimensions of `a` and the first of `b`, or a pair: the dimensions of `a` and those
    of `b`, each an integer or a list. What remains of `a` comes first in the result. Where several dimensions are
    summed over, only the product of their sizes is checked.

    >>> from tir import tensor as T
    >>> T.tensordot(T.dtensor3(), T.dtensor4(), ([1, 2], [3, 0])).type
    TensorType(float64, 3D)
    """
    x, y = cap_at_floatx([a, b])
    return _tensordot(x, y, *_contracted_axes(x, y, axes, 0, "tensordot"), batches=0)


def batched_tensordot(x: Any, y: Any, axes: Any = 2) -> TensorVariable:
    """`tensordot` of each `x[i]` and `y[i]`, one for each index of the first dimension.

    `axes` is as for `tensordot`; in a pair the dimensions are counted with the first one, which cannot be among them.

    >>> from tir import tensor as T
    >>> T.batched_tensordot(T.dtensor4(), T.dtensor3(), ([3], [1])).type
    TensorType(float64, 4D)
    """
    left, right = cap_at_floatx([x, y])
    if 0 in (left.type.ndim, right.type.ndim):
        raise TypeError("batched_tensordot: an operand has no dimension to go through")
    axes = _contracted_axes(left, right, axes, 1, "batched_tensordot")
    return _tensordot(left, right, *axes, batches=1)


def batched_dot(a: Any, b: Any) -> TensorVariable:
    """The products of each `a[i]` and `b[i]`, one for each index of the first dimension.

    With a vector, the product of its elements and the tensors; of tensors of more than three dimensions the last
    dimension of `a` and the last but one of `b` are summed over.

    >>> from tir import tensor as T
    >>> T.batched_dot(T.dtensor3(), T.dmatrix()).type
    TensorType(float64, matrix)
    """
    x, y = cap_at_floatx([a, b])
    ranks = x.type.ndim, y.type.ndim
    if 0 in ranks:
        raise TypeError("batched_dot: an operand has no dimension to go through")
    if 1 in ranks:
        rank = max(ranks)
        return build.mul(
            *(
                build.dimshuffle(
                    v, _axes(v) + ["x"] * (rank - v.type.ndim if v.type.ndim == 1 else 0)
                )
                for v in (x, y)
            )
        )
    return batched_tensordot(x, y, ([ranks[0] - 1], [max(ranks[1] - 2, 1)]))


def _axes(x: Any) -> list[Any]:
    return list(range(x.type.ndim))


def _contracted_axes(
    x: Any, y: Any, axes: Any, batches: int, name: str
) -> tuple[list[int], list[int]]:
    """The dimensions of both operands to sum over."""
    ranks = x.type.ndim, y.type.ndim
    if not isinstance(axes, Sequence):
        count = operator.index(axes)
        if not 0 <= count <= min(ranks) - batches:
            raise ValueError(
                f"{name}: axes={count} must be between 0 and the number of dimensions of {x.type} and of {y.type}"
            )
        return list(range(ranks[0] - count, ranks[0])), list(range(batches, batches + count))
    if len(axes) != 2:
        raise ValueError(f"{name}: axes must be a number or a pair, got {axes}")
    left, right = (
        [normalize_axis(a, rank, name) for a in (one if isinstance(one, Sequence) else [one])]
        for one, rank in zip(axes, ranks, strict=True)
    )
    if len(left) != len(right):
        raise ValueError(f"{name}: axes={axes} names another number of dimensions for each operand")
    for one in (left, right):
        if len(set(one)) != len(one) or (batches and 0 in one):
            raise ValueError(f"{name}: axes={axes} names a dimension twice, or the first one")
    return left, right


def _tensordot(x: Any, y: Any, left: list[int], right: list[int], batches: int) -> Any:
    """One matrix product, or one for each index of the first dimension, of what is reshaped to matrices."""
    first = list(range(batches))
    rows = [a for a in range(batches, x.type.ndim) if a not in left]
    columns = [a for a in range(batches, y.type.ndim) if a not in right]
    x, y = build.dimshuffle(x, first + rows + left), build.dimshuffle(y, first + right + columns)
    row_sizes = build.shape_scalars(x)[: batches + len(rows)]
    column_sizes = build.shape_scalars(y)[batches + len(right) :]
    pattern = [
        *x.type.broadcastable[: batches + len(rows)],
        *y.type.broadcastable[batches + len(right) :],
    ]
    if batches and x.type.broadcastable[0]:
        row_sizes[0], pattern[0] = build.shape_scalars(y)[0], y.type.broadcastable[0]
    product_of = build.batched_dot if batches else build.dot
    product = product_of(_matrix(x, batches, len(rows)), _matrix(y, batches, len(right)))
    if len(rows) == len(columns) == 1:
        return product
    return build.reshape(product, [*row_sizes, *column_sizes], pattern)


def _matrix(x: Any, batches: int, rows: int) -> Any:
    """`x` with the dimensions of rows made one, and those of columns."""
    split = batches + rows
    groups = [[a] for a in range(batches)]
    groups += [list(range(batches, split)), list(range(split, x.type.ndim))]
    return _grouped(x, groups)


def _grouped(x: Any, groups: Sequence[Sequence[int]]) -> Any:
    """`x` with each group of neighbouring dimensions made one; an empty group is a new one of size 1."""
    if all(len(group) == 1 for group in groups):
        return x
    sizes, pattern = build.shape_scalars(x), x.type.broadcastable
    joined = []
    for group in groups:
        size = build.as_tensor_variable(1) if not group else sizes[group[0]]
        for axis in group[1:]:
            size = build.mul(size, sizes[axis])
        joined.append(size)
    return build.reshape(x, joined, [all(pattern[a] for a in group) for group in groups])


def outer(x: Any, y: Any) -> TensorVariable:
    """All products of an element of `x` and one of `y`: a matrix. Both are flattened first."""
    rows, columns = flatten(x), flatten(y)
    return build.mul(build.dimshuffle(rows, [0, "x"]), build.dimshuffle(columns, ["x", 0]))
