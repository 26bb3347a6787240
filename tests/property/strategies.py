"""Random expressions: programs of a few steps that build a graph, and that NumPy runs by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tir.graph import build
from tir.graph.tensor_type import TensorType

Array = np.ndarray[Any, Any]
Dtypes = tuple[str, ...]

FLOATS: Dtypes = ("float32", "float64")
DTYPES: Dtypes = ("float64", "float32", "int32", "int8", "uint8", "int64", "bool")


@dataclass(frozen=True)
class Function:
    """A function as tir builds it and as NumPy computes it, and the operands that it takes.

    `kinds` is what the dtypes of the operands together may be: NumPy's letters. A function that is `sharp` jumps, so it
    is asked only about values that both sides have exactly.
    """

    name: str
    arity: int
    symbolic: Callable[..., Any]
    numeric: Callable[..., Any]
    kinds: str = "biuf"
    sharp: bool = False
    smooth: bool = True


def _positive(x: Any) -> Any:
    return build.add(build.sqr(x), np.int8(1))


def _square_plus_one(x: Array) -> Array:
    return x * x + np.int8(1)


def _as_float(x: Array) -> Array:
    """What a float function computes on: 8- and 16-bit integers fit float32."""
    return x.astype("float32") if x.dtype.itemsize <= 2 and x.dtype.kind != "f" else x


ELEMENTWISE: tuple[Function, ...] = (
    Function("add", 2, build.add, np.add),
    Function("mul", 2, build.mul, np.multiply),
    Function("sub", 2, build.sub, np.subtract, "iuf"),
    Function("maximum", 2, build.maximum, np.maximum, smooth=False),
    Function("minimum", 2, build.minimum, np.minimum, smooth=False),
    Function("neg", 1, build.neg, np.negative, "iuf"),
    Function("abs", 1, build.abs_, np.absolute, smooth=False),
    Function("sqr", 1, build.sqr, lambda x: x * x),
    Function("tanh", 1, build.tanh, lambda x: np.tanh(_as_float(x))),
    Function("sin", 1, build.sin, lambda x: np.sin(_as_float(x)), "f"),
    Function("arctan", 1, build.arctan, lambda x: np.arctan(_as_float(x))),
    Function(
        "sigmoid",
        1,
        build.sigmoid,
        lambda x: np.tanh(_as_float(x) / np.float32(2)) / np.float32(2) + np.float32(0.5),
        "f",
    ),
    Function(
        "quotient",
        2,
        lambda x, y: build.true_div(x, _positive(y)),
        lambda x, y: np.true_divide(x, _square_plus_one(y)),
        "f",
    ),
    Function(
        "log1p",
        1,
        lambda x: build.log1p(build.abs_(x)),
        lambda x: np.log1p(np.abs(x)),
        "f",
        smooth=False,
    ),
    Function("lt", 2, build.lt, np.less, sharp=True, smooth=False),
    Function("ge", 2, build.ge, np.greater_equal, sharp=True, smooth=False),
    Function("eq", 2, build.eq, np.equal, sharp=True, smooth=False),
    Function("and", 2, build.and_, np.bitwise_and, "biu", smooth=False),
    Function("xor", 2, build.xor, np.bitwise_xor, "biu", smooth=False),
    Function("invert", 1, build.invert, np.invert, "biu", smooth=False),
    Function(
        "switch", 3, build.switch, lambda c, x, y: np.where(c != 0, x, y), "biuf", True, False
    ),
)


def _keep(x: Any, axes: Sequence[int]) -> list[Any]:
    """The order that puts reduced dimensions back, as broadcastable ones."""
    kept = iter(range(x.type.ndim))
    return ["x" if axis in axes else next(kept) for axis in range(x.type.ndim + len(axes))]


def _reduce(function: Callable[..., Any], axes: Sequence[int]) -> Callable[[Any], Any]:
    def symbolic(x: Any) -> Any:
        reduced = function(x, axes)
        return build.dimshuffle(reduced, _keep(reduced, axes))

    return symbolic


def _wide_sum(x: Array, axes: tuple[int, ...]) -> Array:
    if x.dtype.kind != "f":
        return np.sum(
            x, axis=axes, keepdims=True, dtype="uint64" if x.dtype.kind == "u" else "int64"
        )
    return np.sum(x, axis=axes, keepdims=True, dtype="float64").astype(x.dtype)


@dataclass(frozen=True)
class Step:
    """A function applied to values by their numbers: inputs first, then the results of earlier steps."""

    function: Function
    operands: tuple[int, ...]


@dataclass(frozen=True)
class Program:
    """Inputs, steps, and which values are asked for."""

    arrays: tuple[Array, ...]
    patterns: tuple[tuple[bool, ...], ...]
    steps: tuple[Step, ...]
    results: tuple[int, ...]

    def variables(self) -> list[Any]:
        """New variables for the inputs."""
        return [
            TensorType(a.dtype, p).make_variable(f"x{i}")
            for i, (a, p) in enumerate(zip(self.arrays, self.patterns, strict=True))
        ]

    def build(self, variables: Sequence[Any]) -> list[Any]:
        """The results as expressions of the inputs."""
        values = list(variables)
        for step in self.steps:
            values.append(step.function.symbolic(*(values[i] for i in step.operands)))
        return [values[i] for i in self.results]

    def values(self) -> list[Array]:
        """Every value as NumPy computes it."""
        values: list[Array] = list(self.arrays)
        with np.errstate(all="ignore"):
            for step in self.steps:
                values.append(
                    np.asarray(step.function.numeric(*(values[i] for i in step.operands)))
                )
        return values

    def tolerance(self) -> tuple[float, float]:
        """Relative and absolute error that the results may have: sums of large terms may cancel."""
        floats = [v for v in self.values() if v.dtype.kind == "f"]
        single = any(v.dtype == "float32" for v in floats)
        sizes = [
            np.abs(v[np.isfinite(v)]).max(initial=1.0) for v in self.values() if v.dtype != "bool"
        ]
        relative = 1e-4 if single else 1e-10
        return relative, relative * float(max(sizes, default=1.0))

    def __repr__(self) -> str:
        inputs = ", ".join(
            f"{a.dtype}{a.shape}{'*' if any(p) else ''}"
            for a, p in zip(self.arrays, self.patterns, strict=True)
        )
        steps = "; ".join(
            f"v{len(self.arrays) + i} = {s.function.name}{s.operands}"
            for i, s in enumerate(self.steps)
        )
        return f"Program({inputs} | {steps} | {self.results})"


def _input(
    draw: Any, shape: Sequence[int], dtypes: Dtypes, seed: int
) -> tuple[Array, tuple[bool, ...]]:
    """An array of some trailing dimensions of `shape`, some of them broadcastable."""
    rank = draw(st.integers(0, len(shape)))
    own = shape[len(shape) - rank :]
    pattern = tuple(draw(st.lists(st.booleans(), min_size=rank, max_size=rank)))
    size = [1 if b else n for n, b in zip(own, pattern, strict=True)]
    dtype = draw(st.sampled_from(dtypes))
    values = np.random.default_rng(seed).normal(size=size, scale=2)
    if dtype == "bool":
        return values > 0, pattern
    if dtype not in FLOATS:
        values = np.abs(np.round(values)) if dtype.startswith("u") else np.round(values)
    return values.astype(dtype), pattern


def _candidates(
    values: Sequence[Array], exact: Sequence[bool], smooth_only: bool
) -> list[tuple[Function, tuple[tuple[int, ...], ...]]]:
    """The functions that fit, each with the values that each of its operands may be."""
    found = []
    for function in ELEMENTWISE:
        if smooth_only and not function.smooth:
            continue
        allowed = tuple(
            i
            for i, v in enumerate(values)
            if v.dtype.kind in function.kinds and (exact[i] or not function.sharp)
        )
        if function.name == "switch":
            anything = tuple(range(len(values)))
            found.append((function, (allowed, anything, anything)))
        elif allowed:
            found.append((function, (allowed,) * function.arity))
    return found


def _reductions(
    value: Array, pattern_axes: Sequence[tuple[int, ...]], smooth_only: bool
) -> list[Function]:
    found = []
    for axes in pattern_axes:
        found.append(
            Function(
                f"sum{list(axes)}",
                1,
                _reduce(build.sum_, axes),
                lambda x, axes=axes: _wide_sum(x, axes),
            )
        )
        if not smooth_only and all(value.shape[axis] for axis in axes):
            found.append(
                Function(
                    f"max{list(axes)}",
                    1,
                    _reduce(build.max_, axes),
                    lambda x, axes=axes: np.max(x, axis=axes, keepdims=True),
                )
            )
    return found


@st.composite
def programs(
    draw: Any,
    dtypes: Dtypes = DTYPES,
    max_steps: int = 8,
    smooth_only: bool = False,
    max_rank: int = 3,
) -> Program:
    """Programs on inputs of several dtypes and ranks whose shapes broadcast together."""
    shape = draw(st.lists(st.sampled_from([3, 2, 5, 1, 17, 0]), min_size=1, max_size=max_rank))
    seed = draw(st.integers(0, 1000))
    count = draw(st.integers(1, 3))
    inputs = [_input(draw, shape, dtypes, seed + i) for i in range(count)]
    arrays, patterns = zip(*inputs, strict=True)
    values: list[Array] = list(arrays)
    exact = [True] * count
    steps = []
    for _ in range(draw(st.integers(1, max_steps))):
        if draw(st.integers(0, 4)) == 0 and (ranked := [i for i, v in enumerate(values) if v.ndim]):
            operand = draw(st.sampled_from(ranked))
            rank = values[operand].ndim
            axis = draw(st.integers(0, rank - 1))
            options = [(axis,), tuple(range(rank))]
            function = draw(st.sampled_from(_reductions(values[operand], options, smooth_only)))
            operands: tuple[int, ...] = (operand,)
        else:
            function, choices = draw(st.sampled_from(_candidates(values, exact, smooth_only)))
            operands = tuple(draw(st.sampled_from(c)) for c in choices)
            if function.arity == 2 and function.kinds != "biuf":
                common = np.result_type(*(values[i].dtype for i in operands))
                if common.kind not in function.kinds:
                    continue
        with np.errstate(all="ignore"):
            value = np.asarray(function.numeric(*(values[i] for i in operands)))
        # Numbers that grow without bound make every comparison meaningless.
        if value.dtype.kind == "f" and value.size and not np.abs(value).max() < 1e6:
            continue
        steps.append(Step(function, operands))
        values.append(value)
        discrete = value.dtype.kind != "f"
        exact.append(all(exact[i] for i in operands) and (discrete or function.name == "neg"))
    results = {len(values) - 1, draw(st.integers(count - 1, len(values) - 1))}
    return Program(arrays, patterns, tuple(steps), tuple(sorted(results)))
