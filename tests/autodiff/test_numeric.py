"""Finite differences, and whether they find wrong gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.evaluate import evaluate_all
from tir.autodiff.errors import GradientError
from tir.autodiff.numeric import check_gradient, numeric_grad
from tir.autodiff.registry import gradient
from tir.dialects.tir.base import Array, Properties
from tir.dialects.tir.elementwise import UnaryOp
from tir.graph import build
from tir.graph.variable import Apply, Variable
from tir.support.errors import UnsupportedError


def compiled(inputs: list[Variable], output: Variable) -> Callable[..., Array]:
    return lambda *arrays: evaluate_all([output], dict(zip(inputs, arrays, strict=True)))[0]


class WrongSquareOp(UnaryOp):
    """A square whose gradient forgets the two."""

    name = "tir.wrong_square"

    @classmethod
    def apply(cls, arrays: Any, properties: Properties) -> Array:
        return arrays[0] * arrays[0]


@gradient(WrongSquareOp)
def wrong_square(node: Apply, gradients: Any) -> list[Any]:
    return [build.mul(gradients[0], node.inputs[0])]


def wrong(x: Any) -> Any:
    return build.apply(WrongSquareOp, x)


class TestNumericGrad:
    def test_one_point_or_several(self) -> None:
        point = np.array([[1.0, 2.0], [3.0, 4.0]])
        found = numeric_grad(lambda x: np.sum(x**3), point).gf
        np.testing.assert_allclose(found, 3 * point**2, rtol=1e-6)
        x, y = numeric_grad(lambda x, y: np.sum(x) * y, [point, np.array(2.0)]).gf
        np.testing.assert_allclose(x, np.full((2, 2), 2.0))
        np.testing.assert_allclose(y, 10.0)

    def test_float32(self) -> None:
        found = numeric_grad(lambda x: np.sum(np.sin(x)), np.array([0.5, 1.0], "float32")).gf
        assert found.dtype == "float32"
        np.testing.assert_allclose(found, np.cos([0.5, 1.0]), rtol=1e-2)

    def test_points_are_left_alone(self) -> None:
        point = np.array([1.0])
        numeric_grad(np.sum, point)
        assert point[0] == 1.0

    def test_errors_and_the_worst(self) -> None:
        absolute, relative = numeric_grad.abs_rel_err([1.0, np.nan, np.inf, 0], [3.0, 1, np.inf, 0])
        np.testing.assert_array_equal(absolute, [2, np.inf, 0, 0])
        np.testing.assert_array_equal(relative, [0.5, np.inf, 0, 0])
        exact = numeric_grad(lambda x, y: np.sum(x) + np.sum(y), [np.ones(2), np.ones(3)])
        worst = exact.max_err([np.ones(2), np.array([1, 1.5, 1.1])], 1e-4, 1e-4)
        assert (worst.argument, worst.position) == (1, (1,))
        assert worst.absolute == pytest.approx(0.5)
        assert worst.relative == pytest.approx(0.2)

    def test_shapes_must_agree(self) -> None:
        with pytest.raises(GradientError, match=r"argument 0 has shape \(1,\), its point \(2,\)"):
            numeric_grad(np.sum, [np.ones(2)]).max_err([np.ones(1)], 1, 1)


class TestCheckGradient:
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_right_gradients(self, dtype: str) -> None:
        points = [np.array([[0.5, 1.5]], dtype), np.array([[2.0], [3.0]], dtype)]
        check_gradient(lambda x, y: build.true_div(build.exp(x), y), points, compiled)

    def test_wrong_gradients(self) -> None:
        with pytest.raises(GradientError) as caught:
            check_gradient(
                lambda x, y: build.add(x, wrong(y)), [np.ones(2), np.array([1.0, 3.0])], compiled
            )
        text = str(caught.value)
        for part in (
            "the gradient differs from finite differences.\n",
            "  argument 1 of 2, of shape (2,) and dtype float64, at\n    [1. 3.]\n",
            "    analytic gradient  ",
            "    numeric gradient   ",
            "(tolerance 0.0001)",
        ):
            assert part in text

    def test_tolerances(self) -> None:
        check_gradient(wrong, [np.ones(2)], compiled, rel_tol=0.5)
        check_gradient(wrong, [np.ones(2)], compiled, abs_tol=3.0)
        with pytest.raises(GradientError):
            check_gradient(wrong, [np.ones(2)], compiled, rel_tol=0.3)

    def test_nan_is_wrong(self) -> None:
        with pytest.raises(GradientError, match="nan"):
            check_gradient(lambda x: build.mul(x, np.nan), [np.ones(2)], compiled)

    def test_disconnected_inputs_have_zero_gradients(self) -> None:
        check_gradient(build.second, [np.ones(2), np.ones(2)], compiled)

    def test_weights_follow_the_seed_and_the_output(self) -> None:
        check_gradient(
            build.sqr,
            [np.ones(3, "float32")],
            compiled,
            n_tests=1,
            rng=np.random.RandomState(3),
            cast_to_output_type=True,
        )

    def test_integers_cannot_be_moved_a_little(self) -> None:
        text = "gradients are checked by moving floats a little, so points and results must be float32 or float64, not int64"
        with pytest.raises(TypeError) as caught:
            check_gradient(build.exp, [np.array([1, 2])], compiled)
        assert str(caught.value) == text
        with pytest.raises(TypeError, match="not bool"):
            check_gradient(lambda x: build.gt(x, 0), [np.ones(2)], compiled)

    def test_several_outputs(self) -> None:
        with pytest.raises(UnsupportedError, match="functions with one output, this has 2"):
            check_gradient(lambda x: [x, x], [np.ones(2)], compiled)
        with pytest.raises(TypeError, match="pt must be a list of arrays"):
            check_gradient(build.exp, np.ones(2), compiled)  # pyright: ignore
