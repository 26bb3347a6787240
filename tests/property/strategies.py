"""Random expressions: programs of a few steps that build a graph, and that NumPy runs by itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.property.functions import ELEMENTWISE, REWRITTEN, STRUCTURED, Function, reductions
from tir.graph.tensor_type import TensorType

Array = np.ndarray[Any, Any]
Dtypes = tuple[str, ...]

FLOATS: Dtypes = ("float32", "float64")
DTYPES: Dtypes = (
    "float64",
    "float64",
    "float32",
    "float32",
    "int32",
    "int8",
    "uint8",
    "int64",
    "bool",
)
SIZES = (3, 2, 5, 17, 4, 3, 1, 0)
LARGEST = 1e6
"""Beyond this size floats are left alone: numbers that grow without bound make comparisons meaningless."""


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
        for step in self.steps:
            values.append(_apply(step.function, [values[i] for i in step.operands]))
        return values

    def tolerance(self) -> tuple[float, float]:
        """Relative and absolute error that the results may have: sums of large terms may cancel."""
        values = self.values()
        single = any(v.dtype == "float32" for v in values)
        sizes = [float(np.abs(v).max(initial=1)) for v in values if v.dtype.kind == "f"]
        relative = 2e-5 if single else 1e-11
        return relative, relative * max(sizes, default=1.0)

    def __repr__(self) -> str:
        inputs = ", ".join(
            f"{a.dtype}{tuple('*' if one else n for n, one in zip(a.shape, p, strict=True))}"
            for a, p in zip(self.arrays, self.patterns, strict=True)
        )
        count = len(self.arrays)
        steps = "; ".join(
            f"v{count + i} = {s.function.name} {', '.join(f'v{o}' for o in s.operands)}"
            for i, s in enumerate(self.steps)
        )
        return f"Program({inputs} | {steps} | {self.results})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def _apply(function: Function, operands: Sequence[Array]) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(function.numeric(*operands))


class _Writer:
    """Writes a program step by step. Each choice comes from one seed, so fewer steps are a prefix of more."""

    def __init__(self, seed: int, dtypes: Dtypes, smooth: bool, max_rank: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.smooth = smooth
        shape = [self.pick(SIZES) for _ in range(self.rng.integers(1, max_rank + 1))]
        inputs = [self._input(shape, dtypes) for _ in range(self.rng.integers(1, 4))]
        self.values = [array for array, _ in inputs]
        self.patterns = tuple(pattern for _, pattern in inputs)
        self.exact = [True] * len(inputs)
        self.steps: list[Step] = []

    def pick(self, options: Sequence[Any]) -> Any:
        """One of the options."""
        return options[int(self.rng.integers(len(options)))]

    def _input(self, shape: Sequence[int], dtypes: Dtypes) -> tuple[Array, tuple[bool, ...]]:
        """An array of some trailing dimensions of `shape`, some of them broadcastable."""
        rank = int(self.rng.integers(0 if len(shape) < 3 else 1, len(shape) + 1))
        pattern = tuple(bool(self.rng.random() < 0.25) for _ in range(rank))
        own = shape[len(shape) - rank :]
        size = [1 if one else n for n, one in zip(own, pattern, strict=True)]
        dtype = self.pick(dtypes)
        values = self.rng.normal(size=size, scale=2)
        if dtype == "bool":
            return values > 0, pattern
        if dtype not in FLOATS:
            values = np.abs(np.round(values)) if dtype.startswith("u") else np.round(values)
        return np.asarray(values).astype(dtype), pattern

    def step(self) -> None:
        """Add a step, if the function that comes up fits any values."""
        family = self.pick((ELEMENTWISE, ELEMENTWISE, ELEMENTWISE, REWRITTEN, STRUCTURED, None))
        recent = range(max(0, len(self.values) - 3), len(self.values))
        operands = [int(self.pick(recent))]
        if family is None:
            rank = self.values[operands[0]].ndim
            axes = tuple(a for a in range(rank) if self.rng.random() < 0.6)
            family = reductions(axes)
        function = self.pick(family)
        operands += [int(self.rng.integers(len(self.values))) for _ in range(function.arity - 1)]
        if self._fits(function, operands):
            value = _apply(function, [self.values[i] for i in operands])
            if value.dtype.kind != "f" or np.abs(value).max(initial=0) < LARGEST:
                self.steps.append(Step(function, tuple(operands)))
                self.values.append(value)
                exact = all(self.exact[i] for i in operands)
                self.exact.append(exact and value.dtype.kind != "f")

    def _fits(self, function: Function, operands: Sequence[int]) -> bool:
        values = [self.values[i] for i in operands]
        common = np.result_type(*(v.dtype for v in values))
        sharp = operands[:1] if function.name == "select" else operands
        reduced_to_nothing = function.name.startswith("max") and any(v.size == 0 for v in values)
        return (
            common.kind in function.kinds
            and (function.smooth or not self.smooth)
            and (not function.sharp or all(self.exact[i] for i in sharp))
            and all(function.min_rank <= v.ndim <= function.max_rank for v in values)
            and all(np.abs(v.astype("float64")).max(initial=0) <= function.limit for v in values)
            and not reduced_to_nothing
        )


@st.composite
def programs(
    draw: Any, dtypes: Dtypes = DTYPES, max_steps: int = 10, smooth: bool = False, max_rank: int = 3
) -> Program:
    """Programs on inputs of several dtypes and ranks whose shapes broadcast together."""
    count = draw(st.integers(1, max_steps))
    # A seed of many digits: hypothesis tries small numbers first, and these would all be alike.
    writer = _Writer(draw(st.integers(0, 2**48)), dtypes, smooth, max_rank)
    for _ in range(4 * count):
        if len(writer.steps) < count:
            writer.step()
    inputs, last = len(writer.patterns), len(writer.values) - 1
    middle = min(last, inputs + math.ceil(len(writer.steps) / 2))
    arrays = tuple(writer.values[:inputs])
    return Program(arrays, writer.patterns, tuple(writer.steps), tuple(sorted({middle, last})))
