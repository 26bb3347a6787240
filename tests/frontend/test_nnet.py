"""Functions of neural networks against NumPy and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special

import tir
from tests.evaluate import check, evaluate
from tir import tensor as T
from tir.tensor import nnet

X = np.array([[1.0, -2, 3], [0, 50, -50], [-1000, 0, 1000]])
SPECIAL = np.array([0.0, -0.0, 1.5, -2.5, 800, -800, np.inf, -np.inf, np.nan])


def test_activations() -> None:
    x = T.dvector()
    check(nnet.sigmoid(x), {x: SPECIAL}, scipy.special.expit(SPECIAL))
    with np.errstate(invalid="ignore"):
        check(nnet.softplus(x), {x: SPECIAL}, np.logaddexp(0, SPECIAL))
    finite = SPECIAL[:6]
    check(nnet.relu(x), {x: finite}, np.maximum(finite, 0))
    check(nnet.relu(x, 0.25), {x: finite}, np.where(finite > 0, finite, 0.25 * finite))
    check(nnet.relu(x, alpha=1), {x: finite}, finite)
    slopes = T.dvector()
    a = np.linspace(0, 1, 6)
    check(nnet.relu(x, slopes), {x: finite, slopes: a}, np.where(finite > 0, finite, a * finite))
    check(nnet.hard_sigmoid(x), {x: SPECIAL}, np.clip(0.2 * SPECIAL + 0.5, 0, 1))
    check(nnet.softsign(x), {x: finite}, finite / (1 + np.abs(finite)))
    negative = 2 * np.expm1(np.minimum(finite, 0))
    check(nnet.elu(x, 2), {x: finite}, np.where(finite > 0, finite, negative))


@pytest.mark.parametrize("dtype", ["int8", "int32", "float32"])
def test_activations_of_other_dtypes(dtype: str) -> None:
    a = np.array([2, 0, -3]).astype(dtype)
    wide = a.astype("float64" if dtype == "int32" else "float32")
    x = T.vector(dtype=dtype)
    check(nnet.sigmoid(x), {x: a}, scipy.special.expit(wide), rtol=1e-6)
    check(
        nnet.hard_sigmoid(x), {x: a}, np.clip(0.2 * wide + 0.5, 0, 1).astype(wide.dtype), rtol=1e-6
    )
    check(nnet.softsign(x), {x: a}, wide / (1 + abs(wide)), rtol=1e-6)
    check(nnet.relu(x), {x: a}, np.maximum(wide, 0))


def test_softmax() -> None:
    x, t = T.dmatrix(), T.dtensor3()
    check(nnet.softmax(x), {x: X}, scipy.special.softmax(X, axis=1))
    check(nnet.softmax(x, axis=0), {x: X}, scipy.special.softmax(X, axis=0))
    check(nnet.softmax(t, axis=-2), {t: X[None]}, scipy.special.softmax(X[None], axis=1))
    check(nnet.softmax(t), {t: X[None]}, scipy.special.softmax(X[None], axis=-1))
    check(nnet.logsoftmax(x), {x: X}, scipy.special.log_softmax(X, axis=1))
    check(nnet.logsoftmax(x, axis=0), {x: X}, scipy.special.log_softmax(X, axis=0))
    assert nnet.softmax(T.fmatrix()).dtype == "float32"


def test_softmax_of_a_vector() -> None:
    x = T.dvector()
    for function, oracle in (
        (nnet.softmax, scipy.special.softmax),
        (nnet.logsoftmax, scipy.special.log_softmax),
    ):
        with pytest.warns(DeprecationWarning, match="a matrix of one row"):
            row = function(x)
        assert row.broadcastable == (True, False)
        check(row, {x: X[0]}, oracle(X[:1], axis=1))
        check(function(x, axis=0), {x: X[0]}, oracle(X[0]))
        check(function(x, axis=-1), {x: X[0]}, oracle(X[0]))


def test_what_softmax_refuses() -> None:
    for bad in (T.dscalar(), T.imatrix()):
        with pytest.raises(TypeError, match="tensor of floats"):
            nnet.softmax(bad)
    with pytest.raises(ValueError, match="axis 2 is out of range"):
        nnet.softmax(T.dmatrix(), axis=2)


def test_categorical_crossentropy() -> None:
    p, q, y = T.dmatrix(), T.dmatrix(), T.ivector()
    a = scipy.special.softmax(np.arange(6.0).reshape(2, 3), axis=1)
    b = np.array([[0.2, 0.3, 0.5], [1, 0, 0]])
    dense = -(b * np.log(a)).sum(axis=1)
    check(nnet.categorical_crossentropy(p, q), {p: a, q: b}, dense)
    check(nnet.categorical_crossentropy(p, y), {p: a, y: [2, 0]}, -np.log(a[[0, 1], [2, 0]]))
    v, w = T.dvector(), T.dvector()
    check(nnet.categorical_crossentropy(v, w), {v: a[0], w: b[0]}, dense[0])
    with pytest.raises(IndexError, match="out of bounds"):
        evaluate(nnet.categorical_crossentropy(p, y), {p: a, y: [3, 0]})
    with pytest.raises(TypeError, match="rank mismatch"):
        nnet.categorical_crossentropy(v, T.iscalar())
    with pytest.raises(TypeError, match="must hold integers"):
        nnet.categorical_crossentropy(p, v)


@pytest.mark.parametrize("rows", [1, 3, 5000])
def test_the_mean_loss_and_its_gradient_are_one_pass_over_the_scores(rows: int) -> None:
    rng = np.random.default_rng(rows)
    x, b, y = T.dmatrix(), T.dvector(), T.ivector()
    loss = nnet.categorical_crossentropy(nnet.softmax(x + b), y).mean()
    f = tir.function([x, b, y], [loss, *tir.grad(loss, [x, b])])
    kernels = f.ir("kernels").split("kernel.region(")
    assert sum("exp_nonpositive" in kernel for kernel in kernels) == 1
    scores, bias = rng.normal(size=(rows, 7)) * 50, rng.normal(size=7)
    labels = rng.integers(-7, 7, size=rows, dtype="int32")
    shifted = scores + bias
    picked = np.arange(rows), labels
    gradient = scipy.special.softmax(shifted, axis=1)
    gradient[picked] -= 1
    expected = (scipy.special.logsumexp(shifted, axis=1) - shifted[picked]).mean()
    results = f(scores, bias, labels)
    np.testing.assert_allclose(results[0], expected, rtol=1e-14)
    np.testing.assert_allclose(results[1], gradient / rows, rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(results[2], gradient.mean(axis=0), rtol=1e-10, atol=1e-14)
    with pytest.raises(IndexError, match="out of bounds"):
        f(scores, bias, labels * 0 + 7)


@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize(
    ("name", "first", "then"), [("lse", "maximumf", "exp"), ("var", "addf", "mulf")]
)
def test_reductions_about_a_centre_read_their_input_once(
    axis: int | None, name: str, first: str, then: str
) -> None:
    x = T.fmatrix("x")
    result = x.var(axis=axis) if name == "var" else T.log(T.exp(x).sum(axis=axis))
    kernels = tir.function([x], result).ir("kernels").split("kernel.region(")
    (kernel,) = (k for k in kernels[1:] if "%x : tensor<?x?xf32>" in k.partition("->")[0])
    assert first in kernel
    assert then in kernel.partition(first)[2]


def test_binary_crossentropy() -> None:
    p, t = T.dvector(), T.dvector()
    a, b = np.array([0.1, 0.5, 0.9]), np.array([0.0, 1.0, 0.25])
    expected = -(b * np.log(a) + (1 - b) * np.log(1 - a))
    check(nnet.binary_crossentropy(p, t), {p: a, t: b}, expected)
    scores = scipy.special.logit(a)
    check(nnet.sigmoid_binary_crossentropy(p, t), {p: scores, t: b}, expected)
    far = np.array([-800.0, 800.0, 0.0])
    check(
        nnet.sigmoid_binary_crossentropy(p, t),
        {p: far, t: np.array([1.0, 1.0, 0.5])},
        np.array([800.0, 0.0, np.log(2)]),
    )
    labels = T.ivector()
    check(
        nnet.binary_crossentropy(p, labels),
        {p: a, labels: [1, 0, 1]},
        -np.log(np.array([0.1, 0.5, 0.9])),
    )
