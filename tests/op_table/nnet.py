"""Rows of matrix products and of the fused operations of neural networks."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special

from tests.op_table.row import Array, Case, Failure, Gradient, Row
from tests.op_table.samples import ALL_DTYPES, FLOAT_DTYPES, normal, uniform
from tir.dialects.tir import contraction, nnet
from tir.graph import build

_SHAPES: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((5,), (5,)),
    ((3, 5), (5,)),
    ((5,), (5, 4)),
    ((3, 5), (5, 4)),
    ((1, 5), (5, 1)),
    ((3, 0), (0, 4)),
    ((0, 5), (5, 4)),
    ((0,), (0,)),
    ((17, 33), (33, 9)),
)


def _dot(x: Array, y: Array) -> Any:
    dtype = np.result_type(x.dtype, y.dtype)
    wide = "float64" if dtype.kind == "f" else dtype
    return np.asarray(np.dot(x.astype(wide), y.astype(wide))).astype(dtype)


def _dot_cases() -> list[Case]:
    # The inner dimension is summed without cancellation, so that the error is a few ulp.
    found = [
        Case(f"{a} {b}", build.dot, (np.abs(normal(a)), np.abs(normal(b, seed=7))), _dot, ulps=16)
        for a, b in _SHAPES
    ]
    for dtype in ALL_DTYPES:
        x, y = normal((3, 5), dtype), normal((5, 4), dtype, seed=7)
        if dtype in FLOAT_DTYPES:
            x, y = np.abs(x), np.abs(y)
        found.append(Case(dtype, build.dot, (x, y), _dot, ulps=16))
        found.append(Case(f"{dtype} vectors", build.dot, (x[0], y[:, 0].copy()), _dot, ulps=16))
    mixed = (np.abs(normal((3, 5), "float32")), np.abs(normal((5, 4))))
    row_col = (np.abs(normal((1, 5))), np.abs(normal((5, 1))))
    patterns = ((True, False), (False, True))
    return [
        *found,
        Case("float32 and float64", build.dot, mixed, _dot, ulps=16),
        Case("row and col", build.dot, row_col, _dot, patterns, ulps=16),
    ]


_DOT = Row(
    contraction.DotOp,
    _dot_cases,
    tuple(
        Gradient(f"{a} {b}", build.dot, (normal(a), normal(b, seed=7)), np.dot, (0, 1))
        for a, b in (((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 2)))
    ),
    tuple(
        Failure(f"{a} {b}", build.dot, (np.ones(a), np.ones(b)), ValueError, "Shape mismatch")
        for a, b in (((2, 3), (2, 3)), ((3,), (2,)), ((2, 3), (2,)), ((3,), (2, 3)))
    ),
)


_STACKS: tuple[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]], ...] = (
    ((4, 3, 5), (4, 5, 2), (), ()),
    ((1, 3, 5), (4, 5, 2), (0,), ()),
    ((4, 3, 5), (1, 5, 2), (), (0,)),
    ((1, 1, 5), (1, 5, 1), (0, 1), (0, 2)),
    ((0, 3, 5), (0, 5, 2), (), ()),
    ((4, 3, 0), (4, 0, 2), (), ()),
    ((2, 3, 9, 7), (2, 3, 7, 8), (), ()),
    ((1, 1, 3, 5), (2, 3, 5, 2), (0, 1), ()),
)
"""Shapes of two stacks of matrices, and which of their dimensions are 1 statically."""


def _matmul(x: Array, y: Array) -> Any:
    dtype = np.result_type(x.dtype, y.dtype)
    wide = "float64" if dtype.kind == "f" else dtype
    return np.matmul(x.astype(wide), y.astype(wide)).astype(dtype)


def _patterns(x: tuple[int, ...], y: tuple[int, ...], *ones: tuple[int, ...]) -> Any:
    return tuple(
        tuple(axis in own for axis in range(len(shape)))
        for shape, own in zip((x, y), ones, strict=True)
    )


def _batched_dot_cases() -> list[Case]:
    found = []
    for x, y, *ones in _STACKS:
        for dtype in ("float64", "float32", "int32", "bool"):
            arrays = (np.abs(normal(x, dtype)), np.abs(normal(y, dtype, seed=7)))
            patterns = _patterns(x, y, *ones)
            label = f"{dtype} {x} {y}"
            found.append(Case(label, build.batched_dot, arrays, _matmul, patterns, ulps=16))
    mixed = (np.abs(normal((2, 3, 5), "float32")), np.abs(normal((2, 5, 4))))
    return [*found, Case("two dtypes", build.batched_dot, mixed, _matmul, ulps=16)]


_BATCHED_DOT = Row(
    contraction.BatchedDotOp,
    _batched_dot_cases,
    tuple(
        Gradient(
            f"{x} {y}",
            build.batched_dot,
            (normal(x), normal(y, seed=7)),
            np.matmul,
            (0, 1),
            _patterns(x, y, *ones),
        )
        for x, y, *ones in (
            ((2, 2, 3), (2, 3, 2), (), ()),
            ((1, 2, 3), (2, 3, 2), (0,), ()),
            ((2, 2, 3), (1, 3, 2), (), (0,)),
            ((2, 1, 2, 3), (2, 1, 3, 2), (), ()),
        )
    ),
    tuple(
        Failure(
            f"{x} {y}", build.batched_dot, (np.ones(x), np.ones(y)), ValueError, "Shape mismatch"
        )
        for x, y in (
            ((2, 3, 4), (2, 3, 4)),
            ((2, 3, 4), (3, 4, 2)),
            ((1, 3, 4), (2, 4, 3)),
            ((2, 3, 3, 4), (3, 2, 4, 3)),
        )
    ),
)


def _softmax(x: Array, axis: int) -> Array:
    return scipy.special.softmax(x.astype("float64"), axis=axis).astype(x.dtype)


def _log_softmax(x: Array, axis: int) -> Array:
    return scipy.special.log_softmax(x.astype("float64"), axis=axis).astype(x.dtype)


_SOFTMAX_SHAPES: tuple[tuple[tuple[int, ...], int], ...] = (
    ((7,), 0),
    ((5, 7), 1),
    ((5, 7), 0),
    ((3, 4, 5), 1),
    ((0, 3), 1),
    ((4, 1), 1),
)


def _softmax_row(op: Any, function: Any, oracle: Any) -> Row:
    def cases() -> list[Case]:
        found = [
            Case(
                f"{dtype} {shape} axis {axis} times {scale}",
                lambda x, axis=axis: function(x, axis),
                ((normal(shape) * scale).astype(dtype),),
                lambda x, axis=axis: oracle(x, axis),
                ulps=64,
            )
            for dtype in FLOAT_DTYPES
            for shape, axis in _SOFTMAX_SHAPES
            # exp(1000) overflows; the softmax does not.
            for scale in (1, 1000)
        ]
        return found

    gradients = tuple(
        Gradient(
            f"axis {axis}",
            lambda x, axis=axis: function(x, axis),
            (uniform(-1, 1, (2, 3)),),
            lambda x, axis=axis: oracle(x, axis),
        )
        for axis in (0, 1)
    )
    return Row(op, cases, gradients)


def _cross_entropy(scores: Array, labels: Array) -> Array:
    total = scipy.special.logsumexp(scores.astype("float64"), axis=1)
    return (total - scores[np.arange(len(labels)), labels]).astype(scores.dtype)


def _cross_entropy_grad(weights: Array, scores: Array, labels: Array) -> Array:
    result = scipy.special.softmax(scores.astype("float64"), axis=1)
    result[np.arange(len(labels)), labels] -= 1
    return (result * weights[:, None]).astype(scores.dtype)


_LABELS = np.array([0, 3, 1, 6, 2])


def _cross_entropy_cases() -> list[Case]:
    found = [
        Case(
            f"{dtype} {label_dtype}",
            build.softmax_cross_entropy,
            (normal((5, 7), dtype), _LABELS.astype(label_dtype)),
            _cross_entropy,
            ulps=64,
        )
        for dtype, label_dtype in (
            ("float64", "int64"),
            ("float32", "int32"),
            ("float64", "uint8"),
            ("float32", "int8"),
        )
    ]
    empty = (np.ones((0, 3)), np.zeros(0, "int64"))
    return [*found, Case("empty", build.softmax_cross_entropy, empty, _cross_entropy)]


def _cross_entropy_grad_cases() -> list[Case]:
    return [
        Case(
            dtype,
            build.softmax_cross_entropy_grad,
            (np.abs(normal((5,), dtype)), normal((5, 7), dtype), _LABELS),
            _cross_entropy_grad,
            ulps=64,
        )
        for dtype in FLOAT_DTYPES
    ]


def _label_failure(function: Any, *arrays: Array) -> tuple[Failure, ...]:
    return (
        Failure(
            "label beyond",
            function,
            (*arrays, np.array([0, 1, 2, 9, 0])),
            IndexError,
            "index 9 is out of bounds",
        ),
        Failure("too few labels", function, (*arrays, np.array([0, 1])), ValueError, None),
    )


ROWS: tuple[Row, ...] = (
    _DOT,
    _BATCHED_DOT,
    _softmax_row(nnet.SoftmaxOp, build.softmax, _softmax),
    _softmax_row(nnet.LogSoftmaxOp, build.log_softmax, _log_softmax),
    Row(
        nnet.SoftmaxCrossEntropyOp,
        _cross_entropy_cases,
        (
            Gradient(
                "scores",
                build.softmax_cross_entropy,
                (uniform(-1, 1, (2, 3)), np.array([2, 0])),
                _cross_entropy,
            ),
        ),
        _label_failure(build.softmax_cross_entropy, normal((5, 7))),
    ),
    Row(
        nnet.SoftmaxCrossEntropyGradOp,
        _cross_entropy_grad_cases,
        (
            Gradient(
                "weights and scores",
                build.softmax_cross_entropy_grad,
                (np.array([0.5, 2.0]), uniform(-1, 1, (2, 3)), np.array([2, 0])),
                _cross_entropy_grad,
                (0, 1),
            ),
        ),
        _label_failure(build.softmax_cross_entropy_grad, np.ones(5), normal((5, 7))),
    ),
)
