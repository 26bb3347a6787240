"""`verify_grad`: is a gradient right?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tir.autodiff.numeric import check_gradient
from tir.frontend.function import function
from tir.graph.variable import Variable


def verify_grad(
    fun: Callable[..., Any],
    pt: Sequence[Any],
    n_tests: int = 2,
    rng: Any = None,
    eps: float | None = None,
    out_type: str | None = None,
    abs_tol: float | None = None,
    rel_tol: float | None = None,
    mode: Any = None,
    cast_to_output_type: bool = False,
) -> None:
    """Compare the gradient of `fun` at a point with finite differences; `GradientError` if they differ.

    - `fun`: takes variables and gives an expression of any shape, which is reduced to a scalar by random weights.
    - `pt`: a list of float arrays, one for each argument. Dimensions of size 1 are broadcastable.
    - `n_tests`: how often new weights are drawn, by `rng`, a NumPy generator (default: one with a fixed seed).
    - `eps`: the step of the differences; `abs_tol`, `rel_tol`: the errors let pass. An element is right if either of its
      errors is within. By default they follow the least precise dtype of the points, of the output and of `out_type`.
    - `mode`: how the functions are compiled.
    - `cast_to_output_type`: draw the weights in the dtype of the output, not in float64.

    >>> import numpy as np
    >>> from tir.graph.build import sqr
    >>> verify_grad(sqr, [np.array([0.5, 1.5])], mode="FAST_COMPILE")
    """

    def compiled(inputs: list[Variable], output: Variable) -> Callable[..., Any]:
        return function(inputs, output, mode=mode, on_unused_input="ignore")

    check_gradient(
        fun,
        pt,
        compiled,
        n_tests=n_tests,
        rng=rng,
        eps=eps,
        out_type=out_type,
        abs_tol=abs_tol,
        rel_tol=rel_tol,
        cast_to_output_type=cast_to_output_type,
    )
