"""Every operation of the table, interpreted and compiled, against NumPy and SciPy."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import tir
from tests.op_table import ROWS, Case, Failure, Row
from tests.op_table.row import assert_matches
from tests.reliability.configurations import LEVELS, call_with_threads, compiled_at
from tests.reliability.guarded_run import EXPLORE
from tir.graph import build
from tir.graph.tensor_type import TensorType
from tir.support.dtypes import ALL_DTYPES

MODES = ("FAST_COMPILE", "FAST_RUN")
BY_NAME = {row.name: row for row in ROWS}
CHUNK = 24
"""Cases compiled into one function: each compilation has a cost of its own."""


@functools.cache
def cases(name: str) -> tuple[Case, ...]:
    """The forward cases of an operation."""
    return tuple(BY_NAME[name].cases())


def make_function(chunk: tuple[Case, ...], mode: str) -> Any:
    """One function of all cases."""
    inputs, outputs = [], []
    for case in chunk:
        variables = case.variables()
        inputs += variables
        outputs.append(case.build(*variables))
    return tir.function(inputs, outputs, mode=mode, on_unused_input="ignore")


def values(chunk: tuple[Case, ...]) -> list[Any]:
    """The arguments of that function."""
    return [array for case in chunk for array in case.arrays]


def run(chunk: tuple[Case, ...], mode: str) -> list[Any]:
    """The results of the cases, computed by one function."""
    return make_function(chunk, mode)(*values(chunk))


def check(chunk: tuple[Case, ...], results: list[Any], name: str) -> None:
    """Compare each result with its oracle's, and report all that differ."""
    wrong = []
    for case, result in zip(chunk, results, strict=True):
        expected = case.expected()
        try:
            what = f"{name} ({case.label})"
            assert_matches(result, expected, case.ulps, what, expected.dtype.name)
        except AssertionError as error:
            wrong.append(str(error))
    assert not wrong, "\n".join(wrong)


def chunks(name: str) -> list[tuple[Case, ...]]:
    """The cases in groups that are compiled together."""
    found = cases(name)
    return [found[i : i + CHUNK] for i in range(0, len(found), CHUNK)]


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("mode", MODES)
def test_forward(name: str, mode: str) -> None:
    for chunk in chunks(name):
        check(chunk, run(chunk, mode), name)


SAMPLE = 6
"""Cases of an operation that are tried at a level."""
LEVEL_OF = [
    pytest.param(name, level, id=f"{name}-{level}")
    for level in LEVELS
    for number, name in enumerate(BY_NAME)
    if EXPLORE or LEVELS[number % len(LEVELS)] == level
]


def sample(name: str, level: int) -> tuple[Case, ...]:
    """Some cases of an operation from all over the list, others at each level."""
    found = cases(name)
    return found[level % len(found) :: max(len(found) // SAMPLE, 1)][:SAMPLE]


@pytest.mark.parametrize(("name", "level"), LEVEL_OF)
def test_levels_and_threads(name: str, level: int) -> None:
    """A few cases of each operation at one level of LLVM; all of them at all levels with `TIR_EXPLORE=1`."""
    for chunk in chunks(name) if EXPLORE else [sample(name, level)]:
        with compiled_at(level):
            function = make_function(chunk, "FAST_RUN")
        for threads, results in call_with_threads(function, *values(chunk)):
            check(chunk, results, f"{name}, level {level}, {threads} threads")


FAILURES = [(row, failure) for row in ROWS for failure in row.failures]


@pytest.mark.parametrize(
    ("row", "failure"), FAILURES, ids=[f"{r.name}: {f.label}" for r, f in FAILURES]
)
@pytest.mark.parametrize("mode", MODES)
def test_failure(row: Row, failure: Failure, mode: str | tir.Mode) -> None:
    variables = failure.variables()
    if failure.may_be_hidden and mode == "FAST_RUN":
        mode = tir.Mode(optimizer=None)
    function = tir.function(variables, failure.build(*variables), mode=mode)
    with pytest.raises(failure.error, match=failure.match):
        function(*failure.arrays)


def layouts(array: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
    """The same values laid out in memory in other ways."""
    wide = np.zeros([2 * n + 1 for n in array.shape], array.dtype)
    strided = wide[tuple(slice(0, 2 * n, 2) for n in array.shape)]
    strided[...] = array
    reverse = (slice(None, None, -1),) * array.ndim
    reversed_ = np.ascontiguousarray(array[reverse])[reverse]
    raw = np.zeros(array.nbytes + 1, "uint8")
    unaligned = raw[1:].view(array.dtype).reshape(array.shape)
    unaligned[...] = array
    read_only = array.copy()
    read_only.flags.writeable = False
    swapped = array.astype(array.dtype.newbyteorder())
    return {
        "Fortran": np.asfortranarray(array),
        "strided": strided,
        "reversed": reversed_,
        "unaligned": unaligned,
        "read-only": read_only,
        "broadcast": np.broadcast_to(array[:1], array.shape),
        "other byte order": swapped,
    }


@functools.cache
def layout_function(mode: str, dtype: str) -> Any:
    """One function of several kinds of operations on a matrix, a row and a vector."""
    inputs = x, y = _layout_inputs(dtype)
    outputs = [
        build.add(build.mul(x, x), y),
        build.exp(x),
        build.sum_(x, (0,)),
        build.sum_(x, (1,)),
        build.max_(x, (0, 1)),
        build.dot(x, y),
        build.dot(x, build.dimshuffle(x, (1, 0))),
        build.softmax(x, 1),
        build.dimshuffle(x, (1, 0)),
        build.subtensor(x, ("::v", "v:v:"), (np.int64(-1), np.int64(1), np.int64(4))),
        build.advanced_subtensor(x, np.array([2, 0])),
        build.reshape(x, [np.int64(-1)]),
        x,
    ]
    return tir.function(inputs, outputs, mode=mode)


def _layout_inputs(dtype: str) -> list[Any]:
    return [TensorType(dtype, (False,) * n).make_variable(name) for name, n in (("x", 2), ("y", 1))]


def _layout_expected(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> list[Any]:
    e = np.exp(x - x.max(1, keepdims=True))
    return [
        x * x + y,
        np.exp(x),
        x.sum(0),
        x.sum(1),
        x.max((0, 1)),
        x @ y,
        x @ x.T,
        e / e.sum(1, keepdims=True),
        x.T,
        x[::-1, 1:4],
        x[[2, 0]],
        x.reshape(-1),
        x,
    ]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("mode", MODES)
def test_memory_layouts(mode: str, dtype: str) -> None:
    function = layout_function(mode, dtype)
    rng = np.random.default_rng(5)
    x, y = rng.uniform(0.5, 1.5, (6, 7)).astype(dtype), rng.uniform(size=7).astype(dtype)
    xs, ys = layouts(x), layouts(y)
    for name in xs:
        before = xs[name].copy()
        results = function(xs[name], ys[name])
        np.testing.assert_array_equal(xs[name], before, err_msg=f"{name}: the input has changed")
        for i, (result, expected) in enumerate(
            zip(
                results,
                _layout_expected(np.array(xs[name], dtype), np.array(ys[name], dtype)),
                strict=True,
            )
        ):
            assert_matches(result, np.asarray(expected), 32, f"output {i}, {name}", dtype)


@pytest.mark.parametrize("mode", MODES)
def test_results_do_not_share_memory_with_inputs(mode: str) -> None:
    function = layout_function(mode, "float64")
    x, y = np.ones((6, 7)), np.ones(7)
    for result in function(x, y):
        assert not np.shares_memory(result, x)
        assert not np.shares_memory(result, y)


def test_the_table_can_fail() -> None:
    right = Case("", build.exp, (np.array([1.0, 2.0]),), np.exp)
    wrong = Case("", build.exp, (np.array([1.0, 2.0]),), lambda x: np.exp(x) * (1 + 1e-14))
    chunk = (right, wrong)
    with pytest.raises(AssertionError, match="ulp at"):
        check(chunk, run(chunk, "FAST_COMPILE"), "exp")


def test_every_dtype_is_tried() -> None:
    tried = {a.dtype.name for row in ROWS for case in cases(row.name) for a in case.arrays}
    assert tried == set(ALL_DTYPES)
