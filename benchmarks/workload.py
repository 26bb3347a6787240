"""What a workload is: its inputs, its meaning in NumPy, how each framework writes it, and what is aimed at.

A workload knows nothing of timing, and imports no framework: every expression is given its framework's module. So the
same file is read in the environments of all frameworks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Arrays = tuple[np.ndarray[Any, Any], ...]


@dataclass(frozen=True)
class Bound:
    """tir's time is to be at most `at_most` times that of the best of `peers`."""

    peers: tuple[str, ...]
    at_most: float


@dataclass(frozen=True)
class Workload:
    """One computation, and what is aimed at.

    The way it is written differs by kind: see `Expression`, `Descent` and `Update`.
    """

    name: str
    """Short and without blanks: what `--only` looks for."""
    dtype: str
    inputs: Callable[..., Arrays]
    """Makes the arrays from a generator of random numbers and the numbers in `size`."""
    size: tuple[int, ...]
    small: tuple[int, ...]
    """A size at which a test can afford to run it."""
    numpy: Callable[..., Any]
    """The meaning: NumPy's functions, on arrays of float64 where they are of floats."""
    written: Mapping[str, Callable[..., Any]]
    """By framework; the first argument is the module of the framework."""
    bounds: tuple[Bound, ...]
    share: float | None = None
    """At least this part of the time is the limit of the machine."""
    flops: Callable[..., float] | None = None
    """Of products of matrices, from `size`: their limit is arithmetic. That of all others is memory."""
    tolerance: float = field(default=0.0, kw_only=True)
    """Relative to the largest value of the result; 0 stands for what the dtype allows."""

    def make_inputs(self, size: Sequence[int] | None = None) -> Arrays:
        """The same arrays in every process."""
        return self.inputs(np.random.default_rng(20), *(self.size if size is None else size))

    def frameworks(self) -> tuple[str, ...]:
        """tir, and the peers of all bounds."""
        peers = dict.fromkeys(peer for bound in self.bounds for peer in bound.peers)
        return ("tir", *peers)


@dataclass(frozen=True)
class Expression(Workload):
    """`written[framework](module, *inputs)` is an array, or a tuple of them."""


@dataclass(frozen=True)
class Descent(Workload):
    """A step of gradient descent.

    `parameters` makes the arrays that are learned; `written[framework](module, parameters, *inputs)` is the cost, of
    which adapters take the gradient. `numpy(parameters, *inputs)` is a pair of the cost and the gradients.
    """

    parameters: Callable[..., Arrays] = field(kw_only=True)
    rate: float = field(kw_only=True)

    def make_parameters(self, size: Sequence[int] | None = None) -> Arrays:
        """The same arrays in every process."""
        return self.parameters(np.random.default_rng(30), *(self.size if size is None else size))


@dataclass(frozen=True)
class Update(Workload):
    """A state that lives in the function: `written[framework](module, state)` is its next value.

    `inputs` makes the first state, one array.
    """
