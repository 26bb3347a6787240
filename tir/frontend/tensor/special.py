"""Special functions, elementwise.

Integers of 8 and 16 bits and booleans are computed in float32, wider ones in float64; floats keep their dtype. Values at poles and
infinities are SciPy's; outside a function's domain the result is NaN, without a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tir.graph.builders import special

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable


def gammaln(a: Any) -> TensorVariable:
    """Logarithm of the absolute value of the gamma function; inf at zero and negative integers.

    >>> from tir import tensor as T
    >>> T.gammaln(T.wvector()).dtype, T.gammaln(T.ivector()).dtype
    ('float32', 'float64')
    """
    return special.gammaln(a)


def gamma(a: Any) -> TensorVariable:
    """Gamma function; NaN at negative integers."""
    return special.gamma(a)


def psi(a: Any) -> TensorVariable:
    """Derivative of `gammaln`; NaN at negative integers."""
    return special.psi(a)


def tri_gamma(a: Any) -> TensorVariable:
    """Derivative of `psi`; inf at zero and negative integers. It has no gradient."""
    return special.tri_gamma(a)


def erfinv(a: Any) -> TensorVariable:
    """The number whose `erf` is `a`; NaN outside of [-1, 1]."""
    return special.erfinv(a)


def erfcinv(a: Any) -> TensorVariable:
    """The number whose `erfc` is `a`; NaN outside of [0, 2]."""
    return special.erfcinv(a)


def erfcx(a: Any) -> TensorVariable:
    """`exp(a**2) * erfc(a)`, without overflow for large elements."""
    return special.erfcx(a)


def j0(a: Any) -> TensorVariable:
    """Bessel function of the first kind of order 0; NaN at infinity."""
    return special.j0(a)


def j1(a: Any) -> TensorVariable:
    """Bessel function of the first kind of order 1; NaN at infinity."""
    return special.j1(a)


def i0(a: Any) -> TensorVariable:
    """Modified Bessel function of the first kind of order 0."""
    return special.i0(a)


def i1(a: Any) -> TensorVariable:
    """Modified Bessel function of the first kind of order 1."""
    return special.i1(a)


def gammainc(k: Any, x: Any) -> TensorVariable:
    """Regularized lower incomplete gamma function, the integral of `t**(k-1) exp(-t) / gamma(k)` from 0 to x; the two broadcast.

    It has a gradient by x, not by k.
    """
    return special.gammainc(k, x)


def gammaincc(k: Any, x: Any) -> TensorVariable:
    """Regularized upper incomplete gamma function, `1 - gammainc(k, x)` without cancellation. It has a gradient by x, not by k."""
    return special.gammaincc(k, x)


def gammal(k: Any, x: Any) -> TensorVariable:
    """Lower incomplete gamma function, `gammainc(k, x) * gamma(k)`."""
    return special.gammal(k, x)


def gammau(k: Any, x: Any) -> TensorVariable:
    """Upper incomplete gamma function, `gammaincc(k, x) * gamma(k)`."""
    return special.gammau(k, x)


def chi2sf(x: Any, k: Any) -> TensorVariable:
    """Survival function of the chi squared distribution: how probable more than x is with k degrees of freedom.

    It has a gradient by x, not by k.
    """
    return special.chi2sf(x, k)


def jv(v: Any, x: Any) -> TensorVariable:
    """Bessel function of the first kind of any real order v; the two broadcast.

    NaN for negative x unless v is integral. It has a gradient by x, not by v.
    """
    return special.jv(v, x)


def iv(v: Any, x: Any) -> TensorVariable:
    """Modified Bessel function of the first kind of any real order v; the two broadcast.

    NaN for negative x unless v is integral. It has a gradient by x, not by v.
    """
    return special.iv(v, x)
