"""Values at the edges, as computed by lowered modules: conversions, division, slices, sizes, infinities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.lowering.linalg_interpreter import run
from tests.lowering.linalg_module import check, lowered, names_of, tensors
from tir.graph import build
from tir.support.dtypes import ALL_DTYPES

SLICE_BOUNDS = (None, 0, 1, 3, 4, 5, 9, -1, -3, -4, -5, -9)


@pytest.mark.parametrize("step", [None, 1, 2, 3, -1, -2, -5])
@pytest.mark.parametrize("known", [True, False], ids=["constant", "variable"])
def test_slices_are_clamped_as_in_python(step: int | None, known: bool) -> None:
    (x,) = tensors(1)
    bounds = [(start, stop) for start in SLICE_BOUNDS for stop in SLICE_BOUNDS]
    inputs, outputs, arrays, expected = [x], [], [np.arange(4.0)], []
    for start, stop in bounds:
        parts = (start, stop, step)
        values = [np.int64(p) for p in parts if p is not None]
        operands: list[Any] = values
        if not known:
            operands = tensors(*[0] * len(values), dtype="int64")
            inputs += operands
            arrays += [np.asarray(v) for v in values]
        pattern = ":".join("" if p is None else "v" for p in parts)
        outputs.append(build.subtensor(x, (pattern,), operands))
        expected.append(np.arange(4.0)[start:stop:step])
    for found, wanted in zip(run(lowered(inputs, outputs), arrays), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("before", ALL_DTYPES)
@pytest.mark.parametrize("after", ALL_DTYPES)
def test_conversions(before: str, after: str) -> None:
    values = [0, 1, 2, 100, 127]
    if not before.startswith("uint") and before != "bool" and not after.startswith("uint"):
        values += [-1, -2, -128]
    if before.startswith("float"):
        values += [0.5, 99.75]
    if before not in ("bool", "int8"):
        values += [127, 255] if after != "int8" else []
    check(lambda x: build.cast(x, after), np.array(values).astype(before))


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64"])
def test_integer_division_rounds_down_and_does_not_trap(dtype: str) -> None:
    info = np.iinfo(dtype)
    numbers = np.array([info.min, info.min + 1, -7, -2, -1, 0, 1, 2, 7, info.max], dtype)
    divisors = numbers[numbers != 0]
    x, y = numbers[:, None], divisors[None, :]
    patterns = ((False, True), (True, False))
    check(build.int_div, x, y, patterns=patterns)
    check(build.mod, x, y, patterns=patterns)
    for divisor in divisors:
        check(lambda x, d=divisor: build.int_div(x, d), numbers)
        check(lambda x, d=divisor: build.mod(x, d), numbers)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_float_division_is_numpys_to_the_last_bit(dtype: str) -> None:
    numbers = [-np.inf, -7.5, -3, -1, -0.3, -0.0, 0.0, 0.1, 1, 3, 6.9, 1e300, np.inf, np.nan]
    with np.errstate(over="ignore"):
        values = np.array(numbers).astype(dtype)
    x, y = values[:, None], values[None, :]
    for function in (build.int_div, build.mod):
        check(function, x, y, ulps=0, patterns=((False, True), (True, False)))
        check(lambda x, y, f=function: build.reciprocal(f(x, y)), x, y, ulps=0,
              patterns=((False, True), (True, False)))  # fmt: skip


def test_division_by_zero_is_an_error_for_integers_only() -> None:
    x, y = tensors(1, 1, dtype="int32")
    module = lowered([x, y], [build.int_div(x, y)])
    with pytest.raises(ZeroDivisionError, match="integer division or modulo by zero"):
        run(module, [np.array([1, 2], "int32"), np.array([1, 0], "int32")])
    assert "rt.assert" not in names_of(lowered([x], [build.mod(x, np.int32(3))]))
    check(build.mod, np.array([1.0]), np.array([0.0]))


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 5, 62, 64, 100])
def test_integer_powers(exponent: int) -> None:
    x = np.array([-3, -1, 0, 1, 2, 7], "int64")
    check(lambda x: build.pow_(x, np.int64(exponent)), x)
    check(build.pow_, x, np.full(6, exponent))


def test_negative_integer_powers_are_refused() -> None:
    x, y = tensors(1, 1, dtype="int64")
    module = lowered([x, y], [build.pow_(x, y)])
    with pytest.raises(ValueError, match="negative integer powers"):
        run(module, [np.array([2, 2]), np.array([1, -1])])


@pytest.mark.parametrize("axes", [(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_positions_of_extremes(name: str, axes: tuple[int, ...]) -> None:
    function = getattr(build, name)
    rng = np.random.default_rng(0)
    ties = rng.integers(-2, 3, (3, 4, 5))
    floats = ties.astype("float64")
    with_nan = floats.copy()
    with_nan[rng.random(floats.shape) < 0.2] = np.nan
    for array in (ties, floats, with_nan, np.full((2, 2, 2), -np.inf), np.full((2, 2, 2), np.inf)):
        check(lambda x: function(x, axes), array)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
@pytest.mark.parametrize("name", ["max_", "min_", "argmax", "argmin"])
def test_extremes_of_nothing(name: str, shape: tuple[int, int]) -> None:
    (x,) = tensors(2)
    output = getattr(build, name)(x, (0,))
    module = lowered([x], [output])
    if shape[0] == 0:
        with pytest.raises(ValueError, match=r"zero-size array|empty sequence"):
            run(module, [np.zeros(shape)])
    else:
        assert run(module, [np.zeros(shape)])[0].shape == (0,)


@pytest.mark.parametrize(
    ("start", "stop", "step"),
    [(0, 5, 1), (5, 0, -1), (0, 5, 2), (0, -5, 1), (1, 8, 3), (8, 1, -3), (3, 3, 1), (0, 5, -1)],
)
def test_arange(start: int, stop: int, step: int) -> None:
    for dtype in ("int64", "int16", "float32", "float64"):
        bounds = [np.array(v, dtype) for v in (start, stop, step)]
        check(build.arange, *bounds, ulps=0)
        check(lambda b=bounds: build.arange(*b), ulps=0)


def test_arange_of_fractions_has_numpys_elements() -> None:
    for dtype in ("float32", "float64"):
        check(build.arange, *(np.array(v, dtype) for v in (0.1, 2, 0.1)), ulps=0)


@pytest.mark.parametrize("shape", [(6, 4), (-1,), (24,), (2, -1, 4), (-1, 24), (3, 8, -1)])
@pytest.mark.parametrize("known", [True, False], ids=["constant", "variable"])
def test_reshape(shape: tuple[int, ...], known: bool) -> None:
    x = np.arange(24.0).reshape(4, 6)
    if known:
        check(lambda x: build.reshape(x, [np.int64(n) for n in shape]), x)
    else:
        check(lambda x, *dims: build.reshape(x, dims), x, *(np.int64(n) for n in shape))


@pytest.mark.parametrize(
    ("before", "shape"),
    [((4, 6), (5, 5)), ((4, 6), (-1, 7)), ((4, 6), (-1, -1)), ((0, 6), (0, -1)), ((0, 6), (1, 6))],
)
@pytest.mark.parametrize("known", [True, False], ids=["constant", "variable"])
def test_impossible_reshapes(before: tuple[int, ...], shape: tuple[int, ...], known: bool) -> None:
    (x,) = tensors(2)
    dims = tensors(0, 0, dtype="int64")
    arrays = [np.asarray(n) for n in shape]
    if known:
        module = lowered([x], [build.reshape(x, [np.int64(n) for n in shape])])
    else:
        module = lowered([x, *dims], [build.reshape(x, dims)])
    with pytest.raises(ValueError, match=r"cannot reshape|one unknown"):
        run(module, [np.zeros(before), *([] if known else arrays)])


def test_a_flattened_size_is_the_product_of_known_sizes() -> None:
    (x,) = tensors(3)
    flat = build.reshape(x, (build.dim(x, 0), np.int64(-1)))
    again = build.reshape(flat, (build.dim(x, 0), build.mul(build.dim(x, 1), build.dim(x, 2))))
    names = names_of(lowered([x], [flat]))
    assert "arith.divsi" not in names
    check(lambda x: build.reshape(x, (build.dim(x, 0), np.int64(-1))), np.ones((2, 3, 4)))
    assert again.type.ndim == 2


def test_assigned_values_may_have_undeclared_sizes_of_1() -> None:
    def assign(x: Any, y: Any) -> Any:
        return build.set_subtensor(x, y, ("v:v:", "::"), (np.int64(1), np.int64(3)))

    x = np.arange(12.0).reshape(4, 3)
    for shape in ((2, 3), (1, 3), (2, 1), (1, 1), (3,), (1,)):
        check(assign, x, np.arange(float(np.prod(shape))).reshape(shape) + 50)
        check(
            lambda y: build.alloc(y, (np.int64(2), np.int64(3))),
            np.arange(float(np.prod(shape))).reshape(shape),
        )
    variables = tensors(2, 2)
    module = lowered(variables, [assign(*variables)])
    with pytest.raises(ValueError, match="broadcast"):
        run(module, [x, np.zeros((4, 3))])


def test_indices_out_of_bounds() -> None:
    (x,) = tensors(1)
    (i,) = tensors(0, dtype="int64")
    (v,) = tensors(1, dtype="int32")
    single = lowered([x, i], [build.subtensor(x, ("v",), (i,))])
    many = lowered([x, v], [build.advanced_subtensor(x, v)])
    constant = lowered([x], [build.advanced_subtensor(x, np.array([0, -3]))])
    array = np.arange(3.0)
    for wrong in (3, -4):
        with pytest.raises(IndexError, match="index out of bounds"):
            run(single, [array, np.asarray(wrong)])
        with pytest.raises(IndexError, match="index out of bounds"):
            run(many, [array, np.array([0, wrong], "int32")])
    assert run(many, [array, np.array([-3, 2, 0], "int32")])[0].tolist() == [0, 2, 0]
    assert run(constant, [array])[0].tolist() == [0, 0]
    with pytest.raises(IndexError, match="index out of bounds"):
        run(constant, [array[:2]])


def test_index_vectors_of_different_lengths_are_refused() -> None:
    (x,) = tensors(2)
    i, j = tensors(1, 1, dtype="int64")
    module = lowered([x, i, j], [build.advanced_subtensor(x, i, j)])
    with pytest.raises(IndexError, match="different lengths"):
        run(module, [np.eye(4), np.array([0, 1, 2]), np.array([0, 1])])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_softmax_and_its_relatives_at_infinities(dtype: str) -> None:
    inf, nan = np.inf, np.nan
    rows = [
        [1, 2, 3],
        [1000, 1001, 999],
        [-1000, -1001, -1002],
        [inf, 0, 1],
        [-inf, 0, 1],
        [-inf, -inf, -inf],
        [inf, inf, 0],
        [nan, 0, 1],
        [inf, 1000, 0],
    ]
    scores = np.array(rows, dtype)
    labels = np.array([0, 1, 2, 0, 1, -1, -2, -3, 1])
    weights = np.linspace(-1, 1, len(rows)).astype(dtype)
    for axis in (0, 1):
        check(lambda x, a=axis: build.softmax(x, a), scores)
        check(lambda x, a=axis: build.log_softmax(x, a), scores)
        check(lambda x, a=axis: build.log_sum_exp(x, (a,)), scores)
    check(lambda x: build.log_sum_exp(x, (0, 1)), scores[:3])
    # The definition adds the maximum and subtracts the picked score, which costs it some digits.
    check(build.softmax_cross_entropy, scores, labels, ulps=2000)
    check(build.softmax_cross_entropy_grad, weights, scores, labels, ulps=2000)
