"""Rows of the operations that read and write parts of tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tests.op_table.row import Array, Case, Failure, Gradient, Row
from tests.op_table.samples import normal, uniform
from tir.dialects.tir import indexing
from tir.dialects.tir.base import TirOp
from tir.graph import build

INDEXINGS: tuple[tuple[tuple[int, ...], tuple[str, ...], tuple[int, ...]], ...] = (
    ((5,), ("v",), (2,)),
    ((5,), ("v",), (-1,)),
    ((5,), ("v:v:",), (1, 4)),
    ((5,), ("v::",), (-3,)),
    ((5,), (":v:",), (-2,)),
    ((5,), ("::v",), (-1,)),
    ((5,), ("v:v:v",), (4, 0, -2)),
    ((5,), ("v:v:",), (2, 100)),
    ((5,), ("v:v:",), (-100, 2)),
    ((5,), ("v:v:",), (4, 2)),
    ((4, 5), ("v",), (1,)),
    ((4, 5), ("::", "v"), (3,)),
    ((4, 5), ("v", "v"), (1, 2)),
    ((4, 5), ("v:v:", "::v"), (1, 3, 2)),
    ((4, 5), ("::v", "::v"), (-1, -1)),
    ((3, 4, 5), ("v", "::", "v:v:"), (-1, 1, 3)),
    ((0, 4), ("::", "v"), (2,)),
)
"""Shapes, index patterns and the indices in them."""


def numpy_index(pattern: Sequence[str], indices: Sequence[Any]) -> tuple[Any, ...]:
    """The NumPy index of a pattern."""
    values = [int(i) for i in indices]
    found: list[Any] = []
    for entry in pattern:
        parts = [values.pop(0) if part == "v" else None for part in entry.split(":")]
        found.append(parts[0] if entry == "v" else slice(*parts))
    return tuple(found)


def _subtensor_cases() -> list[Case]:
    return [
        Case(
            f"{shape} {pattern} {indices}",
            lambda x, *i, p=pattern: build.subtensor(x, p, i),
            (normal(shape), *(np.array(i) for i in indices)),
            lambda x, *i, p=pattern: x[numpy_index(p, i)],
            ulps=0,
        )
        for shape, pattern, indices in INDEXINGS
    ]


def _update(increment: bool) -> Callable[..., Array]:
    def oracle(x: Array, value: Array, *indices: Array, pattern: Sequence[str]) -> Array:
        result = x.copy()
        if increment:
            result[numpy_index(pattern, indices)] += value
        else:
            result[numpy_index(pattern, indices)] = value
        return result

    return oracle


def _update_row(op: type[TirOp], function: Callable[..., Any], increment: bool) -> Row:
    oracle = _update(increment)

    def case(label: str, x: Array, value: Array, pattern: Any, indices: Any) -> Case:
        return Case(
            label,
            lambda x, value, *i: function(x, value, pattern, i),
            (x, value, *(np.array(i) for i in indices)),
            lambda x, value, *i: oracle(x, value, *i, pattern=pattern),
        )

    def cases() -> list[Case]:
        found = []
        for shape, pattern, indices in INDEXINGS:
            x = normal(shape)
            region = x[numpy_index(pattern, indices)]
            label = f"{shape} {pattern} {indices}"
            found.append(case(label, x, normal(region.shape, seed=9), pattern, indices))
            found.append(case(f"{label} scalar", x, np.array(2.5), pattern, indices))
        integers = normal((4, 5), "int32")
        return [*found, case("int8 into int32", integers, normal((5,), "int8"), ("v",), (2,))]

    x, value = normal((4, 3)), normal((2, 3), seed=9)
    pattern, bounds = ("v:v:",), (np.array(1), np.array(3))
    gradient = Gradient(
        "rows",
        lambda x, value, *i: function(x, value, pattern, i),
        (x, value, *bounds),
        lambda x, value, *i: oracle(x, value, *i, pattern=pattern),
        (0, 1),
    )
    beyond = Failure(
        "index beyond",
        lambda x, value, i: function(x, value, ("v",), (i,)),
        (x, np.array(1.0), np.array(4)),
        IndexError,
        "index 4 is out of bounds for axis 0 with size 4",
    )
    return Row(op, cases, (gradient,), (beyond,))


VECTORS: tuple[tuple[tuple[int, ...], tuple[list[int], ...]], ...] = (
    ((5,), ([0, 3, 3, -1],)),
    ((4, 5), ([2, 0, 2],)),
    ((4, 5), ([0, 1, 2], [4, -1, 0])),
    ((3, 4, 5), ([2, -3], [0, 3])),
    ((4, 5), ([],)),
)
"""Shapes and the vectors that index their leading dimensions."""


def _vectors(vectors: Sequence[list[int]], dtype: str = "int64") -> list[Array]:
    return [np.array(v, dtype) for v in vectors]


def _advanced_cases() -> list[Case]:
    return [
        Case(
            f"{shape} {vectors} {dtype}",
            build.advanced_subtensor,
            (normal(shape), *_vectors(vectors, dtype)),
            lambda x, *i: x[i],
            ulps=0,
        )
        for shape, vectors in VECTORS
        for dtype in ("int64", "int8")
    ]


def _advanced_set(x: Array, value: Array, *indices: Array) -> Array:
    result = x.copy()
    result[indices] = value
    return result


def _advanced_inc(x: Array, value: Array, *indices: Array) -> Array:
    result = x.copy()
    np.add.at(result, indices, value)
    return result


def _advanced_update_row(
    op: type[TirOp], function: Callable[..., Any], oracle: Callable[..., Any]
) -> Row:
    def cases() -> list[Case]:
        found = []
        for shape, vectors in VECTORS:
            x, indices = normal(shape), _vectors(vectors)
            region = x[tuple(indices)]
            for value in (normal(region.shape, seed=9), np.array(2.5)):
                label = f"{shape} {vectors} value {value.shape}"
                found.append(Case(label, function, (x, value, *indices), oracle, ulps=16))
        return found

    gradient = Gradient(
        "pairs",
        function,
        (normal((3, 4)), normal((3,), seed=9), np.array([0, 2, 0]), np.array([1, 3, 2])),
        oracle,
        (0, 1),
    )
    return Row(op, cases, (gradient,), (_beyond(function, np.array(1.0)),))


def _beyond(function: Callable[..., Any], *value: Array) -> Failure:
    return Failure(
        "index beyond",
        function,
        (normal((3, 4)), *value, np.array([0, 3])),
        IndexError,
        "index 3 is out of bounds for axis 0 with size 3",
    )


ROWS: tuple[Row, ...] = (
    Row(
        indexing.SubtensorOp,
        _subtensor_cases,
        (
            Gradient(
                "",
                lambda x, i: build.subtensor(x, ("v", "::v"), (i, -1)),
                (uniform(-1, 1), np.array(1)),
                lambda x, i: x[i, ::-1],
            ),
        ),
        (
            Failure(
                "index beyond",
                lambda x, i: build.subtensor(x, ("v",), (i,)),
                (normal((3, 4)), np.array(3)),
                IndexError,
                "index 3 is out of bounds for axis 0 with size 3",
            ),
            Failure(
                "zero step",
                lambda x, i: build.subtensor(x, ("::v",), (i,)),
                (normal((3, 4)), np.array(0)),
                ValueError,
                "slice step cannot be zero",
            ),
        ),
    ),
    _update_row(indexing.SetSubtensorOp, build.set_subtensor, False),
    _update_row(indexing.IncSubtensorOp, build.inc_subtensor, True),
    Row(
        indexing.AdvancedSubtensorOp,
        _advanced_cases,
        (
            Gradient(
                "pairs",
                build.advanced_subtensor,
                (normal((3, 4)), np.array([0, 2, 0]), np.array([1, 3, 1])),
                lambda x, *i: x[i],
            ),
        ),
        (
            _beyond(build.advanced_subtensor),
            Failure(
                "different lengths",
                build.advanced_subtensor,
                (normal((3, 4)), np.array([0, 1]), np.array([0, 1, 2])),
                IndexError,
                "shape mismatch",
            ),
        ),
    ),
    _advanced_update_row(
        indexing.AdvancedSetSubtensorOp, build.advanced_set_subtensor, _advanced_set
    ),
    _advanced_update_row(
        indexing.AdvancedIncSubtensorOp, build.advanced_inc_subtensor, _advanced_inc
    ),
)
