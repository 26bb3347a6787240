"""Finite differences, and how far a gradient may be from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tir.autodiff.errors import GradientError
from tir.autodiff.gradient import grad
from tir.graph import build
from tir.graph.tensor_type import TensorType
from tir.graph.variable import Variable
from tir.support.dtypes import FLOAT_DTYPES
from tir.support.errors import UnsupportedError

Array = np.ndarray[Any, Any]
Compile = Callable[[list[Variable], Variable], Callable[..., Array]]
"""From inputs and an expression to a function from their values to its value."""

STEPS = {"float32": 3e-4, "float64": 1e-7}
"""How far a point is moved for a difference, by its dtype."""

TOLERANCES = {"float32": 1e-2, "float64": 1e-4}
"""Absolute and relative errors that are let pass, by the least precise dtype involved."""


@dataclass(frozen=True)
class Deviation:
    """The element where a gradient is worst, measured in tolerances."""

    argument: int
    position: tuple[int, ...]
    absolute: float
    relative: float

    def within(self, abs_tol: float, rel_tol: float) -> bool:
        """Whether one of the two errors is small enough."""
        return self.absolute <= abs_tol or self.relative <= rel_tol


class numeric_grad:
    """Central differences of a scalar function of float arrays.

    `gf` holds the gradient by each point, of its shape and dtype. `pt` is an array or a list of arrays; `eps` replaces
    the step; `out_type` is a dtype less precise than the points' in which `f` computes.

    >>> numeric_grad(lambda x: float(np.sum(x * x)), np.array([1.0, 2.0])).gf.round(4)
    array([2., 4.])
    """

    def __init__(
        self,
        f: Callable[..., Any],
        pt: Any,
        eps: float | None = None,
        out_type: str | None = None,
    ) -> None:
        points = [np.array(p) for p in (pt if isinstance(pt, list | tuple) else [pt])]
        dtypes = [*(p.dtype.name for p in points), *([out_type] if out_type else [])]
        _check_float(dtypes)
        step = eps if eps is not None else max(STEPS[d] for d in dtypes)
        found = [_differences(f, points, i, step) for i in range(len(points))]
        self.gf: Any = found if isinstance(pt, list | tuple) else found[0]

    @staticmethod
    def abs_rel_err(a: Any, b: Any) -> tuple[Array, Array]:
        """The absolute errors between two arrays and the relative ones; NaN anywhere counts as infinitely wrong."""
        a, b = np.asarray(a), np.asarray(b)
        with np.errstate(all="ignore"):
            absolute = np.where(a == b, 0.0, np.abs(a - b))
            relative = absolute / np.maximum(np.abs(a) + np.abs(b), 1e-8)
        wrong = np.isnan(absolute) | np.isnan(relative)
        return np.where(wrong, np.inf, absolute), np.where(wrong, np.inf, relative)

    def max_err(self, g_pt: Sequence[Any], abs_tol: float, rel_tol: float) -> Deviation:
        """Where the gradients `g_pt` deviate most, by the smaller of both errors in units of its tolerance."""
        mine = self.gf if isinstance(self.gf, list) else [self.gf]
        if len(mine) != len(g_pt):
            raise ValueError(f"{len(g_pt)} gradients for {len(mine)} points")
        worst = Deviation(0, (), 0.0, 0.0)
        worst_score = -1.0
        for i, (analytic, numeric) in enumerate(zip(g_pt, mine, strict=True)):
            if np.shape(analytic) != numeric.shape:
                raise GradientError(
                    f"the gradient by argument {i} has shape {np.shape(analytic)}, "
                    f"its point {numeric.shape}"
                )
            if numeric.size == 0:
                continue
            absolute, relative = self.abs_rel_err(analytic, numeric)
            with np.errstate(divide="ignore", invalid="ignore"):
                # Where a tolerance is 0, so may be the error: 0/0 is no error.
                score = np.fmin(absolute / abs_tol, relative / rel_tol)
            score = np.where(np.isnan(score), 0.0, score)
            position = np.unravel_index(int(np.argmax(score)), score.shape)
            if score[position] > worst_score:
                worst_score = float(score[position])
                place = tuple(int(p) for p in position)
                worst = Deviation(i, place, float(absolute[position]), float(relative[position]))
        return worst


def _differences(f: Callable[..., Any], points: list[Array], which: int, step: float) -> Array:
    moved = [p.copy() for p in points]
    target = moved[which]
    result = np.zeros_like(target)
    for index in np.ndindex(target.shape):
        here = target[index]
        target[index] = here + step
        above, upper = float(f(*moved)), target[index]
        target[index] = here - step
        below, lower = float(f(*moved)), target[index]
        target[index] = here
        # The distance that rounding left, not the one that was asked for.
        result[index] = (above - below) / (float(upper) - float(lower))
    return result


def _check_float(dtypes: Sequence[str]) -> None:
    for dtype in dtypes:
        if dtype not in FLOAT_DTYPES:
            raise TypeError(
                f"gradients are checked by moving floats a little, so points and results must be "
                f"{' or '.join(FLOAT_DTYPES)}, not {dtype}"
            )


def check_gradient(
    fun: Callable[..., Any],
    pt: Sequence[Any],
    compile: Compile,
    n_tests: int = 2,
    rng: Any = None,
    eps: float | None = None,
    out_type: str | None = None,
    abs_tol: float | None = None,
    rel_tol: float | None = None,
    cast_to_output_type: bool = False,
) -> None:
    """Compare the gradient of `fun` at `pt` with finite differences; `GradientError` if they differ.

    `fun` takes variables and gives one. It is reduced to scalars by random weights, `n_tests` times. Dimensions of size
    1 in `pt` are broadcastable. `compile` makes functions of expressions. The other parameters are those of
    `tir.tensor.verify_grad`.
    """
    if not isinstance(pt, list | tuple):
        raise TypeError(f"pt must be a list of arrays, one for each argument, got {pt!r}")
    if n_tests < 1:
        raise ValueError(f"n_tests must be at least 1, got {n_tests}: nothing would be checked")
    points = [np.array(p) for p in pt]
    _check_float([p.dtype.name for p in points])
    rng = np.random.default_rng(2026) if rng is None else rng
    inputs: list[Variable] = [
        TensorType(p.dtype, tuple(size == 1 for size in p.shape))(f"input {i}")
        for i, p in enumerate(points)
    ]
    output = fun(*inputs)
    if isinstance(output, list | tuple):
        raise UnsupportedError(
            f"verify_grad checks functions with one output, this has {len(output)}; "
            "check them one by one"
        )
    output = build.as_tensor_variable(output)
    dtype = output.type.dtype
    _check_float([dtype, out_type or dtype])
    least = max(
        [p.dtype.name for p in points] + [out_type or dtype, dtype], key=TOLERANCES.__getitem__
    )
    abs_tol = TOLERANCES[least] if abs_tol is None else abs_tol
    rel_tol = TOLERANCES[least] if rel_tol is None else rel_tol

    weights = TensorType(dtype if cast_to_output_type else "float64", output.type.broadcastable)(
        "weights"
    )
    cost = build.sum_(build.mul(weights, output), range(output.type.ndim))
    value = compile(inputs, output)
    cost_of = compile([weights, *inputs], cost)
    gradients_of = [
        compile([weights, *inputs], g) for g in grad(cost, inputs, disconnected_inputs="ignore")
    ]
    shape = np.shape(value(*points))
    for _ in range(n_tests):
        # Away from zero, so that no element escapes the check.
        weight = np.asarray(rng.random(shape) + 0.5, weights.type.dtype)
        numeric = numeric_grad(lambda *p, w=weight: cost_of(w, *p), points, eps, out_type or dtype)
        analytic = [np.asarray(g(weight, *points)) for g in gradients_of]
        worst = numeric.max_err(analytic, abs_tol, rel_tol)
        if not worst.within(abs_tol, rel_tol):
            raise _difference_error(worst, points, analytic, numeric.gf, abs_tol, rel_tol)


def _difference_error(
    worst: Deviation,
    points: Sequence[Array],
    analytic: Sequence[Array],
    numeric: Sequence[Array],
    abs_tol: float,
    rel_tol: float,
) -> GradientError:
    i, where = worst.argument, worst.position
    point = points[i]
    shown = np.array2string(point, threshold=20, edgeitems=3).replace("\n", "\n    ")
    return GradientError(
        "the gradient differs from finite differences.\n"
        f"  argument {i} of {len(points)}, of shape {point.shape} and dtype {point.dtype}, at\n"
        f"    {shown}\n"
        f"  worst at position {where}, where the point is {point[where]}:\n"
        f"    analytic gradient  {analytic[i][where]}\n"
        f"    numeric gradient   {numeric[i][where]}\n"
        f"    absolute error     {worst.absolute:.6g} (tolerance {abs_tol:g})\n"
        f"    relative error     {worst.relative:.6g} (tolerance {rel_tol:g})\n"
        "  If the point lies on a kink or beside a pole, move it."
    )
