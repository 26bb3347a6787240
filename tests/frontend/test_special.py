"""The special functions as users call them: what follows from others, dtypes, what has no gradient, constants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special

import tir
import tir.tensor as T

RNG = np.random.default_rng(5)
K, X = RNG.uniform(0.2, 9, (2, 200))

BINARY: list[tuple[Callable[..., Any], Callable[..., Any]]] = [
    (T.gammainc, scipy.special.gammainc),
    (T.gammaincc, scipy.special.gammaincc),
    (T.gammal, lambda k, x: scipy.special.gammainc(k, x) * scipy.special.gamma(k)),
    (T.gammau, lambda k, x: scipy.special.gammaincc(k, x) * scipy.special.gamma(k)),
    (T.chi2sf, lambda x, k: scipy.special.chdtrc(k, x)),
    (T.jv, scipy.special.jv),
    (T.iv, scipy.special.iv),
]


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "FAST_RUN"])
def test_functions_of_two(mode: str) -> None:
    k, x = T.dvectors("k", "x")
    found = tir.function([k, x], [build(k, x) for build, _ in BINARY], mode=mode)(K, X)
    for result, (build, oracle) in zip(found, BINARY, strict=True):
        np.testing.assert_allclose(result, oracle(K, X), rtol=1e-12, atol=1e-15, err_msg=str(build))


@pytest.mark.parametrize("build", [build for build, _ in BINARY], ids=lambda build: build.__name__)
def test_dtypes(build: Callable[..., Any]) -> None:
    assert build(T.fvector(), T.wvector()).dtype == "float32"
    assert build(T.ivector(), T.fvector()).dtype == "float64"
    assert build(T.bvector(), T.bvector()).dtype == "float32"


@pytest.mark.parametrize(
    ("build", "first"), [(T.gammainc, True), (T.gammal, True), (T.chi2sf, False), (T.jv, True)]
)
def test_parameters_have_no_gradient(build: Callable[..., Any], first: bool) -> None:
    x, y = T.dvectors("x", "y")
    parameter, argument = (x, y) if first else (y, x)
    cost = T.sum(build(x, y))
    with pytest.raises(tir.NullTypeGradError, match=r"tir has no derivative of .*by their"):
        tir.grad(cost, parameter)
    assert tir.grad(cost, argument).dtype == "float64"


def test_gradients_of_bessel_functions_at_zero() -> None:
    x = T.dvector("x")
    cost = T.sum(T.j1(x) + 2 * T.i1(x) + T.j0(x) + T.i0(x))
    first = tir.grad(cost, x)
    second = tir.grad(T.sum(first), x)
    found = tir.function([x], [first, second])(np.zeros(2))
    # The second derivatives of J0 and I0 at zero are -1/2 and 1/2, those of J1 and I1 are zero.
    np.testing.assert_array_equal(found, [[1.5, 1.5], [0, 0]])


def test_constants_are_folded() -> None:
    x = T.dscalar("x")
    function = tir.function([x], x + T.gammaln(np.float64(7.5)) + T.jv(2, np.float64(3.0)))
    assert "gammaln" not in function.ir("optimized")
    assert "jv" not in function.ir("optimized")
    wanted = 1 + scipy.special.gammaln(7.5) + scipy.special.jv(2, 3.0)
    np.testing.assert_allclose(function(1.0), wanted, rtol=1e-14)
