"""Rows of the elementwise operations."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import scipy.special

from tests.op_table.row import Array, Case, Failure, Gradient, Row
from tests.op_table.samples import (
    ALL_DTYPES,
    BIT_DTYPES,
    FLOAT_DTYPES,
    MIXED_DTYPES,
    NUMBER_DTYPES,
    normal,
    uniform,
    vector,
)
from tir.dialects.tir import arithmetic, comparison, transcendental
from tir.dialects.tir.base import TirOp
from tir.graph import build

Function = Callable[..., Any]

# One integer dtype of each conversion rule; the loops are the same for the others.
FLOAT_FUNCTION_DTYPES = ("bool", "int8", "uint16", "int32", "uint64", "float32", "float64")


def float_dtype(*dtypes: str) -> str:
    """The dtype of a float function of operands of these dtypes."""
    small = ("bool", "int8", "uint8", "int16", "uint16", "float32")
    return "float32" if all(d in small for d in dtypes) else "float64"


def unary(
    op: type[TirOp],
    function: Function,
    oracle: Function,
    dtypes: Sequence[str] = ALL_DTYPES,
    slope: tuple[float, float] | None = None,
    ulps: float = 4,
) -> Row:
    """An operation of one operand that works in its own dtype; differentiable between `slope`'s bounds."""

    def cases() -> list[Case]:
        found = [Case(d, function, (vector(d),), oracle, ulps=ulps) for d in dtypes]
        square = normal((3, 4), dtypes[-1])
        return [*found, Case("matrix", function, (square,), oracle, ulps=ulps)]

    gradients = ()
    if slope is not None:
        gradients = (Gradient("", function, (uniform(*slope),), oracle),)
    return Row(op, cases, gradients)


def float_unary(
    op: type[TirOp],
    function: Function,
    oracle: Function,
    slope: tuple[float, float] | None = (-2, 2),
    ulps: float = 4,
) -> Row:
    """A float function: integers are converted. The oracle computes in float64 even for float32."""

    def in_double(x: Array) -> Array:
        return np.asarray(oracle(x.astype("float64"))).astype(float_dtype(x.dtype.name))

    return unary(op, function, in_double, FLOAT_FUNCTION_DTYPES, slope, ulps)


@dataclass(frozen=True)
class BinarySamples:
    """Values for the two operands of an operation."""

    left: Callable[[str], Array] = vector
    right: Callable[[str], Array] = lambda dtype: vector(dtype, shift=5)


BROADCASTS: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = (
    ("matrix, row", (3, 4), (1, 4)),
    ("col, row", (3, 1), (1, 4)),
    ("scalar, matrix", (), (3, 4)),
    ("matrix, vector", (3, 4), (4,)),
    ("tensor3, col", (2, 3, 4), (3, 1)),
    ("empty", (0, 4), (1, 4)),
)
"""Pairs of shapes that broadcast; a 1 is declared broadcastable."""


def binary(
    op: type[TirOp],
    function: Function,
    oracle: Function,
    dtypes: Sequence[str] = ALL_DTYPES,
    slope: tuple[tuple[float, float], tuple[float, float]] | None = None,
    samples: BinarySamples | None = None,
    failures: tuple[Failure, ...] = (),
    ulps: float = 4,
    wrt: tuple[int, ...] = (0, 1),
) -> Row:
    """An operation of two operands; `slope` gives each operand's bounds for differentiation by those in `wrt`."""
    samples = samples or BinarySamples()

    def cases() -> list[Case]:
        mixed = [p for p in MIXED_DTYPES if set(p) <= set(dtypes)]
        found = [
            Case(f"{a}, {b}", function, (samples.left(a), samples.right(b)), oracle, ulps=ulps)
            for a, b in [*((d, d) for d in dtypes), *mixed]
        ]
        wide = "float64" if "float64" in dtypes else dtypes[-1]
        for label, left, right in BROADCASTS:
            arrays = (normal(left, wide), np.abs(normal(right, wide, seed=3)) + (wide != "bool"))
            patterns = tuple(tuple(size == 1 for size in a.shape) for a in arrays)
            arrays = tuple(a.astype(wide) for a in arrays)
            found.append(Case(label, function, arrays, oracle, patterns, ulps))
        return found

    gradients: tuple[Gradient, ...] = ()
    if slope is not None:
        (low, high), (low2, high2) = slope
        left, right = uniform(low, high), uniform(low2, high2, (2, 3), seed=4)
        gradients = (
            Gradient("", function, (left, right), oracle, wrt),
            Gradient("vector", function, (left, right[0]), oracle, wrt),
            Gradient("col", function, (left, right[:, :1]), oracle, wrt, (None, (False, True))),
        )
    mismatch = Failure(
        "mismatch",
        function,
        (normal((3,), dtypes[-1]), np.ones(2, dtypes[-1])),
        ValueError,
        r"Input dimension mis-match. \(input\[0\].shape\[0\] = 3, input\[1\].shape\[0\] = 2\)",
        may_be_hidden=op is arithmetic.SecondOp,
    )
    return Row(op, cases, gradients, (mismatch, *failures))


def _division_samples() -> BinarySamples:
    def divisor(dtype: str) -> Array:
        values = vector(dtype, shift=5)
        return values if dtype in FLOAT_DTYPES else np.where(values == 0, 3, values).astype(dtype)

    return BinarySamples(right=divisor)


def _pow_samples() -> BinarySamples:
    def exponent(dtype: str) -> Array:
        values = vector(dtype, shift=5)
        # Negative integer powers of integers are an error in NumPy.
        return (
            values if dtype in FLOAT_DTYPES or dtype == "bool" else np.abs(values % 6).astype(dtype)
        )

    return BinarySamples(right=exponent)


def _pow_oracle(x: Array, y: Array) -> Array:
    dtype = np.result_type(x.dtype, y.dtype)
    if dtype.kind != "f":
        return np.power(x, y)
    return np.power(x.astype("float64"), y.astype("float64")).astype(dtype)


def _round_away(x: Array) -> Array:
    return np.trunc(x + np.copysign(np.nextafter(0.5, 0), x))


def _zero_divisor(function: Function, dtype: str) -> Failure:
    return Failure(
        f"zero divisor, {dtype}",
        function,
        (normal((3,), dtype), np.array([1, 0, 2], dtype)),
        ZeroDivisionError,
        "division or modulo by zero",
    )


def _arctan2(y: Array, x: Array) -> Array:
    dtype = float_dtype(y.dtype.name, x.dtype.name)
    return np.arctan2(y.astype("float64"), x.astype("float64")).astype(dtype)


def _erfc(x: Array) -> Array:
    # SciPy's is zero where the result is subnormal.
    return np.vectorize(lambda v: float(mpmath.erfc(v)), otypes=["float64"])(x)


A, C, X = arithmetic, comparison, transcendental
BOTH = ((-2.0, 2.0), (-2.0, 2.0))
APART = ((-2.0, -0.5), (0.5, 2.0))

_BINARY = (
    binary(A.AddOp, build.add, np.add, slope=BOTH),
    binary(A.SubOp, build.sub, np.subtract, NUMBER_DTYPES, BOTH),
    binary(A.MulOp, build.mul, np.multiply, slope=BOTH),
    binary(A.TrueDivOp, build.true_div, np.true_divide, FLOAT_DTYPES, (BOTH[0], (0.5, 2.0))),
    binary(
        A.IntDivOp,
        build.int_div,
        np.floor_divide,
        NUMBER_DTYPES,
        samples=_division_samples(),
        failures=tuple(_zero_divisor(build.int_div, d) for d in ("int32", "uint8")),
    ),
    binary(
        A.ModOp,
        build.mod,
        np.remainder,
        NUMBER_DTYPES,
        ((0.6, 0.9), (2.0, 3.0)),
        samples=_division_samples(),
        failures=tuple(_zero_divisor(build.mod, d) for d in ("int64", "uint16")),
    ),
    binary(
        A.PowOp,
        build.pow_,
        _pow_oracle,
        NUMBER_DTYPES,
        ((0.5, 2.0), (-2.0, 2.0)),
        samples=_pow_samples(),
    ),
    binary(A.MaximumOp, build.maximum, np.maximum, slope=APART),
    binary(A.MinimumOp, build.minimum, np.minimum, slope=APART),
    binary(X.Arctan2Op, build.arctan2, _arctan2, FLOAT_FUNCTION_DTYPES, ((0.5, 2.0), (0.5, 2.0))),
    binary(C.EqOp, build.eq, np.equal),
    binary(C.NeqOp, build.neq, np.not_equal),
    binary(C.LtOp, build.lt, np.less),
    binary(C.LeOp, build.le, np.less_equal),
    binary(C.GtOp, build.gt, np.greater),
    binary(C.GeOp, build.ge, np.greater_equal),
    binary(C.AndOp, build.and_, np.bitwise_and, BIT_DTYPES),
    binary(C.OrOp, build.or_, np.bitwise_or, BIT_DTYPES),
    binary(C.XorOp, build.xor, np.bitwise_xor, BIT_DTYPES),
    # Only the shape of the first operand is used: it is disconnected.
    binary(
        A.SecondOp,
        build.second,
        lambda x, y: np.broadcast_arrays(x, y)[1],
        slope=BOTH,
        wrt=(1,),
    ),
)

_UNARY = (
    unary(A.NegOp, build.neg, np.negative, NUMBER_DTYPES, (-2, 2)),
    unary(A.AbsOp, build.abs_, np.absolute, slope=(0.5, 2)),
    unary(A.SgnOp, build.sgn, np.sign, NUMBER_DTYPES, (0.5, 2)),
    unary(A.SqrOp, build.sqr, lambda x: x * x, slope=(-2, 2)),
    unary(C.IsnanOp, build.isnan, np.isnan),
    unary(C.IsinfOp, build.isinf, np.isinf),
    unary(C.InvertOp, build.invert, np.invert, BIT_DTYPES),
    float_unary(A.SqrtOp, build.sqrt, np.sqrt, (0.5, 2)),
    float_unary(A.ReciprocalOp, build.reciprocal, lambda x: 1 / x, (0.5, 2)),
    float_unary(A.CeilOp, build.ceil, np.ceil, (0.2, 0.8)),
    float_unary(A.FloorOp, build.floor, np.floor, (0.2, 0.8)),
    float_unary(A.TruncOp, build.trunc, np.trunc, (0.2, 0.8)),
    float_unary(A.RoundHalfToEvenOp, build.round_half_to_even, np.rint, (0.1, 0.4)),
    float_unary(
        A.RoundHalfAwayFromZeroOp, build.round_half_away_from_zero, _round_away, (0.1, 0.4)
    ),
    float_unary(X.ExpOp, build.exp, np.exp),
    float_unary(X.Exp2Op, build.exp2, np.exp2),
    float_unary(X.Expm1Op, build.expm1, np.expm1),
    float_unary(X.LogOp, build.log, np.log, (0.5, 2)),
    float_unary(X.Log2Op, build.log2, np.log2, (0.5, 2)),
    float_unary(X.Log10Op, build.log10, np.log10, (0.5, 2)),
    float_unary(X.Log1pOp, build.log1p, np.log1p, (-0.5, 2)),
    float_unary(X.SinOp, build.sin, np.sin),
    float_unary(X.CosOp, build.cos, np.cos),
    float_unary(X.TanOp, build.tan, np.tan, (-1, 1)),
    float_unary(X.ArcsinOp, build.arcsin, np.arcsin, (-0.8, 0.8)),
    float_unary(X.ArccosOp, build.arccos, np.arccos, (-0.8, 0.8)),
    float_unary(X.ArctanOp, build.arctan, np.arctan),
    float_unary(X.SinhOp, build.sinh, np.sinh),
    float_unary(X.CoshOp, build.cosh, np.cosh),
    float_unary(X.TanhOp, build.tanh, np.tanh),
    float_unary(X.ArcsinhOp, build.arcsinh, np.arcsinh),
    float_unary(X.ArccoshOp, build.arccosh, np.arccosh, (1.5, 3)),
    float_unary(X.ArctanhOp, build.arctanh, np.arctanh, (-0.8, 0.8)),
    float_unary(X.CbrtOp, build.cbrt, np.cbrt, (0.5, 3)),
    float_unary(X.Deg2radOp, build.deg2rad, np.deg2rad),
    float_unary(X.Rad2degOp, build.rad2deg, np.rad2deg),
    float_unary(X.ErfOp, build.erf, scipy.special.erf),
    float_unary(X.ErfcOp, build.erfc, _erfc, ulps=8),
    float_unary(X.SigmoidOp, build.sigmoid, scipy.special.expit),
    float_unary(X.SoftplusOp, build.softplus, lambda x: np.logaddexp(0, x)),
)


def _switch_cases() -> list[Case]:
    dtypes = [("bool", d, d) for d in ALL_DTYPES]
    dtypes += [("int8", "int32", "float32"), ("float64", "uint8", "int16")]
    vectors = [
        Case(
            ", ".join(ds),
            build.switch,
            tuple(vector(d, shift=3 * i) for i, d in enumerate(ds)),
            np.where,
        )
        for ds in dtypes
    ]
    col, row = normal((3, 1), "bool"), normal((1, 4))
    patterns = ((False, True), (True, False), None)
    return [
        *vectors,
        Case("col, row, matrix", build.switch, (col, row, normal((3, 4))), np.where, patterns),
    ]


def _clip_oracle(x: Array, low: Array, high: Array) -> Array:
    return np.where(x < low, low, np.where(x > high, high, x))


def _clip_cases() -> list[Case]:
    found = []
    for dtype in NUMBER_DTYPES:
        bounds = (
            np.array([2] * len(vector(dtype)), dtype),
            np.array([7] * len(vector(dtype)), dtype),
        )
        found.append(Case(dtype, build.clip, (vector(dtype), *bounds), _clip_oracle))
    scalars = (normal((3, 4)), np.array(-0.5), np.array(0.5))
    return [*found, Case("scalar bounds", build.clip, scalars, np.clip)]


def _cast_cases() -> list[Case]:
    found = []
    for source, target in itertools.permutations(ALL_DTYPES, 2):
        values = vector(source)
        if source in FLOAT_DTYPES and target not in FLOAT_DTYPES:
            # Beyond the target's range C leaves the result undefined.
            low = 0 if target.startswith("u") else -100
            values = np.clip(np.nan_to_num(values), low, 100)
        found.append(
            Case(
                f"{source} to {target}",
                lambda x, target=target: build.cast(x, target),
                (values,),
                lambda x, target=target: x.astype(target),
            )
        )
    return found


_OTHERS = (
    Row(
        A.SwitchOp,
        _switch_cases,
        (
            Gradient(
                "",
                build.switch,
                (normal((2, 3), "bool"), uniform(-1, 1), uniform(-1, 1, (3,), 5)),
                np.where,
                (1, 2),
            ),
        ),
    ),
    Row(
        A.ClipOp,
        _clip_cases,
        (
            Gradient(
                "",
                build.clip,
                (np.array([-3.0, 0.1, 3.0]), np.array(-1.0), np.array(1.0)),
                _clip_oracle,
                (0, 1, 2),
            ),
        ),
    ),
    Row(
        A.CastOp,
        _cast_cases,
        (
            Gradient(
                "to float32 and back",
                lambda x: build.cast(build.cast(x, "float32"), "float64"),
                (uniform(-1, 1),),
                np.asarray,
            ),
        ),
    ),
)

ROWS: tuple[Row, ...] = (*_BINARY, *_UNARY, *_OTHERS)
