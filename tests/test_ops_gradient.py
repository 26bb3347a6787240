"""Every gradient of the table: against differences of the NumPy oracle, to second order, and compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import tir
from tests.op_table import ROWS, Case, Gradient, Row
from tests.op_table.samples import normal
from tests.reliability.configurations import LEVELS, call_with_threads, compiled_at
from tir.graph import build

Array = np.ndarray[Any, Any]

GRADIENTS = [(row, gradient) for row in ROWS for gradient in row.gradients]
IDS = [f"{row.name} {gradient.label}".strip() for row, gradient in GRADIENTS]
CHUNK = 12
"""Gradients compiled into one function."""


def weighted_sum(value: Any, weights: Array) -> Any:
    """A scalar that depends on each element of a variable in its own way."""
    product = build.mul(value, weights)
    return build.sum_(product, range(product.type.ndim))


def weights_for(gradient: Gradient) -> Array:
    """The weights of the elements of an expression's result."""
    return normal(np.shape(gradient.oracle(*gradient.arrays)), seed=11) + 2


def gradients_of(gradient: Gradient, variables: Sequence[Any]) -> list[Any]:
    """The symbolic gradients of the weighted sum of the expression."""
    cost = weighted_sum(gradient.build(*variables), weights_for(gradient))
    return tir.grad(cost, [variables[i] for i in gradient.wrt])


def differences(
    function: Callable[..., float], arrays: Sequence[Array], wrt: int, step: float = 1e-6
) -> Array:
    """The gradient of a scalar function by one of its arrays, by central differences."""
    result = np.zeros(arrays[wrt].shape)
    for index in np.ndindex(result.shape):
        values = []
        for sign in (1, -1):
            moved = [np.array(a) for a in arrays]
            moved[wrt][index] += sign * step
            values.append(function(*moved))
        result[index] = (values[0] - values[1]) / (2 * step)
    return result


def interpreted(inputs: Sequence[Any], outputs: Any) -> Any:
    """A function run by the interpreter."""
    return tir.function(inputs, outputs, mode="FAST_COMPILE", on_unused_input="ignore")


@pytest.mark.parametrize(("row", "gradient"), GRADIENTS, ids=IDS)
def test_first_order(row: Row, gradient: Gradient) -> None:
    variables = gradient.variables()
    found = interpreted(variables, gradients_of(gradient, variables))(*gradient.arrays)
    weights = weights_for(gradient)

    def cost(*arrays: Array) -> float:
        return float(np.sum(gradient.oracle(*arrays) * weights))

    for i, value in zip(gradient.wrt, found, strict=True):
        assert value.shape == gradient.arrays[i].shape
        assert value.dtype == gradient.arrays[i].dtype
        expected = differences(cost, gradient.arrays, i)
        np.testing.assert_allclose(value, expected, rtol=1e-6, atol=1e-7, err_msg=f"by input {i}")


@pytest.mark.parametrize(("row", "gradient"), GRADIENTS, ids=IDS)
def test_second_order(row: Row, gradient: Gradient) -> None:
    if gradient.orders < 2:
        pytest.skip("differentiable once")
    variables = gradient.variables()
    total = None
    for g in gradients_of(gradient, variables):
        part = weighted_sum(g, np.array(1.5))
        total = part if total is None else build.add(total, part)
    wrt = [variables[i] for i in gradient.wrt]
    second = tir.grad(total, wrt, disconnected_inputs="ignore")
    first = interpreted(variables, total)
    found = interpreted(variables, second)(*gradient.arrays)
    for i, value in zip(gradient.wrt, found, strict=True):
        expected = differences(lambda *a: float(first(*a)), gradient.arrays, i)
        np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6, err_msg=f"by input {i}")


@pytest.mark.parametrize("start", range(0, len(GRADIENTS), CHUNK))
def test_compiled(start: int) -> None:
    inputs, outputs, arrays, names = [], [], [], []
    for (_, gradient), name in list(zip(GRADIENTS, IDS, strict=True))[start : start + CHUNK]:
        variables = gradient.variables()
        inputs += variables
        arrays += gradient.arrays
        found = gradients_of(gradient, variables)
        outputs += found
        names += [name] * len(found)
    expected = interpreted(inputs, outputs)(*arrays)
    with compiled_at((None, *LEVELS)[start // CHUNK % 5]):
        function = tir.function(inputs, outputs, mode="FAST_RUN", on_unused_input="ignore")
    for threads, results in call_with_threads(function, *arrays):
        for name, value, reference in zip(names, results, expected, strict=True):
            assert value.dtype == reference.dtype
            what = f"{name}, {threads} threads"
            np.testing.assert_allclose(value, reference, rtol=1e-11, atol=1e-13, err_msg=what)


def _flat_rows() -> list[Row]:
    """Operations on floats whose results are integers or booleans."""
    flat = [
        row
        for row in ROWS
        if not (row.gradients or row.constant_gradient or row.undefined_gradient)
    ]
    return [row for row in flat if _float_case(row) is not None]


def _float_case(row: Row) -> Case | None:
    return next((case for case in row.cases() if "float64" in case.label), None)


@pytest.mark.parametrize("row", _flat_rows(), ids=lambda row: row.name)
def test_flat(row: Row) -> None:
    case = _float_case(row)
    assert case is not None
    variables = case.variables()
    cost = weighted_sum(case.build(*variables), np.array(1.5))
    found = tir.grad(cost, variables[0], disconnected_inputs="ignore")
    result = interpreted(variables, found)(*case.arrays)
    np.testing.assert_array_equal(result, np.zeros_like(case.arrays[0]))


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.undefined_gradient], ids=lambda row: row.name
)
def test_undefined(row: Row) -> None:
    case = _float_case(row)
    assert case is not None
    variables = case.variables()
    cost = weighted_sum(case.build(*variables), np.array(1.5))
    with pytest.raises(tir.NullTypeGradError, match=row.name):
        tir.grad(cost, variables[0])


def test_the_check_can_fail() -> None:
    x = np.array([0.5, 1.5])
    found = differences(lambda a: float(np.sum(np.sin(a))), [x], 0)
    np.testing.assert_allclose(found, np.cos(x), rtol=1e-8)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(found, np.cos(x) * (1 + 1e-5), rtol=1e-6, atol=1e-7)
