"""What a call costs beside the work: compiled functions of a few numbers against NumPy's own functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from timeit import timeit

import numpy as np

import tir
from benchmarks.report import Result
from tir import tensor as T
from tir.frontend.compiled_function import Function

_CALLS = 20_000
_ROUNDS = 7

VECTORS_AIM = 1.5e-6
SCALARS_AIM = 1.0e-6


def _call_seconds(expression: str, **names: object) -> float:
    """One evaluation of an expression, without a wrapper around it."""
    return min(timeit(expression, globals=names, number=_CALLS) for _ in range(_ROUNDS)) / _CALLS


def _binary(make: Callable[..., object]) -> Function:
    x, y = make("x"), make("y")
    return tir.function([x, y], x + y)  # pyright: ignore[reportOperatorIssue]


def run() -> Iterator[Result]:
    """Calls with arrays as they are, with numbers, with conversions, and with an update."""
    a, b = np.arange(3.0), np.ones(3)
    vectors, scalars = _binary(T.dvector), _binary(T.dscalar)
    np.testing.assert_array_equal(vectors(a, b), a + b)
    assert scalars(1.5, 2.5) == 4.0
    add = _call_seconds("add(a, b)", add=np.add, a=a, b=b)
    add_scalars = _call_seconds("add(1.5, 2.5)", add=np.add)
    yield Result(
        "two vectors of 3",
        _call_seconds("f(a, b)", f=vectors, a=a, b=b),
        "numpy.add",
        add,
        VECTORS_AIM,
        absolute=True,
    )
    for name, expression in (("floats", "f(1.5, 2.5)"), ("ints", "f(1, 2)")):
        yield Result(
            f"two Python {name}",
            _call_seconds(expression, f=scalars),
            "numpy.add",
            add_scalars,
            SCALARS_AIM,
            absolute=True,
        )
    zero_d = _call_seconds("f(a, b)", f=scalars, a=np.array(1.5), b=np.array(2.5))
    yield Result("two 0-d arrays", zero_d, "numpy.add", add_scalars, SCALARS_AIM, absolute=True)
    total, x = tir.shared(np.zeros(3)), T.dvector("x")
    step = tir.function([x], updates=[(total, total + x)])
    yield Result(
        "updating a shared vector of 3", _call_seconds("f(a)", f=step, a=a), "numpy.add", add
    )
    converted = _call_seconds("f(a, b)", f=vectors, a=[1, 2, 3], b=b)
    yield Result("a list that is converted", converted, "numpy.add", add)
    named = _call_seconds("f(x=a, y=b)", f=vectors, a=a, b=b)
    yield Result("arguments by name", named, "numpy.add", add)
