"""Kernels of the GPU, emulated on the CPU, against NumPy; and what cannot run there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import scipy.special

from tests.lowering.gpu_emulation import emulate, gpu_module
from tests.op_table import Case, elementwise
from tests.op_table.row import assert_matches
from tir import tensor as T
from tir.graph.tensor_type import TensorType
from tir.support.errors import UnsupportedError

ROWS = {row.name: row for row in elementwise.ROWS}
CHUNK = 12
"""Cases compiled into one function."""

GRIDS = (None, (2, 3), (1, 1))
"""What the host asks for; a few threads that take several elements each; one that does it all."""

RNG = np.random.default_rng(8)
MATRIX = RNG.normal(size=(5, 7))
CUBE = RNG.normal(size=(3, 4, 5)).astype("float32")


@dataclass(frozen=True)
class Program:
    """An expression, NumPy's word for it, and values; sizes of 1 broadcast."""

    name: str
    build: Callable[..., Any]
    oracle: Callable[..., Any]
    arrays: tuple[np.ndarray, ...]

    def __str__(self) -> str:
        return self.name


PROGRAMS = (
    Program("rank 0", lambda x: 2 * T.exp(x), lambda x: 2 * np.exp(x), (np.array(0.5),)),
    Program("vector", lambda x: T.tanh(x) + x, lambda x: np.tanh(x) + x, (np.arange(-3.0, 600),)),
    Program("strided vector", lambda x: x * x, lambda x: x * x, (np.arange(100.0)[90:3:-4],)),
    Program(
        "neighbours",
        lambda x, y: [x * x + 1, T.gt(x, 0) & T.gt(x, y), T.exp(x)],
        lambda x, y: [x * x + 1, (x > 0) & (x > y), np.exp(x)],
        (RNG.normal(size=613).astype("float32"), RNG.normal(size=613).astype("float32")),
    ),
    Program("bytes", lambda x: x + x, lambda x: x + x, (np.arange(613).astype("int8"),)),
    Program("fewer bytes than a group", lambda x: x + x, lambda x: x + x, (np.ones(3, "int8"),)),
    Program("empty", lambda x: x + 1, lambda x: x + 1, (np.zeros((0, 4)),)),
    Program("transposed", lambda x: x.T - 1, lambda x: x.T - 1, (MATRIX,)),
    Program("strided matrix", abs, abs, (MATRIX[::-2, 1::3],)),
    Program(
        "broadcast",
        lambda x, r, c, v: x * r + c - v,
        lambda x, r, c, v: x * r + c - v,
        (MATRIX, MATRIX[:1], MATRIX[:, 2:3], MATRIX[1]),
    ),
    Program(
        "cube",
        lambda x, y: x.dimshuffle(2, 0, 1) * y + 1,
        lambda x, y: x.transpose(2, 0, 1) * y + 1,
        (CUBE, CUBE[0, :, 0]),
    ),
    Program(
        "several outputs",
        lambda x, y: [x + y, x * y, T.gt(x, y)],
        lambda x, y: [x + y, x * y, x > y],
        (MATRIX, MATRIX[::-1]),
    ),
    Program(
        "special functions",
        lambda x: [
            T.gammaln(x),
            T.psi(x),
            T.erfinv(x / 8),
            T.j0(x),
            T.gammainc(x, 2.0),
            T.jv(x, 30.0),
        ],
        lambda x: [
            *(f(x) for f in (scipy.special.gammaln, scipy.special.psi)),
            *(scipy.special.erfinv(x / 8), scipy.special.j0(x)),
            *(scipy.special.gammainc(x, 2.0), scipy.special.jv(x, 30.0)),
        ],
        (np.linspace(0.3, 7.9, 20),),
    ),
    Program("no input", T.ones_like, np.ones_like, (MATRIX,)),
    Program(
        "positions",
        lambda x: T.arange(x.shape[0]) + x,
        lambda x: np.arange(x.shape[0]) + x,
        (np.arange(10),),
    ),
)


def variables(arrays: tuple[np.ndarray, ...]) -> list[Any]:
    """Variables for the arrays, broadcastable where a size is 1."""
    return [
        TensorType(a.dtype, tuple(n == 1 for n in a.shape)).make_variable(name)
        for a, name in zip(arrays, "xyzw", strict=False)
    ]


def as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_emulated(program: Program) -> None:
    inputs = variables(program.arrays)
    outputs = as_list(program.build(*inputs))
    module = gpu_module(inputs, outputs)
    for grid in GRIDS:
        # Kernels read contiguous arguments, which the caller sees to.
        arrays = [np.asarray(a, order="C") for a in program.arrays]
        results = emulate(module, arrays, len(outputs), grid)
        for result, expected in zip(results, as_list(program.oracle(*program.arrays)), strict=True):
            np.testing.assert_allclose(result, expected, rtol=1e-6, err_msg=f"grid {grid}")


def test_gather() -> None:
    x, i = variables((MATRIX, np.arange(3)))
    module = gpu_module([x, i], [x[i] + 1], checks=False)
    positions = np.array([4, -1, 0])
    for grid in GRIDS:
        (result,) = emulate(module, (MATRIX, positions), 1, grid)
        np.testing.assert_array_equal(result, MATRIX[positions] + 1)


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda x: x.sum(), "reductions"),
        (lambda x: T.dot(x, x), "library calls"),
        (lambda x: T.set_subtensor(x[T.arange(2)], 0.0), "(scatters|reductions)"),
    ],
)
def test_unsupported(build: Callable[[Any], Any], what: str) -> None:
    x = T.dmatrix("x")
    with pytest.raises(UnsupportedError, match=f"{what} do not run on the GPU yet.*test_kernels"):
        gpu_module([x], [build(x)])


@pytest.mark.parametrize("name", ROWS)
def test_elementwise_operations(name: str) -> None:
    cases = ROWS[name].cases()
    # The time to compile a function grows faster than the function.
    for start in range(0, len(cases), CHUNK):
        check_emulated(name, cases[start : start + CHUNK])


def check_emulated(name: str, cases: Sequence[Case]) -> None:
    """Compare cases, computed by one emulated program, with their oracles."""
    inputs, outputs, arrays = [], [], []
    for case in cases:
        of_case = case.variables()
        inputs += of_case
        arrays += case.arrays
        outputs.append(case.build(*of_case))
    module = gpu_module(inputs, outputs, checks=False)
    results = emulate(module, arrays, len(outputs), (2, 3))
    for case, result in zip(cases, results, strict=True):
        expected = case.expected()
        assert_matches(result, expected, case.ulps, f"{name} ({case.label})", expected.dtype.name)
