"""`verify_grad` as users call it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tir
from tir import tensor as T
from tir.autodiff.numeric import STEPS


def test_a_right_gradient_passes() -> None:
    points = [np.array([[0.5, 1.5, -1.0]]), np.ones((3, 2))]
    T.verify_grad(lambda x, y: T.tanh(T.dot(x, y)), points, mode="FAST_COMPILE")


def test_a_gradient_that_was_cut_is_found() -> None:
    def cut(x: Any) -> Any:
        return x * tir.zero_grad(x)

    with pytest.raises(tir.GradientError) as caught:
        T.verify_grad(cut, [np.array([1.0, 2.0])], mode="FAST_COMPILE", n_tests=1)
    lines = str(caught.value).splitlines()
    assert lines[0] == "the gradient differs from finite differences."
    assert lines[1] == "  argument 0 of 1, of shape (2,) and dtype float64, at"
    assert lines[2] == "    [1. 2.]"
    analytic, numeric = (float(line.split()[-1]) for line in lines[4:6])
    assert numeric == pytest.approx(2 * analytic, rel=1e-5)


def test_a_step_that_is_too_long_for_the_function_is_found() -> None:
    point = [np.array([1.0])]
    T.verify_grad(lambda x: x**3, point, eps=STEPS["float64"], mode="FAST_COMPILE")
    with pytest.raises(tir.GradientError):
        T.verify_grad(lambda x: x**3, point, eps=0.5, mode="FAST_COMPILE")


@pytest.mark.parametrize("tolerance", ["abs_tol", "rel_tol"])
def test_a_tolerance_of_zero_hides_nothing(tolerance: str) -> None:
    """One element has no error at all, which is within every tolerance; the other has."""

    def half_cut(x: Any) -> Any:
        return x * 0 + tir.disconnected_grad(x * np.array([0.0, 1.0]))

    tolerances: Any = {tolerance: 0.0}
    with pytest.raises(tir.GradientError, match=r"worst at position \(1,\)"):
        T.verify_grad(half_cut, [np.array([1.0, 2.0])], mode="FAST_COMPILE", **tolerances)


def test_no_test_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing would be checked"):
        T.verify_grad(lambda x: x, [np.array([1.0])], n_tests=0)
