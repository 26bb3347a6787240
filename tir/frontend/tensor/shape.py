"""The shape of tensors, and the same elements in another shape.

None of these looks at elements. Gradients pass through all but `shape`, which depends on no element.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tir.frontend.tensor.operands import normalize_axes, normalize_axis, static_int
from tir.frontend.tensor.vectors import known_length, scalars_of, vector_of
from tir.graph import build
from tir.graph.constants import constant
from tir.graph.variable import Constant

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable


def shape(x: Any) -> TensorVariable:
    """The sizes of all dimensions, an int64 vector. Broadcastable dimensions are the constant 1.

    >>> from tir import tensor as T
    >>> T.shape(T.dmatrix()).type
    TensorType(int64, vector)
    """
    return vector_of(build.shape_scalars(x))


def size(x: Any) -> TensorVariable:
    """The number of elements, an int64 scalar."""
    total: Any = constant(np.int64(1))
    for scalar in build.shape_scalars(x):
        if not isinstance(scalar, Constant):
            total = scalar if isinstance(total, Constant) else build.mul(total, scalar)
    return total


def get_vector_length(v: Any) -> int:
    """The length of a vector if it is known while the expression is built; `ValueError` if it is not.

    >>> from tir import tensor as T
    >>> T.get_vector_length(T.dmatrix().shape)
    2
    """
    vector = build.as_tensor_variable(v)
    if vector.type.ndim != 1:
        raise TypeError(f"get_vector_length: argument must be a vector, got {vector.type}")
    length = known_length(vector)
    if length is None:
        raise ValueError(f"get_vector_length: the length of {vector} is not known")
    return length


def dimshuffle(x: Any, *pattern: Any) -> TensorVariable:
    """Dimensions in a new order; 'x' makes a new broadcastable one, and broadcastable ones may be left out.

    >>> from tir import tensor as T
    >>> T.dimshuffle(T.dvector(), 0, "x").type
    TensorType(float64, col)
    """
    x = build.as_tensor_variable(x)
    if len(pattern) == 1 and isinstance(pattern[0], list | tuple):
        pattern = tuple(pattern[0])
    ndim, broadcastable = x.type.ndim, x.type.broadcastable
    order = [
        a if isinstance(a, str) and a == "x" else _kept_axis(a, ndim, pattern) for a in pattern
    ]
    kept = [a for a in order if a != "x"]
    if len(set(kept)) != len(kept):
        raise ValueError(f"dimshuffle{pattern}: a dimension appears twice")
    for axis in range(ndim):
        if axis not in kept and not broadcastable[axis]:
            raise ValueError(
                f"dimshuffle{pattern}: you cannot drop dimension {axis} of {x} : {x.type}, which is not broadcastable"
            )
    return build.dimshuffle(x, order)


def _kept_axis(axis: Any, ndim: int, pattern: tuple[Any, ...]) -> int:
    number = static_int(axis, f"dimshuffle{pattern}: an entry that is not 'x'")
    if not -ndim <= number < ndim:
        raise ValueError(
            f"dimshuffle{pattern}: there is no dimension {number}, the input has only {ndim} dimensions"
        )
    return number % ndim


def transpose(x: Any, axes: Sequence[int] | None = None) -> TensorVariable:
    """Dimensions in the order `axes`; reversed by default."""
    x = build.as_tensor_variable(x)
    if axes is None:
        return build.dimshuffle(x, list(reversed(range(x.type.ndim))))
    order = [normalize_axis(a, x.type.ndim, "transpose") for a in axes]
    if sorted(order) != list(range(x.type.ndim)):
        raise ValueError(
            f"transpose: axes={tuple(axes)} does not name each of the {x.type.ndim} dimensions once"
        )
    return build.dimshuffle(x, order)


def swapaxes(y: Any, axis1: int, axis2: int) -> TensorVariable:
    """`y` with two dimensions exchanged."""
    y = build.as_tensor_variable(y)
    first = normalize_axis(axis1, y.type.ndim, "swapaxes")
    other = normalize_axis(axis2, y.type.ndim, "swapaxes")
    order = list(range(y.type.ndim))
    order[first], order[other] = other, first
    return build.dimshuffle(y, order)


def reshape(x: Any, newshape: Any, ndim: int | None = None) -> TensorVariable:
    """The elements of `x`, in row-major order, in another shape.

    `newshape` is a tuple of integers and integer scalars, of which one may be -1, or a vector. `ndim` is needed where
    the length of that vector is not known. A constant 1 makes a broadcastable dimension.

    >>> from tir import tensor as T
    >>> T.reshape(T.dvector(), (-1, 1)).type
    TensorType(float64, col)
    """
    x = build.as_tensor_variable(x)
    scalars = scalars_of(newshape, "reshape", ndim)
    if ndim is not None and len(scalars) != static_int(ndim, "reshape: ndim"):
        raise ValueError(f"reshape: the shape has {len(scalars)} entries, but ndim={ndim}")
    fixed = [int(s.data) for s in scalars if isinstance(s, Constant)]
    if sum(size == -1 for size in fixed) > 1:
        raise ValueError(f"reshape: at most one size may be -1, got {newshape}")
    if any(size < -1 for size in fixed):
        raise ValueError(f"reshape: sizes must not be negative (but for one -1), got {newshape}")
    return build.reshape(x, scalars)


def flatten(x: Any, ndim: int = 1, outdim: int | None = None) -> TensorVariable:
    """`x` with its last dimensions joined so that `ndim` remain. `outdim` is the old name of `ndim`.

    >>> from tir import tensor as T
    >>> T.flatten(T.dtensor4(), 2).type
    TensorType(float64, matrix)
    """
    x = build.as_tensor_variable(x)
    ndim = static_int(ndim if outdim is None else outdim, "flatten: ndim")
    rank = x.type.ndim
    if ndim < 1 or (ndim > rank and rank != 0) or (rank == 0 and ndim > 1):
        raise ValueError(f"flatten: ndim={ndim} is out of bounds [1, {max(rank, 1)}]")
    if ndim == rank:
        return x
    pattern = x.type.broadcastable
    if ndim == 1:
        return build.reshape(x, [constant(np.int64(-1))], [all(pattern)])
    sizes = build.shape_scalars(x)
    # The product, not -1: with an empty leading dimension -1 would be ambiguous.
    joined = sizes[ndim - 1]
    for scalar in sizes[ndim:]:
        joined = build.mul(joined, scalar)
    return build.reshape(
        x, [*sizes[: ndim - 1], joined], [*pattern[: ndim - 1], all(pattern[ndim - 1 :])]
    )


def shape_padleft(t: Any, n_ones: int = 1) -> TensorVariable:
    """`t` with `n_ones` broadcastable dimensions before its own."""
    t = build.as_tensor_variable(t)
    return build.dimshuffle(t, ["x"] * n_ones + list(range(t.type.ndim)))


def shape_padright(t: Any, n_ones: int = 1) -> TensorVariable:
    """`t` with `n_ones` broadcastable dimensions after its own."""
    t = build.as_tensor_variable(t)
    return build.dimshuffle(t, list(range(t.type.ndim)) + ["x"] * n_ones)


def shape_padaxis(t: Any, axis: int) -> TensorVariable:
    """`t` with a broadcastable dimension that becomes number `axis`."""
    t = build.as_tensor_variable(t)
    order: list[int | str] = list(range(t.type.ndim))
    order.insert(normalize_axis(axis, t.type.ndim + 1, "shape_padaxis"), "x")
    return build.dimshuffle(t, order)


def squeeze(x: Any) -> TensorVariable:
    """`x` without its broadcastable dimensions."""
    x = build.as_tensor_variable(x)
    return build.dimshuffle(x, [a for a, b in enumerate(x.type.broadcastable) if not b])


def patternbroadcast(x: Any, broadcastable: Sequence[bool]) -> TensorVariable:
    """`x` with exactly these dimensions broadcastable; that those are 1 is checked when run (`ValueError`)."""
    x = build.as_tensor_variable(x)
    if len(broadcastable) != x.type.ndim:
        raise ValueError(
            f"patternbroadcast: {len(broadcastable)} booleans for a tensor of {x.type.ndim} dimensions"
        )
    return build.rebroadcast(x, [bool(b) for b in broadcastable])


def _with_flags(name: str, x: Any, axes: Sequence[int], flag: bool) -> Any:
    x = build.as_tensor_variable(x)
    changed = normalize_axes(list(axes), x.type.ndim, name)
    return build.rebroadcast(
        x, [flag if a in changed else b for a, b in enumerate(x.type.broadcastable)]
    )


def addbroadcast(x: Any, *axes: int) -> TensorVariable:
    """`x` with these dimensions broadcastable too; that they are 1 is checked when run (`ValueError`)."""
    return _with_flags("addbroadcast", x, axes, True)


def unbroadcast(x: Any, *axes: int) -> TensorVariable:
    """`x` with these dimensions no longer broadcastable."""
    return _with_flags("unbroadcast", x, axes, False)
