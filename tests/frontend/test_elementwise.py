"""Elementwise functions against NumPy: values, dtypes, broadcasting, special values."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import tir
from tests.evaluate import check, evaluate
from tir import tensor as T

DTYPES = (
    "bool",
    "int8",
    "uint8",
    "int16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float32",
    "float64",
)
NUMBERS = DTYPES[1:]
INTEGERS = NUMBERS[:-2]
FLOATS = np.array([0.0, -0.0, 0.3, -0.7, 2.5, -1.5, 0.5, np.nan, np.inf, -np.inf, 1e30])
VALUES = np.array([3, 0, 1, 7, 2, 5])


def values(dtype: str, shift: int = 0) -> Any:
    return np.roll(VALUES, shift).astype(dtype)


def result(function: Any, *arrays: Any) -> Any:
    """The value of a function of variables for these arrays, its constants and sizes of 1 not static."""
    variables = [T.tensor(a.dtype, (False,) * a.ndim) for a in arrays]
    return evaluate(function(*variables), dict(zip(variables, arrays, strict=True)))


def same(found: Any, expected: Any, rtol: float = 0.0) -> None:
    assert found.dtype == expected.dtype
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(found, expected, rtol=rtol or 4 * np.finfo(expected.dtype).eps)
    else:
        np.testing.assert_array_equal(found, expected)


BINARY = {
    "add": (T.add, np.add, DTYPES),
    "sub": (T.sub, np.subtract, NUMBERS),
    "mul": (T.mul, np.multiply, DTYPES),
    "maximum": (T.maximum, np.maximum, DTYPES),
    "minimum": (T.minimum, np.minimum, DTYPES),
    "pow": (T.pow, np.power, NUMBERS),
    "eq": (T.eq, np.equal, DTYPES),
    "neq": (T.neq, np.not_equal, DTYPES),
    "lt": (T.lt, np.less, DTYPES),
    "le": (T.le, np.less_equal, DTYPES),
    "gt": (T.gt, np.greater, DTYPES),
    "ge": (T.ge, np.greater_equal, DTYPES),
    "and_": (T.and_, np.bitwise_and, DTYPES[:-2]),
    "or_": (T.or_, np.bitwise_or, DTYPES[:-2]),
    "xor": (T.xor, np.bitwise_xor, DTYPES[:-2]),
}


@pytest.mark.parametrize("name", BINARY)
def test_binary_functions_have_numpys_values_and_dtypes(name: str) -> None:
    function, oracle, dtypes = BINARY[name]
    for left, right in itertools.product(dtypes, dtypes):
        x, y = values(left), values(right, 2)
        common = np.result_type(x, y)
        if common.kind == "f" and name in ("and_", "or_", "xor"):
            # No integer type holds both int64 and uint64.
            with pytest.raises(TypeError, match="common integer type"):
                result(function, x, y)
            continue
        with np.errstate(all="ignore"):
            expected = np.asarray(oracle(x.astype(common), y.astype(common)))
        same(result(function, x, y), expected)


OPERATORS = {
    "+": (lambda x, y: x + y),
    "-": (lambda x, y: x - y),
    "*": (lambda x, y: x * y),
    "/": (lambda x, y: x / y),
    "//": (lambda x, y: x // y),
    "%": (lambda x, y: x % y),
    "**": (lambda x, y: x**y),
    "<": (lambda x, y: x < y),
    "<=": (lambda x, y: x <= y),
    ">": (lambda x, y: x > y),
    ">=": (lambda x, y: x >= y),
    "divmod 0": (lambda x, y: divmod(x, y)[0]),
    "divmod 1": (lambda x, y: divmod(x, y)[1]),
}


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_take_variables_arrays_and_numbers(name: str) -> None:
    apply = OPERATORS[name]
    x, y = T.dvector("x"), T.dvector("y")
    a, b = np.array([1.5, -2.0, 3.25]), np.array([2.0, 0.5, -1.5])
    with np.errstate(all="ignore"):
        check(apply(x, y), {x: a, y: b}, apply(a, b))
        check(apply(x, b), {x: a}, apply(a, b))
        check(apply(a, y), {y: b}, apply(a, b))
        check(apply(x, 2), {x: a}, apply(a, 2))
        check(apply(2, y), {y: b}, apply(2, b))
        check(apply(x, 0.5), {x: a}, apply(a, 0.5))
        check(apply(np.float64(0.1), y), {y: b}, apply(0.1, b))


@pytest.mark.parametrize("name", ["&", "|", "^"])
def test_bitwise_operators(name: str) -> None:
    apply = {"&": lambda x, y: x & y, "|": lambda x, y: x | y, "^": lambda x, y: x ^ y}[name]
    x, y = T.ivector(), T.ivector()
    a, b = np.array([5, -3, 0], "int32"), np.array([3, 6, -1], "int32")
    check(apply(x, y), {x: a, y: b}, apply(a, b))
    check(apply(a, y), {y: b}, apply(a, b))
    check(apply(x, 6), {x: a}, apply(a, 6).astype("int32"))
    check(apply(6, y), {y: b}, apply(6, b).astype("int32"))
    p, q = T.vector(dtype="bool"), T.vector(dtype="bool")
    s, t = np.array([True, True, False]), np.array([True, False, False])
    check(apply(p, q), {p: s, q: t}, apply(s, t))
    check(~p, {p: s}, ~s)
    check(~x, {x: a}, ~a)
    with pytest.raises(TypeError, match="integers or booleans"):
        apply(T.dvector(), 1)


def test_division() -> None:
    for left, right in itertools.product(NUMBERS, NUMBERS):
        x, y = values(left), np.maximum(values(right, 2), 1).astype(right)
        both = np.result_type(x, y)
        quotient = both if both.kind == "f" else np.dtype("float64")
        if x.dtype.kind != "f" and y.dtype.kind != "f":
            quotient = np.dtype("float64")
        same(result(T.true_div, x, y), np.true_divide(x.astype(quotient), y.astype(quotient)))
        same(result(T.int_div, x, y), np.floor_divide(x.astype(both), y.astype(both)))
        same(result(T.mod, x, y), np.remainder(x.astype(both), y.astype(both)))
    signed = np.array([7, -7, 7, -7]), np.array([2, 2, -2, -2])
    same(result(T.int_div, *signed), np.array([3, -4, -4, 3]))
    same(result(T.mod, *signed), np.array([1, 1, -1, -1]))
    same(result(T.ceil_intdiv, *signed), np.array([4, -3, -3, 4]))
    with tir.config.change_flags(floatX="float32"):
        assert (T.ivector() / T.ivector()).dtype == "float32"
        assert (T.ivector() / T.dvector()).dtype == "float64"
    with pytest.raises(ZeroDivisionError):
        result(T.int_div, np.array([1]), np.array([0]))
    with pytest.raises(ZeroDivisionError):
        result(T.mod, np.array([1]), np.array([0]))


FLOAT_UNARY = [
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "arccosh",
    "arctanh",
    "cbrt",
    "deg2rad",
    "rad2deg",
    "sqrt",
    "ceil",
    "floor",
    "trunc",
]


@pytest.mark.parametrize("name", FLOAT_UNARY)
def test_float_functions(name: str) -> None:
    function, oracle = getattr(T, name), getattr(np, name)
    for dtype in DTYPES:
        x = values(dtype)
        wide = "float32" if np.dtype(dtype).itemsize < 4 or dtype == "float32" else "float64"
        with np.errstate(all="ignore"):
            same(result(function, x), oracle(x.astype(wide)))
    with np.errstate(all="ignore"):
        same(result(function, FLOATS), oracle(FLOATS))
        x = T.dvector()
        check(getattr(x, name)(), {x: FLOATS}, oracle(FLOATS))
        check(oracle(x), {x: FLOATS}, oracle(FLOATS))


def test_same_dtype_functions() -> None:
    for dtype in NUMBERS:
        x = (values(dtype) - 2).astype(dtype)
        same(result(T.neg, x), -x)
        same(result(lambda v: -v, x), -x)
        same(result(lambda v: +v, x), x)
        same(result(T.abs_, x), np.abs(x))
        same(result(abs, x), np.abs(x))
        same(result(T.sgn, x), np.sign(x))
        same(result(T.sqr, x), x * x)
    with np.errstate(all="ignore"):
        same(result(T.inv, FLOATS), 1 / FLOATS)
        same(result(T.sgn, FLOATS), np.sign(FLOATS))


@pytest.mark.parametrize(
    ("function", "hint"),
    [
        (lambda x: x - x, "xor"),
        (lambda x: -x, "invert"),
        (T.sgn, "cast"),
        (lambda x: x // x, "cast"),
        (lambda x: x % x, "cast"),
    ],
)
def test_what_booleans_do_not_have(function: Any, hint: str) -> None:
    with pytest.raises(TypeError, match=hint):
        function(T.vector(dtype="bool"))


def test_booleans_stay_booleans() -> None:
    p = T.vector(dtype="bool")
    assert (p + p).dtype == (p * p).dtype == (~p).dtype == "bool"
    assert (p**p).dtype == "int8"
    assert (p / p).dtype == "float64"


def test_error_functions() -> None:
    x = np.array([0.0, 0.5, -2.0, 6.0, np.inf, np.nan])
    same(result(T.erf, x), np.array([math.erf(v) for v in x]))
    same(result(T.erfc, x), np.array([math.erfc(v) for v in x]))
    same(result(T.arctan2, x, x[::-1]), np.arctan2(x, x[::-1]))


def test_rounding() -> None:
    x = np.array([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -2.6, 0.49999999999999994, np.inf, np.nan])
    away = np.array([1, 2, 3, -1, -2, 2, -3, 0, np.inf, np.nan])
    same(result(T.round, x), np.round(x))
    same(result(lambda v: v.round(), x), np.round(x))
    same(result(round, x), np.round(x))
    same(result(lambda v: T.round(v, mode="half_away_from_zero"), x), away)
    same(result(lambda v: T.round(v, "half_to_even"), x), np.round(x))
    same(result(T.iround, x[:-2]), np.round(x[:-2]).astype("int64"))
    for function in (math.floor, math.ceil, math.trunc):
        same(result(function, x), getattr(np, function.__name__)(x))
    with pytest.raises(ValueError, match="half_to_even"):
        T.round(T.dvector(), mode="up")
    with pytest.raises(ValueError, match="whole numbers only"):
        round(T.dvector(), 2)


def test_selection() -> None:
    x, y = np.array([1.0, np.nan, 3.0]), np.array([2.0, 1.0, np.inf])
    same(result(T.switch, x > 2, x, y), np.where(x > 2, x, y))
    same(result(T.switch, np.array([0, 2, -1]), x, y), np.array([2.0, np.nan, 3.0]))
    same(
        result(lambda v: T.where(v, 1, 0.5), np.array([True, False])), np.array([1, 0.5], "float32")
    )
    same(result(lambda v: T.clip(v, 1.5, 2), x), np.array([1.5, np.nan, 2.0]))
    same(result(lambda v: v.clip(3, 2), x), np.array([3, np.nan, 2]))
    assert T.clip(T.bvector(), 0, 1).dtype == "int8"
    same(result(T.largest, x, y), np.array([2.0, 1.0, np.inf]))
    same(result(T.smallest, x, y), np.array([1.0, 1.0, 3.0]))
    same(result(T.largest, x, y, x), np.array([2.0, np.nan, np.inf]))
    with pytest.raises(TypeError, match="at least one"):
        T.smallest()


def test_cast_and_copy() -> None:
    x = T.dvector("x")
    assert T.cast(x, "float64") is x
    assert x.astype("floatX") is x
    check(x.astype("int8"), {x: [1.9, -1.9]}, np.array([1, -1], "int8"))
    check(T.cast(x, bool), {x: [0.0, 0.5]}, np.array([False, True]))
    check(T.cast(x, np.float32), {x: [0.1, 2]}, np.array([0.1, 2], "float32"))
    copied = x.copy(name="y")
    assert copied is not x
    assert copied.name == "y"
    check(copied, {x: [1.0]}, np.array([1.0]))
    with pytest.raises(tir.UnsupportedError, match="complex128"):
        T.cast(x, "complex128")
    with pytest.raises(TypeError, match="not a dtype"):
        T.cast(x, "float63")


def test_closeness() -> None:
    a = np.array([1.0, 1.0, np.nan, np.inf, np.inf, -np.inf, 1e-9, 3.0])
    b = np.array([1.0 + 1e-6, 1.1, np.nan, np.inf, -np.inf, 5.0, 0.0, np.inf])
    for equal_nan in (False, True):
        expected = np.isclose(a, b, equal_nan=equal_nan)
        same(result(lambda x, y, e=equal_nan: T.isclose(x, y, equal_nan=e), a, b), expected)
    same(result(lambda x, y: T.isclose(x, y, rtol=0.2), a, b), np.isclose(a, b, rtol=0.2))
    assert result(T.allclose, a[:1], b[:1])
    assert not result(T.allclose, a, b)
    small, large = np.array([0, 255], "uint8"), np.array([1, 254], "uint8")
    same(result(T.isclose, small, large), np.isclose(small, large))
    same(result(T.isnan, FLOATS), np.isnan(FLOATS))
    same(result(T.isinf, FLOATS), np.isinf(FLOATS))
    same(result(T.isnan, VALUES), np.zeros(6, bool))


def test_broadcasting() -> None:
    row, col, matrix, scalar = T.drow(), T.dcol(), T.dmatrix(), T.dscalar()
    a, b = np.arange(3.0).reshape(1, 3), np.arange(2.0).reshape(2, 1)
    check(row + col, {row: a, col: b}, a + b)
    check(matrix * row - scalar, {matrix: b + a, row: a, scalar: 2.0}, (b + a) * a - 2)
    assert (row + T.dvector()).broadcastable == (True, False)
    assert (T.dtensor3() + T.dcol()).broadcastable == (False, False, False)
    empty = np.zeros((0, 3))
    check(matrix + row, {matrix: empty, row: a}, empty)
    with pytest.raises(ValueError, match=r"Input dimension mis-match. \(input\[0\].shape\[0\] = 1"):
        evaluate(matrix + T.as_tensor_variable(np.ones((2, 3))), {matrix: a})


def test_many_terms() -> None:
    x = T.dvector()
    check(T.add(x, 1, x), {x: [1.0, 2.0]}, np.array([3.0, 5.0]))
    check(T.mul(x, 2, x), {x: [1.0, 3.0]}, np.array([2.0, 18.0]))
    check(T.second(x, 2.5), {x: [1.0, 3.0]}, np.array([2.5, 2.5], "float32"))
    check(x.fill(7), {x: [1.0, 3.0]}, np.array([7, 7], "int8"))


def test_equality_is_identity() -> None:
    x, y = T.dvector("x"), T.dvector("x")
    assert x == x  # noqa: PLR0124
    assert x != y
    assert x in [y, x]
    assert len({x, y, x}) == 2


def test_truth_of_comparisons() -> None:
    x = T.dscalar("x")
    for comparison in (x < 1, x <= 1, x > 1, x >= 1, x > 1, np.float64(1) < x):
        with pytest.raises(TypeError, match="boolean operations"):
            bool(comparison)
    with pytest.raises(TypeError, match="boolean operations"):
        _ = 0 < x < 1
    with pytest.raises(TypeError, match="boolean operations"):
        max(x, 1)
    assert x
    assert T.eq(x, 1)


def test_operands_that_are_no_tensors() -> None:
    x = T.dvector("x")
    for bad in ("text", None, object()):
        with pytest.raises(TypeError, match="unsupported operand"):
            _ = x + bad
        with pytest.raises(TypeError):
            _ = x < bad
    with pytest.raises(TypeError, match=r"tir\.tensor\.eq"):
        _ = x * (x == 1)
    with pytest.raises(TypeError):
        len(x)  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError):
        float(x)  # pyright: ignore[reportArgumentType]
