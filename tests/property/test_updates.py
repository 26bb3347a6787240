"""Random updates that read each other: compiled, in place, as interpreted, call after call."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import tir
from tests.reliability.configurations import LEVELS, compiled_at
from tir import tensor as T

_SIZE = 4
_LEAVES = st.integers(0, 2)
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.tuples(
        st.sampled_from(["add", "mul", "t", "rev", "dot", "sum", "exp", "scale"]), inner, inner
    ),
    max_leaves=5,
)


def _build(tree: Any, leaves: list[Any]) -> Any:
    if isinstance(tree, int):
        return leaves[tree]
    name, *children = tree
    a, b = (_build(child, leaves) for child in children)
    return {
        "add": lambda: a + b,
        "mul": lambda: 0.5 * a * b,
        "t": lambda: a.T - b,
        "rev": lambda: a[::-1] + b,
        "dot": lambda: T.dot(a, b) / _SIZE,
        "sum": lambda: a + b.sum(axis=0),
        "exp": lambda: T.exp(-(a**2)) + b,
        "scale": lambda: a * 0.25,
    }[name]()


def _state(mode: str, trees: list[Any], level: int | None = None) -> list[np.ndarray]:
    rng = np.random.default_rng(5)
    start = [rng.uniform(-1, 1, (_SIZE, _SIZE)) for _ in range(3)]
    variables = [tir.shared(value) for value in start]
    updates = [
        (v, T.tanh(_build(tree, variables)))
        for v, tree in zip(variables[:1], trees[:1], strict=True)
    ]
    updates += [
        (v, 0.5 * _build(tree, variables)) for v, tree in zip(variables[1:], trees[1:], strict=True)
    ]
    with compiled_at(level):
        f = tir.function([], [v.sum() for v in variables], updates=updates, mode=mode)
    totals = [np.array(f()) for _ in range(3)]
    return [*totals, *(v.get_value() for v in variables)]


@given(st.lists(_TREES, min_size=3, max_size=3), st.sampled_from([None, *LEVELS]))
def test_updates(trees: list[Any], level: int | None) -> None:
    fast, plain = _state("FAST_RUN", trees, level), _state("FAST_COMPILE", trees)
    for one, other in zip(fast, plain, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
