"""Comparisons, questions about floats, and bitwise or logical operations. All broadcast as arithmetic does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tir.frontend.tensor import reductions
from tir.graph import build
from tir.graph.tensor_type import is_discrete

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable


def eq(a: Any, b: Any) -> TensorVariable:
    """Where the elements are equal, as booleans. (`a == b` asks whether the variables are one object.)

    >>> from tir import tensor as T
    >>> T.eq(T.dmatrix(), 0).type
    TensorType(bool, matrix)
    """
    return build.eq(a, b)


def neq(a: Any, b: Any) -> TensorVariable:
    """Where the elements differ, as booleans. (`a != b` asks whether the variables are two objects.)"""
    return build.neq(a, b)


def lt(a: Any, b: Any) -> TensorVariable:
    """Where `a` is less than `b`, as booleans."""
    return build.lt(a, b)


def le(a: Any, b: Any) -> TensorVariable:
    """Where `a` is at most `b`, as booleans."""
    return build.le(a, b)


def gt(a: Any, b: Any) -> TensorVariable:
    """Where `a` is greater than `b`, as booleans."""
    return build.gt(a, b)


def ge(a: Any, b: Any) -> TensorVariable:
    """Where `a` is at least `b`, as booleans."""
    return build.ge(a, b)


def isnan(a: Any) -> TensorVariable:
    """Where elements are NaN, as booleans; nowhere for integers."""
    return build.isnan(a)


def isinf(a: Any) -> TensorVariable:
    """Where elements are infinite, as booleans; nowhere for integers."""
    return build.isinf(a)


def isclose(
    a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> TensorVariable:
    """Where `|a - b| <= atol + rtol * |b|`, as booleans; infinities are close to themselves only.

    NaN is close to nothing, or to NaN if `equal_nan`. Integers are compared as float64.
    """
    x, y = build.as_tensor_variable(a), build.as_tensor_variable(b)
    if is_discrete(x) and is_discrete(y):
        x, y = build.cast(x, "float64"), build.cast(y, "float64")
    close = build.le(build.abs_(build.sub(x, y)), build.add(atol, build.mul(rtol, build.abs_(y))))
    # An infinite b makes the tolerance infinite: only equality counts then.
    infinite = build.or_(build.isinf(x), build.isinf(y))
    result = build.switch(infinite, build.eq(x, y), close)
    if equal_nan:
        result = build.or_(result, build.and_(build.isnan(x), build.isnan(y)))
    return result


def allclose(
    a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> TensorVariable:
    """Whether `isclose` holds everywhere: a boolean scalar."""
    return reductions.all(isclose(a, b, rtol, atol, equal_nan))


def and_(a: Any, b: Any) -> TensorVariable:
    """Bitwise and of integers, logical and of booleans; `TypeError` on floats."""
    return build.and_(a, b)


def or_(a: Any, b: Any) -> TensorVariable:
    """Bitwise or of integers, logical or of booleans; `TypeError` on floats."""
    return build.or_(a, b)


def xor(a: Any, b: Any) -> TensorVariable:
    """Bitwise exclusive or of integers, logical of booleans; `TypeError` on floats."""
    return build.xor(a, b)


def invert(a: Any) -> TensorVariable:
    """Bitwise complement of integers, logical not of booleans; `TypeError` on floats."""
    return build.invert(a)
