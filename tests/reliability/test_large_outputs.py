"""Outputs that are written past the cache, at the size from which they really are, one row of memory more or less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import tir
from tests.reliability.configurations import call_with_threads
from tir import tensor as T
from tir.support.cost_model import STREAMING_BYTES

LARGE = STREAMING_BYTES // 8 + 4099
"""Elements of float64, a little more than what is streamed; a prime remainder, so that no block is full at the end."""


@dataclass(frozen=True)
class Program:
    """A function of arrays of these shapes, in tir and in NumPy."""

    name: str
    shapes: tuple[tuple[int, ...], ...]
    symbolic: Callable[..., Any]
    numeric: Callable[..., Any]
    dtype: str = "float64"
    rtol: float = 0


def _softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


ROWS = (1031, LARGE // 1031 + 1)
PROGRAMS = (
    Program("linear", ((LARGE,),), lambda x: x * 2 + 1, lambda x: x * 2 + 1),
    Program("float32", ((2 * LARGE + 1,),), lambda x: x * x, lambda x: x * x, "float32"),
    Program("bytes", ((8 * LARGE + 5,),), lambda x: x + x, lambda x: x + x, "int8"),
    Program(
        "two outputs",
        ((LARGE,), (LARGE,)),
        lambda x, y: [x + y, (x + y) * x],
        lambda x, y: [x + y, (x + y) * x],
    ),
    Program("tanh", ((LARGE,),), T.tanh, np.tanh, rtol=1e-15),
    Program(
        "rows and columns",
        (ROWS, ROWS[1:], ROWS[:1]),
        lambda x, y, z: x + y - z.dimshuffle(0, "x"),
        lambda x, y, z: x + y - z[:, None],
    ),
    Program(
        "transposed",
        (ROWS, ROWS[::-1]),
        lambda x, y: x + 2 * y.T,
        lambda x, y: x + 2 * y.T,
    ),
    Program("reversed rows", (ROWS,), lambda x: x[:, ::-1] + 1, lambda x: x[:, ::-1] + 1),
    Program("one column", ((LARGE, 1),), lambda x: x * 3, lambda x: x * 3),
    Program("softmax", (ROWS,), T.nnet.softmax, _softmax, rtol=1e-13),
    Program(
        "outer",
        ((ROWS[0],), (ROWS[1],)),
        lambda x, y: T.exp(x).dimshuffle(0, "x") * y,
        lambda x, y: np.exp(x)[:, None] * y,
        rtol=1e-15,
    ),
    Program("copy", ((LARGE,),), T.tensor_copy, np.array),
)


def _arrays(program: Program) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    arrays = [rng.uniform(-3, 3, shape) for shape in program.shapes]
    return [(np.round(a) if program.dtype == "int8" else a).astype(program.dtype) for a in arrays]


def _function(program: Program) -> Any:
    variables = [
        T.TensorType(program.dtype, (False,) * len(shape)).make_variable()
        for shape in program.shapes
    ]
    return tir.function(variables, program.symbolic(*variables))


def _as_list(results: Any) -> list[Any]:
    return results if isinstance(results, list) else [results]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.name)
def test_values(program: Program) -> None:
    arrays = _arrays(program)
    function = _function(program)
    expected = _as_list(program.numeric(*arrays))
    for threads, results in call_with_threads(function, *arrays):
        for found, reference in zip(_as_list(results), expected, strict=True):
            assert reference.nbytes > STREAMING_BYTES
            what = f"{threads} threads"
            np.testing.assert_allclose(found, reference, program.rtol, err_msg=what)


def test_the_programs_stream() -> None:
    streamed = {p.name for p in PROGRAMS if "rt.stream_copy" in _function(p).ir("loops")}
    assert {"linear", "float32", "two outputs", "tanh", "one column"} <= streamed
