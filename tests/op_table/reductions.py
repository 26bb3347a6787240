"""Rows of the reductions, with and without several axes, and of log-sum-exp."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.special

from tests.op_table.row import Array, Case, Failure, Gradient, Row
from tests.op_table.samples import ALL_DTYPES, FLOAT_DTYPES, NUMBER_DTYPES, normal, uniform, vector
from tir.dialects.tir import nnet, reduction
from tir.dialects.tir.base import TirOp
from tir.graph import build

AXES: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((37,), (0,)),
    ((5, 7), (0,)),
    ((5, 7), (1,)),
    ((5, 7), (0, 1)),
    ((5, 7), ()),
    ((3, 4, 5), (1,)),
    ((3, 4, 5), (0, 2)),
    ((3, 4, 5), (1, 2)),
    ((3, 4, 5), (0, 1, 2)),
    ((1, 64), (1,)),
    ((64, 1), (0,)),
    ((2, 3, 4, 5), (0, 2)),
)
"""Shapes and the axes to reduce."""

EMPTY: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((0,), (0,)),
    ((0, 3), (0,)),
    ((3, 0), (1,)),
    ((0, 3), (1,)),
)
"""Shapes without elements; the last reduces to nothing at all."""


def reduction_row(
    op: type[TirOp],
    function: Callable[..., Any],
    oracle: Callable[[Array, tuple[int, ...]], Any],
    dtypes: Sequence[str],
    values: Callable[..., Array] = normal,
    ulps: float = 4,
    slope: tuple[float, float] | None = None,
    neutral: bool = True,
) -> Row:
    """A reduction; `neutral` says whether it is defined for no elements."""

    def case(label: str, array: Array, axes: tuple[int, ...]) -> Case:
        return Case(
            f"{label} axes {axes}",
            lambda x: function(x, axes),
            (array,),
            lambda x: oracle(x, axes),
            ulps=ulps,
        )

    def cases() -> list[Case]:
        found = [case(d, values((5, 7), d), axes) for d in dtypes for axes in ((1,), (0, 1))]
        shapes = AXES + (EMPTY if neutral else EMPTY[3:])
        found += [case(f"{shape}", values(shape), axes) for shape, axes in shapes]
        special = vector("float64") if "float64" in dtypes else vector("bool")
        return [*found, case("special values", special, (0,))]

    gradients = ()
    if slope is not None:
        x = uniform(*slope, (2, 3, 2))
        gradients = tuple(
            Gradient(
                f"axes {axes}",
                lambda x, axes=axes: function(x, axes),
                (x,),
                lambda x, axes=axes: oracle(x, axes),
            )
            for axes in ((1,), (0, 2), (0, 1, 2))
        )
    failures = ()
    if not neutral:
        failures = tuple(
            Failure(
                f"no element, {shape}",
                lambda x: function(x, (0,)),
                (np.zeros(shape),),
                ValueError,
                None,
            )
            for shape in ((0,), (0, 3))
        )
    return Row(op, cases, gradients, failures)


def _accumulate(function: Callable[..., Any]) -> Callable[[Array, tuple[int, ...]], Any]:
    def oracle(x: Array, axes: tuple[int, ...]) -> Any:
        kind = x.dtype.kind
        wide = {"f": "longdouble", "u": "uint64"}.get(kind, "int64")
        dtype = x.dtype if kind == "f" else wide
        return np.asarray(function(x.astype(wide), axis=axes)).astype(dtype)

    return oracle


def _argument(function: Callable[..., Any]) -> Callable[[Array, tuple[int, ...]], Any]:
    def oracle(x: Array, axes: tuple[int, ...]) -> Any:
        kept = [axis for axis in range(x.ndim) if axis not in axes]
        moved = x.transpose([*kept, *axes])
        flat = moved.reshape([*moved.shape[: len(kept)], int(np.prod(moved.shape[len(kept) :]))])
        return function(flat, axis=-1)

    return oracle


def _near_one(shape: tuple[int, ...], dtype: str = "float64") -> Array:
    """Factors whose product neither overflows nor vanishes."""
    values = normal(shape, dtype)
    return (1 + values / 10).astype(dtype) if dtype in FLOAT_DTYPES else np.clip(values, 0, 2)


def _positive(shape: tuple[int, ...], dtype: str = "float64") -> Array:
    """Terms that do not cancel, so that a sum's error is a few ulp."""
    return np.abs(normal(shape, dtype)) if dtype != "bool" else normal(shape, dtype)


def _mostly_zero(shape: tuple[int, ...], dtype: str = "float64") -> Array:
    return (normal(shape, "float64") > 1.2).astype(dtype)


def _plain(function: Callable[..., Any]) -> Callable[[Array, tuple[int, ...]], Any]:
    return lambda x, axes: np.asarray(function(x, axis=axes))


def _log_sum_exp(x: Array, axes: tuple[int, ...]) -> Any:
    if not axes:
        return x
    return np.asarray(scipy.special.logsumexp(x.astype("float64"), axis=axes)).astype(x.dtype)


R = reduction
ROWS: tuple[Row, ...] = (
    reduction_row(R.SumOp, build.sum_, _accumulate(np.sum), ALL_DTYPES, _positive, 8, (-1, 1)),
    reduction_row(
        R.ProdOp, build.prod, _accumulate(np.prod), ALL_DTYPES, _near_one, 64, (0.5, 1.5)
    ),
    reduction_row(R.MaxOp, build.max_, _plain(np.max), ALL_DTYPES, slope=(-1, 1), neutral=False),
    reduction_row(R.MinOp, build.min_, _plain(np.min), ALL_DTYPES, slope=(-1, 1), neutral=False),
    reduction_row(R.AnyOp, build.any_, _plain(np.any), ALL_DTYPES, _mostly_zero),
    reduction_row(R.AllOp, build.all_, _plain(np.all), ALL_DTYPES, _mostly_zero),
    reduction_row(R.ArgmaxOp, build.argmax, _argument(np.argmax), NUMBER_DTYPES, neutral=False),
    reduction_row(R.ArgminOp, build.argmin, _argument(np.argmin), NUMBER_DTYPES, neutral=False),
    reduction_row(
        nnet.LogSumExpOp,
        build.log_sum_exp,
        _log_sum_exp,
        FLOAT_DTYPES,
        ulps=16,
        slope=(-2, 2),
        neutral=True,
    ),
)
