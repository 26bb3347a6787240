"""Stable forms: recognized, equal where both are accurate, and accurate where the original is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from tests.transforms.rewriting import (
    assert_preserved,
    operations,
    results_and_operations,
    run_passes,
    variables,
)
from tir.autodiff.gradient import grad
from tir.graph import build as b
from tir.graph.constants import constant
from tir.graph.emit import emit
from tir.interpreter import interpret

RNG = np.random.default_rng(3)
V = RNG.normal(size=5)
W = RNG.normal(size=5)
M = RNG.normal(size=(3, 4))
T3 = RNG.normal(size=(2, 3, 4))


def keepdims(reduced: Any, ndim: int, axes: tuple[int, ...]) -> Any:
    kept = iter(range(reduced.type.ndim))
    return b.dimshuffle(reduced, ["x" if a in axes else next(kept) for a in range(ndim)])


def softmax_by_hand(x: Any, *axes: int) -> Any:
    e = b.exp(x)
    return b.true_div(e, keepdims(b.sum_(e, axes), x.type.ndim, axes))


def shifted_softmax(x: Any, axis: int) -> Any:
    return softmax_by_hand(b.sub(x, keepdims(b.max_(x, [axis]), x.type.ndim, (axis,))), axis)


def shifted(x: Any, *axes: int) -> tuple[Any, Any]:
    """A maximum, spread over x, and x below it."""
    top = keepdims(b.max_(x, axes), x.type.ndim, axes)
    return top, b.sub(x, top)


def log_total(x: Any, *axes: int) -> Any:
    return b.log(keepdims(b.sum_(b.exp(x), axes), x.type.ndim, axes))


def shifted_log_sum_exp(x: Any, *axes: int) -> Any:
    top, below = shifted(x, *axes)
    return b.add(log_total(below, *axes), top)


def shifted_log_softmax(x: Any, *axes: int) -> Any:
    _, below = shifted(x, *axes)
    return b.sub(below, log_total(below, *axes))


def log_sum_exp_and_log_softmax(x: Any) -> list[Any]:
    total = log_total(x, 1)
    return [total, b.sub(x, total)]


def logistic(x: Any) -> Any:
    return b.true_div(1.0, b.add(1.0, b.exp(b.neg(x))))


def one_minus(x: Any) -> Any:
    return b.sub(1.0, x)


FORMS: dict[str, tuple[Callable[..., Any], tuple[Any, ...], list[str]]] = {
    "softmax of rows": (lambda x: softmax_by_hand(x, 1), (M,), ["softmax"]),
    "softmax of columns": (lambda x: softmax_by_hand(x, 0), (M,), ["softmax"]),
    "softmax of a vector": (lambda x: softmax_by_hand(x, 0), (V,), ["softmax"]),
    "softmax in the middle": (lambda x: softmax_by_hand(x, 1), (T3,), ["softmax"]),
    "softmax over all": (
        lambda x: softmax_by_hand(x, 0, 1),
        (M,),
        ["log_sum_exp", "sub", "exp"],
    ),
    "softmax as product": (
        lambda x: b.mul(b.exp(x), b.reciprocal(keepdims(b.sum_(b.exp(x), [1]), 2, (1,)))),
        (M,),
        ["softmax"],
    ),
    "weighted softmax": (
        lambda x: b.true_div(b.mul(2.0, b.exp(x)), keepdims(b.sum_(b.exp(x), [1]), 2, (1,))),
        (M,),
        ["mul", "softmax"],
    ),
    "shifted softmax": (lambda x: shifted_softmax(x, 1), (M,), ["softmax"]),
    "exp over erfc": (
        lambda x: b.mul(x, b.true_div(b.exp(b.neg(b.sqr(x))), b.erfc(x))),
        (V,),
        ["erfcx", "true_div"],
    ),
    "exp times erfc": (lambda x: b.mul(b.exp(b.mul(x, x)), b.erfc(x)), (V,), ["erfcx"]),
    "exp over erfc of another": (
        lambda x, y: b.true_div(b.exp(b.neg(b.sqr(y))), b.erfc(x)),
        (V, W),
        ["erfc", "exp", "neg", "sqr", "true_div"],
    ),
    "log of softmax": (lambda x: b.log(softmax_by_hand(x, 1)), (M,), ["log_softmax"]),
    "log of some of softmax": (
        lambda x: b.log(b.subtensor(b.softmax(x, 1), ["::", "v"], [constant(np.int64(2))])),
        (M,),
        ["log_softmax", "subtensor"],
    ),
    "log of sum of exp": (lambda x: b.log(b.sum_(b.exp(x), [0, 1])), (M,), ["log_sum_exp"]),
    "log of kept sum of exp": (
        lambda x: b.log(keepdims(b.sum_(b.exp(x), [1]), 2, (1,))),
        (M,),
        ["dimshuffle", "log_sum_exp"],
    ),
    "shifted log-sum-exp of rows": (
        lambda x: shifted_log_sum_exp(x, 1),
        (M,),
        ["dimshuffle", "log_sum_exp"],
    ),
    "shifted log-sum-exp of two axes": (
        lambda x: shifted_log_sum_exp(x, 0, 2),
        (T3,),
        ["dimshuffle", "log_sum_exp"],
    ),
    "shifted log-sum-exp of a vector": (
        lambda x: b.add(b.max_(x, [0]), b.log(b.sum_(b.exp(shifted(x, 0)[1]), [0]))),
        (V,),
        ["log_sum_exp"],
    ),
    "shifted log-sum-exp in a sum": (
        lambda x, y: b.sub(b.sub(y, shifted_log_sum_exp(x, 0)), 2.0),
        (M, M),
        ["log_sum_exp", "sub", "sub"],
    ),
    "minus shifted log-sum-exp": (
        lambda x: b.sub(b.neg(shifted(x, 0)[0]), log_total(shifted(x, 0)[1], 0)),
        (M,),
        ["dimshuffle", "log_sum_exp", "neg"],
    ),
    "log-sum-exp shifted by another maximum": (
        lambda x, y: b.add(log_total(shifted(x, 0)[1], 0), keepdims(b.max_(y, [0]), 2, (0,))),
        (M, 2 * M),
        ["add", "dimshuffle", "log_sum_exp", "max", "max", "sub"],
    ),
    "log-sum-exp without the maximum": (
        lambda x: b.sub(log_total(shifted(x, 0)[1], 0), shifted(x, 0)[0]),
        (M,),
        ["dimshuffle", "log_sum_exp", "max", "sub", "sub"],
    ),
    "shifted log-softmax": (lambda x: shifted_log_softmax(x, 1), (M,), ["log_softmax"]),
    "shifted log-softmax in the middle": (
        lambda x: shifted_log_softmax(x, 1),
        (T3,),
        ["log_softmax"],
    ),
    "shifted log-softmax of everything": (
        lambda x: shifted_log_softmax(x, 0, 1),
        (M,),
        ["log_sum_exp", "max", "sub", "sub"],
    ),
    "log-softmax by log-sum-exp": (
        lambda x: b.sub(x, shifted_log_sum_exp(x, 1)),
        (M,),
        ["log_softmax"],
    ),
    "minus log-softmax": (
        lambda x: b.sub(log_total(x, 0), x),
        (M,),
        ["log_softmax", "neg"],
    ),
    "log-softmax and log-sum-exp": (
        log_sum_exp_and_log_softmax,
        (M,),
        ["dimshuffle", "log_sum_exp", "sub"],
    ),
    "softmax by log-softmax": (
        lambda x: b.exp(shifted_log_softmax(x, 1)),
        (M,),
        ["softmax"],
    ),
    "log of 1 + x": (lambda x: b.log(b.add(1.0, b.sqr(x))), (V,), ["log1p", "sqr"]),
    "log of x + 1": (lambda x: b.log(b.add(b.sqr(x), 1.0)), (V,), ["log1p", "sqr"]),
    "log of filled 1 + x": (
        lambda x: b.log(b.add(b.second(x, 1.0), b.sqr(x))),
        (V,),
        ["log1p", "sqr"],
    ),
    "log of 1 - x": (lambda x: b.log(one_minus(b.neg(b.sqr(x)))), (V,), ["log1p", "sqr"]),
    "softplus": (lambda x: b.log(b.add(1.0, b.exp(x))), (V,), ["softplus"]),
    "softplus by log1p": (lambda x: b.log1p(b.exp(x)), (V,), ["softplus"]),
    "log of sigmoid": (lambda x: b.log(b.sigmoid(x)), (V,), ["neg", "neg", "softplus"]),
    "log of 1 - sigmoid": (lambda x: b.log(one_minus(b.sigmoid(x))), (V,), ["neg", "softplus"]),
    "log1p of -sigmoid": (lambda x: b.log1p(b.neg(b.sigmoid(x))), (V,), ["neg", "softplus"]),
    "log of exp": (lambda x: b.log(b.exp(x)), (V,), []),
    "log of two exps": (
        lambda x, y: b.log(b.add(b.exp(x), b.exp(y))),
        (V, W),
        ["abs", "add", "eq", "maximum", "neg", "softplus", "sub", "switch"],
    ),
    "expm1": (lambda x: b.sub(b.exp(x), 1.0), (V,), ["expm1"]),
    "-expm1": (lambda x: one_minus(b.exp(x)), (V,), ["expm1", "neg"]),
    "expm1 in a sum": (
        lambda x, y: b.sub(b.add(b.exp(x), y), 1.0),
        (V, W),
        ["add", "expm1"],
    ),
    "sigmoid": (logistic, (V,), ["sigmoid"]),
    "sigmoid of -x": (lambda x: b.true_div(1.0, b.add(1.0, b.exp(x))), (V,), ["neg", "sigmoid"]),
    "scaled sigmoid": (
        lambda x: b.true_div(3.0, b.add(b.exp(b.neg(x)), 1.0)),
        (V,),
        ["mul", "sigmoid"],
    ),
    "exp over 1 + exp": (
        lambda x: b.true_div(b.exp(x), b.add(1.0, b.exp(x))),
        (V,),
        ["sigmoid"],
    ),
    "exp times sigmoid": (
        lambda x: b.mul(b.exp(b.neg(x)), b.sigmoid(x)),
        (V,),
        ["neg", "sigmoid"],
    ),
    "1 - sigmoid": (lambda x: one_minus(b.sigmoid(x)), (V,), ["neg", "sigmoid"]),
    "1 - erf": (lambda x: one_minus(b.erf(x)), (V,), ["erfc"]),
    "1 + -erf": (lambda x: b.add(1.0, b.neg(b.erf(x))), (V,), ["erfc"]),
    "1 + erf": (lambda x: b.add(1.0, b.erf(x)), (V,), ["erfc", "neg"]),
    "erf - 1": (lambda x: b.sub(b.erf(x), 1.0), (V,), ["erfc", "neg"]),
    "1 - erfc": (lambda x: one_minus(b.erfc(x)), (V,), ["erf"]),
    "argmax of softmax": (lambda x: b.argmax(b.softmax(x, 1), [1]), (M,), ["argmax"]),
    "argmax of tanh": (lambda x: b.argmax(b.tanh(x), [0, 1]), (M,), ["argmax"]),
    "argmax across softmax": (
        lambda x: b.argmax(b.softmax(x, 1), [0]),
        (M,),
        ["argmax", "softmax"],
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_recognized(name: str) -> None:
    build, arrays, expect = FORMS[name]
    assert_preserved(build, *arrays, expect=expect)


@pytest.mark.parametrize("name", ["softmax of rows", "softplus", "sigmoid", "expm1", "1 - erf"])
def test_recognized_in_float32(name: str) -> None:
    build, arrays, _ = FORMS[name]

    def in_float32(*xs: Any) -> Any:
        # The constants of the form are those of its dtype.
        return b.cast(build(*xs), "float32")

    assert_preserved(in_float32, *(a.astype("float32") for a in arrays))


def test_softmax_of_other_axis_is_not_one() -> None:
    square = RNG.normal(size=(3, 3))
    x_over_columns = lambda x: b.true_div(b.exp(x), b.sum_(b.exp(x), [1]))  # noqa: E731
    assert_preserved(x_over_columns, square, expect=["exp", "sum", "true_div"])


EXTREMES: dict[str, tuple[Callable[..., Any], list[float], list[float]]] = {
    "softplus": (FORMS["softplus"][0], [-1000, -50, 50, 1000], [0, np.exp(-50), 50, 1000]),
    "log of sigmoid": (FORMS["log of sigmoid"][0], [-1000, 40], [-1000, -np.exp(-40)]),
    "log of 1 - sigmoid": (FORMS["log of 1 - sigmoid"][0], [1000, -40], [-1000, -np.exp(-40)]),
    "log of 1 + x": (lambda x: b.log(b.add(1.0, x)), [1e-20, 1e-9], [1e-20, np.log1p(1e-9)]),
    "expm1": (FORMS["expm1"][0], [1e-20, -1e-9], [1e-20, np.expm1(-1e-9)]),
    "sigmoid": (logistic, [-800, 800], [0, 1]),
    "exp over 1 + exp": (FORMS["exp over 1 + exp"][0], [-800, 800], [0, 1]),
    "log of exp": (FORMS["log of exp"][0], [-2000, 2000], [-2000, 2000]),
    "1 - erf": (FORMS["1 - erf"][0], [10.0], [2.088487583762545e-45]),
    "softmax": (FORMS["softmax of a vector"][0], [1000, 1000, 0], [0.5, 0.5, 0]),
    "log of softmax": (lambda x: b.log(softmax_by_hand(x, 0)), [1000, 0], [0, -1000]),
    "log of sum of exp": (
        lambda x: b.second(x, b.log(b.sum_(b.exp(x), [0]))),
        [1000, 1000],
        [1000 + np.log(2)] * 2,
    ),
    "log of 1 - exp": (
        lambda x: b.log(one_minus(b.exp(x))),
        [-1e-20, -40, -1],
        [np.log(1e-20), -np.exp(-40), np.log(-np.expm1(-1))],
    ),
}


@pytest.mark.parametrize("name", EXTREMES)
def test_accurate_at_extremes(name: str) -> None:
    build, points, expected = EXTREMES[name]
    _, (after,), _ = results_and_operations(build, [np.array(points, "float64")])
    np.testing.assert_allclose(after, expected, rtol=1e-14)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_log_of_erfc_beyond_underflow(dtype: str) -> None:
    x = np.array([-3, 0.5, 9, 10.5, 26, 27, 30, 100], dtype)
    with mpmath.workdps(50):
        expected = np.array([float(mpmath.log(mpmath.erfc(mpmath.mpf(float(v))))) for v in x])
    _, (after,), _ = results_and_operations(lambda v: b.log(b.erfc(v)), [x])
    assert after.dtype == dtype
    np.testing.assert_allclose(after, expected, rtol=1e-13 if dtype == "float64" else 1e-6)


def test_gradient_of_log_of_erfc_beyond_underflow() -> None:
    x = np.array([-3, 0.5, 9, 26, 27, 30, 100, 1e5])
    with mpmath.workdps(50):
        slopes = [
            -2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-v * v) / mpmath.erfc(v)
            for v in map(mpmath.mpf, x)
        ]
    _, (after,), _ = results_and_operations(lambda v: grad(b.sum_(b.log(b.erfc(v)), [0]), v), [x])
    np.testing.assert_allclose(after, np.array(slopes, "float64"), rtol=1e-13)


def test_log_of_two_exponentials_at_infinity() -> None:
    x = np.array([1000.0, -np.inf, -np.inf, 2.0])
    y = np.array([1000.0, -np.inf, 3.0, -1000.0])
    build = FORMS["log of two exps"][0]
    _, (after,), _ = results_and_operations(build, [x, y])
    np.testing.assert_allclose(after, np.logaddexp(x, y), rtol=1e-14)


GRADIENTS: dict[str, tuple[Callable[..., Any], list[float], list[float]]] = {
    "softplus": (FORMS["softplus"][0], [-1000, 0, 1000], [0, 0.5, 1]),
    "log of sigmoid": (FORMS["log of sigmoid"][0], [-1000, 0, 1000], [1, 0.5, 0]),
    "log of logistic": (lambda x: b.log(logistic(x)), [-1000, 0, 1000], [1, 0.5, 0]),
    "log of sum of exp": (lambda x: b.log(b.sum_(b.exp(x), [0])), [1000, 1000, 0], [0.5, 0.5, 0]),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_at_extremes(name: str) -> None:
    build, points, expected = GRADIENTS[name]

    def gradient(x: Any) -> Any:
        result = build(x)
        return grad(b.sum_(result, range(result.type.ndim)), x)

    _, (after,), _ = results_and_operations(gradient, [np.array(points, "float64")])
    np.testing.assert_allclose(after, expected, rtol=1e-14, atol=1e-300)


def rows_of(y: Any) -> Any:
    zero, one = constant(np.int64(0)), constant(np.int64(1))
    return b.arange(zero, b.dim(y, 0), one)


PROBABILITIES: dict[str, Callable[[Any], Any]] = {
    "softmax": lambda z: b.softmax(z, 1),
    "by hand": lambda z: softmax_by_hand(z, 1),
    "shifted by hand": lambda z: shifted_softmax(z, 1),
}
LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "log, then labels": lambda p, y: b.advanced_subtensor(b.log(p), rows_of(y), y),
    "labels, then log": lambda p, y: b.log(b.advanced_subtensor(p, rows_of(y), y)),
}


LOG_PROBABILITIES: dict[str, Callable[[Any], Any]] = {
    "log-softmax by hand": lambda z: shifted_log_softmax(z, 1),
    "scores minus log-sum-exp": lambda z: b.sub(z, shifted_log_sum_exp(z, 1)),
}
PICKED: dict[str, Callable[[Any, Any], Any]] = {
    **{
        f"{p}: {loss}": lambda z, y, p=p, loss=loss: LOSSES[loss](PROBABILITIES[p](z), y)
        for p in PROBABILITIES
        for loss in LOSSES
    },
    **{
        p: lambda z, y, p=p: b.advanced_subtensor(LOG_PROBABILITIES[p](z), rows_of(y), y)
        for p in LOG_PROBABILITIES
    },
}
"""Logarithms of the probabilities of labels y, from scores z."""


def training_program(name: str) -> tuple[list[Any], list[Any]]:
    """Inputs x, y, W, b of a softmax regression, and its cost and gradients."""
    x, y, w, bias = variables(
        [
            ("float64", (False, False)),
            ("int32", (False,)),
            ("float64", (False, False)),
            ("float64", (False,)),
        ]
    )
    scores = b.add(b.dot(x, w), b.dimshuffle(bias, ["x", 0]))
    picked = PICKED[name](scores, y)
    count = b.cast(b.dim(picked, 0), "float64")
    cost = b.neg(b.true_div(b.sum_(picked, [0]), count))
    return [x, y, w, bias], [cost, *grad(cost, [w, bias])]


@pytest.mark.parametrize("name", PICKED)
def test_training_program_holds_the_fused_loss_only(name: str) -> None:
    inputs, outputs = training_program(name)
    module = run_passes(emit(inputs, outputs))
    left = operations(module)
    assert left.count("softmax_cross_entropy") == 1
    assert left.count("softmax_cross_entropy_grad") == 1
    assert left.count("dot") == 2
    unwanted = {"exp", "log", "softmax", "log_softmax", "log_sum_exp", "max", "arange", "true_div"}
    assert unwanted & set(left) == {"true_div"}

    labels = RNG.integers(0, 3, 6).astype("int32")
    small = [RNG.normal(size=(6, 4)), labels, RNG.normal(size=(4, 3)), RNG.normal(size=3)]
    for old, new in zip(
        interpret(emit(inputs, outputs), small), interpret(module, small), strict=True
    ):
        np.testing.assert_allclose(new, old, rtol=1e-12, atol=1e-14)
    # Scores of which the exponentials overflow.
    large = [small[0] * 1000, labels, small[2], small[3]]
    assert all(np.isfinite(a).all() for a in interpret(module, large))


@pytest.mark.parametrize("axes", [(0,), (1,), (0, 1)])
@pytest.mark.parametrize("form", [shifted_log_sum_exp, softmax_by_hand, shifted_log_softmax])
def test_gradient_by_a_maximum_of_ones_own_goes(form: Callable[..., Any], axes: Any) -> None:
    def gradient(x: Any, w: Any) -> Any:
        operand = shifted(x, *axes)[1] if form is softmax_by_hand else x
        return grad(b.sum_(b.mul(form(operand, *axes), w), [0, 1]), x)

    before, after, left = results_and_operations(gradient, [M, RNG.normal(size=M.shape)])
    np.testing.assert_allclose(after, before, rtol=1e-12, atol=1e-14)
    gone = {"eq", "switch", "max"} if len(axes) == 1 else {"eq", "switch"}
    assert not gone & set(left), left


def test_sum_of_a_softmax_is_nan_where_that_is() -> None:
    x = np.array([[1.0, np.nan, 2.0], [1.0, 2.0, 3.0]])
    assert_preserved(lambda v: b.sum_(b.softmax(v, 1), [1]), x, expect=["softmax", "sum"])


def test_gradient_of_one_hot_loss_divides_by_no_probability() -> None:
    def gradient(x: Any, t: Any, count: Any) -> Any:
        losses = b.sum_(b.mul(t, b.log(shifted_softmax(x, 1))), [0, 1])
        return grad(b.true_div(losses, count), x)

    hot = np.eye(4)[[1, 3, 0]]
    expect = ["dimshuffle", "mul", "softmax", "sub", "sum", "true_div"]
    assert_preserved(gradient, M, hot, np.float64(3), expect=expect)
    _, (after,), _ = results_and_operations(gradient, [1000 * M, hot, np.float64(3)])
    assert np.isfinite(after).all()


def test_weighted_loss() -> None:
    def gradient(z: Any, y: Any, weights: Any) -> Any:
        picked = b.advanced_subtensor(b.log(b.softmax(z, 1)), rows_of(y), y)
        return grad(b.sum_(b.mul(b.neg(picked), weights), [0]), z)

    labels = np.array([2, 0, 3], "int64")
    assert_preserved(gradient, M, labels, V[:3], expect=["softmax_cross_entropy_grad"])


def test_labels_of_other_rows_are_no_cross_entropy() -> None:
    def picked(z: Any, rows: Any, y: Any) -> Any:
        return b.advanced_subtensor(b.log(b.softmax(z, 1)), rows, y)

    rows, labels = np.array([2, 0]), np.array([1, 1])
    assert_preserved(picked, M, rows, labels, expect=["advanced_subtensor", "log_softmax"])
