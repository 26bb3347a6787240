"""What the table says about an operation, and how results are compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tir.dialects.tir.base import TirOp
from tir.graph.tensor_type import TensorType

Array = np.ndarray[Any, Any]
Pattern = tuple[bool, ...]


@dataclass(frozen=True)
class Case:
    """An expression of some inputs, values for them, and NumPy's word for the result.

    `build` takes variables, `oracle` takes arrays. `patterns` gives the broadcastable dimensions of the inputs where
    they are not all unknown. `ulps` is the distance a float result may have from the oracle's.
    """

    label: str
    build: Callable[..., Any]
    arrays: tuple[Array, ...]
    oracle: Callable[..., Any]
    patterns: tuple[Pattern | None, ...] | None = None
    ulps: float = 4

    def types(self) -> list[TensorType]:
        """The types of the inputs."""
        patterns = self.patterns or (None,) * len(self.arrays)
        return [
            TensorType(a.dtype, (False,) * a.ndim if p is None else p)
            for a, p in zip(self.arrays, patterns, strict=True)
        ]

    def variables(self) -> list[Any]:
        """New variables for the inputs."""
        return [
            t.make_variable(f"{name}") for t, name in zip(self.types(), "xyzuvwabc", strict=False)
        ]

    def expected(self) -> Array:
        """The oracle's result, floats in the precision that it chose."""
        with np.errstate(all="ignore"):
            return np.asarray(self.oracle(*self.arrays))


@dataclass(frozen=True)
class Failure:
    """An expression that must raise `error`, with `match`, if any, in its message, when run on these values."""

    label: str
    build: Callable[..., Any]
    arrays: tuple[Array, ...]
    error: type[Exception]
    match: str | None
    patterns: tuple[Pattern | None, ...] | None = None
    may_be_hidden: bool = False
    """Whether a rewrite that is known to hide errors may hide this one."""

    def variables(self) -> list[Any]:
        """New variables for the inputs."""
        return Case("", self.build, self.arrays, np.asarray, self.patterns).variables()


@dataclass(frozen=True)
class Gradient:
    """A differentiable expression of float64 inputs, away from kinks, and which of them to differentiate by.

    `orders` tells how many times.
    """

    label: str
    build: Callable[..., Any]
    arrays: tuple[Array, ...]
    oracle: Callable[..., Any]
    wrt: tuple[int, ...] = (0,)
    patterns: tuple[Pattern | None, ...] | None = None
    orders: int = 2

    def variables(self) -> list[Any]:
        """New variables for the inputs."""
        return Case("", self.build, self.arrays, self.oracle, self.patterns).variables()


@dataclass(frozen=True)
class Row:
    """One operation of the dialect: forward cases, gradients, and values that it must refuse."""

    op: type[TirOp]
    cases: Callable[[], Sequence[Case]]
    gradients: tuple[Gradient, ...] = ()
    failures: tuple[Failure, ...] = ()
    constant_gradient: bool = False
    """Whether the gradient is zero or disconnected by the operation's very meaning."""
    undefined_gradient: bool = False
    """Whether asking for a gradient is an error, as tir has no derivative of the operation."""

    @property
    def name(self) -> str:
        """The operation's name without the dialect."""
        return self.op.name.removeprefix("tir.")


def ulp_distance(found: Array, expected: Array) -> Array:
    """How many units in the last place of `found` lie between the two; 0 where both are NaN or equal."""
    with np.errstate(all="ignore"):
        rounded = expected.astype(found.dtype)
        same = (rounded == found) | (np.isnan(rounded) & np.isnan(found))
        spacing = np.spacing(np.maximum(np.abs(rounded), np.finfo(found.dtype).tiny))
        distance = np.abs(found.astype("longdouble") - expected) / spacing
        return np.where(same, 0, np.where(np.isnan(distance), np.inf, distance))


def assert_matches(found: Array, expected: Array, ulps: float, what: str, dtype: str) -> None:
    """Assert that `found` has the dtype, the shape and, up to `ulps`, the values that are expected."""
    assert isinstance(found, np.ndarray | np.generic), f"{what}: got a {type(found).__name__}"
    found = np.asarray(found)
    assert found.dtype == dtype, f"{what}: dtype {found.dtype} instead of {dtype}"
    assert found.shape == expected.shape, f"{what}: shape {found.shape}, not {expected.shape}"
    if found.dtype.kind != "f":
        np.testing.assert_array_equal(found, expected, err_msg=what)
        return
    distance = ulp_distance(found, expected)
    if distance.size and distance.max() > ulps:
        worst = np.unravel_index(np.argmax(distance), distance.shape)
        raise AssertionError(
            f"{what}: {distance.max():.4g} ulp at {tuple(map(int, worst))}: "
            f"{found[worst]!r} instead of {expected[worst]!r}"
        )
