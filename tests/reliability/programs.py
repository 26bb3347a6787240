"""Programs that go all ways through the compiler: their inputs, of any size, and what they compute.

Each is a function of symbolic inputs; what it computes is compared with the interpreter's word for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import tir
from tir import tensor as T
from tir.frontend.compiled_function import Function
from tir.graph.tensor_type import TensorType

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]

VECTORS: tuple[Shape, ...] = ((0,), (1,), (3,), (17,), (64,), (1000,), (4097,))
MATRICES: tuple[Shape, ...] = (
    (0, 3),
    (3, 0),
    (1, 1),
    (1, 17),
    (17, 1),
    (3, 5),
    (33, 65),
    (64, 32),
    (257, 31),
    (9, 1025),
)
TENSORS: tuple[Shape, ...] = ((2, 0, 3), (1, 1, 1), (3, 5, 7), (4, 33, 17), (2, 1, 129))


@dataclass(frozen=True)
class Made:
    """A function, and the shared variable that stands for its first input and that it updates, if it does."""

    function: Function
    state: Any


@dataclass(frozen=True)
class Program:
    """`build` takes variables and gives outputs; `inputs` gives arrays, for a shape and a dtype, to call it with.

    `updates`, where given, is the new value of a shared variable that stands for the first input.
    """

    name: str
    build: Callable[..., Sequence[Any]]
    shapes: tuple[Shape, ...]
    inputs: Callable[[Shape], Sequence[Shape | str]]
    dtypes: tuple[str, ...] = ("float64", "float32")
    rtol: float = 1e-11
    positive_rows: bool = False
    updates: Callable[..., Any] | None = None

    def arrays(self, shape: Shape, dtype: str) -> list[Array]:
        """Arrays for a shape: numbers around 0, and indices where `inputs` says so."""
        rng = np.random.default_rng(sum(shape) + len(shape))
        found: list[Array] = []
        for size in self.inputs(shape):
            if isinstance(size, str):
                found.append(rng.integers(-shape[0], shape[0], int(size) if shape[0] else 0))
            elif dtype.startswith("float"):
                found.append(rng.normal(size=size).astype(dtype))
            else:
                found.append(rng.integers(0, 100, size).astype(dtype))
        return found

    def make(self, dtype: str, mode: str | tir.Mode) -> Made:
        """The function for a dtype, and the shared variable that it updates, if it does."""
        example = self.arrays(self.shapes[-1], dtype)
        variables = [
            TensorType(a.dtype, (False,) * a.ndim).make_variable(f"x{i}")
            for i, a in enumerate(example)
        ]
        if self.updates is None:
            outputs = list(self.build(*variables))
            return Made(tir.function(variables, outputs, mode=mode, name=self.name), None)
        state = tir.shared(example[0], name="state")
        given = variables[1:]
        outputs = list(self.build(state, *given))
        updates = [(state, self.updates(state, *given))]
        function = tir.function(given, outputs, updates=updates, mode=mode, name=self.name)
        return Made(function, state)

    def accepts(self, shape: Shape) -> bool:
        """Whether the program is defined for a shape."""
        return not self.positive_rows or 0 not in shape


def _same(count: int) -> Callable[[Shape], Sequence[Shape]]:
    return lambda shape: [shape] * count


def _chain(x: Any, y: Any) -> list[Any]:
    a = x * y + 1
    return [a, T.maximum(a, x) - y, T.switch(T.gt(x, y), a, -y)]


def _functions(x: Any) -> list[Any]:
    return [
        T.exp(x) + T.log1p(abs(x)),
        T.tanh(x) * T.nnet.sigmoid(x),
        T.sin(x) + T.cos(x * 3),
        T.erf(x),
        T.sqrt(abs(x)) ** 3,
    ]


def _more_functions(x: Any, y: Any) -> list[Any]:
    positive = abs(x) + 0.5
    return [
        T.pow(positive, y),
        T.arctan2(x, y),
        T.tan(x) + T.arcsin(T.clip(y, -1, 1)),
        T.cbrt(x) + T.exp2(y) + T.log10(positive),
        T.floor(x) + T.ceil(y),
        T.nnet.softplus(x * 20),
    ]


def _integers(x: Any, y: Any) -> list[Any]:
    return [x + y, x * y, x // (y + 1), x % (y + 1), T.cast(x, "float64") / 3, T.maximum(x, y)]


def _casts(x: Any) -> list[Any]:
    return [T.cast(x, name) for name in ("int8", "float32", "bool", "int64", "float64", "uint16")]


def _whole(x: Any) -> list[Any]:
    return [T.sum(x), T.sum(x * x), T.prod(T.clip(x, 0.9, 1.1)), T.any(T.gt(x, 1)), T.mean(x)]


def _extrema(x: Any) -> list[Any]:
    return [T.max(x), T.min(x), T.argmax(x, axis=0), T.max(abs(x)) - x]


def _columns(x: Any) -> list[Any]:
    return [T.sum(x, axis=0), T.sum(x * x, axis=0), T.any(T.gt(x, 0), axis=0), x + T.sum(x, axis=0)]


def _column_extrema(x: Any) -> list[Any]:
    return [T.max(x, axis=0), T.min(x, axis=0), T.argmax(x, axis=0), T.var(x, axis=0)]


def _centred(x: Any) -> list[Any]:
    return [f(x, axis) for axis in (None, 0) for f in (T.mean, T.var, _log_sum_exp)]


def _log_sum_exp(x: Any, axis: int | None) -> Any:
    return T.log(T.sum(T.exp(x), axis=axis))


def _rows(x: Any) -> list[Any]:
    return [T.sum(x, axis=1), T.sum(x * x, axis=1), T.all(T.gt(x, 0), axis=1), T.sum(T.exp(x), 1)]


def _row_extrema(x: Any) -> list[Any]:
    return [T.max(x, axis=1), T.min(x, axis=1), T.argmax(x, axis=1), T.var(x, axis=1)]


def _normalized(x: Any) -> list[Any]:
    centred = x - T.mean(x, axis=1, keepdims=True)
    spread = T.sqrt(T.var(x, axis=1, keepdims=True) + np.float32(1e-5))
    return [T.nnet.softmax(x), T.nnet.logsoftmax(x), centred / spread]


def _cross_entropy(x: Any, labels: Any) -> list[Any]:
    cost = -T.mean(T.log(T.nnet.softmax(x))[T.arange(x.shape[0]), labels % x.shape[1]])
    return [cost, T.grad(cost, x)]


def _transposed(x: Any, y: Any) -> list[Any]:
    return [x.T, x.T + y.T * 2, T.exp(x.T), (x.T + y.reshape(x.T.shape)), T.sum(x.T, axis=0)]


def _broadcast(x: Any, row: Any, column: Any) -> list[Any]:
    return [
        x + row,
        x * column.dimshuffle(0, "x"),
        column.dimshuffle(0, "x") * row.dimshuffle("x", 0),
        T.sum(x * row, axis=1) + column,
        T.sum(x * column.dimshuffle(0, "x"), axis=0) + row,
        (x + row).T,
    ]


def _permuted(x: Any) -> list[Any]:
    return [
        x.dimshuffle(2, 1, 0),
        x.dimshuffle(1, 0, 2) * 2,
        x.dimshuffle(0, 2, 1) + 1,
        T.sum(x, axis=1),
        T.sum(x, axis=(0, 2)),
        T.sum(x, axis=2),
        T.sum(x.dimshuffle(2, 0, 1), axis=2),
    ]


def _permuted_extrema(x: Any, y: Any) -> list[Any]:
    return [
        T.max(x.dimshuffle(2, "x", 1, 0) + y.dimshuffle(2, "x", 1, 0), axis=(2, 3)),
        T.max(x, axis=(0, 1)),
        T.argmax(x, axis=1),
        T.min(x, axis=(1, 2)),
    ]


def _slices(x: Any) -> list[Any]:
    return [
        x[::-1],
        x[1:] - x[:-1],
        x[::2] * 2,
        x[-3:],
        T.sum(x[1::3]),
        T.set_subtensor(x[2:5], 7),
        T.inc_subtensor(x[::-2], 1),
        T.exp(x[1:]),
    ]


def _matrix_slices(x: Any) -> list[Any]:
    return [
        x[:, ::-1],
        x[1:, 1:] + x[:-1, :-1],
        x[:, :1],
        T.sum(x[:, 1:], axis=0),
        T.sum(x[:, 1:], axis=1),
        T.sum(x[1:, :-1]),
        T.set_subtensor(x[:, 1::2], 3),
        T.inc_subtensor(x[1:], x[:-1]),
        x[:, 1:].T + 1,
    ]


def _gathers(x: Any, i: Any) -> list[Any]:
    return [x[i], x[i] * 2 + 1, T.sum(x[i], axis=0), T.inc_subtensor(x[i], 1), T.exp(x)[i]]


def _vector_gathers(x: Any, i: Any) -> list[Any]:
    return [x[i], T.sum(x[i]), T.set_subtensor(x[i], 0), T.inc_subtensor(x[i], x[i])]


def _products(x: Any, y: Any) -> list[Any]:
    return [
        T.dot(x, y.T),
        T.dot(x.T, y),
        2 * T.dot(x.T, y) + T.dot(y.T, x),
        T.dot(x, y[0]) + 1,
        T.dot(y[0], x.T),
        T.tanh(T.dot(x, y.T) + 1),
        T.dot(x[:, ::-1], y.T),
        T.dot(x[::2], y[1:].T),
    ]


def _narrow_products(x: Any, y: Any, z: Any) -> list[Any]:
    return [T.dot(x, y), T.dot(x.T, z), y[:, :7] - 0.5 * T.dot(x.T, z[:, :7])]


def _vector_products(x: Any, y: Any) -> list[Any]:
    return [T.dot(x, y), T.dot(x[::-1], y), T.dot(x[::2], y[::2]), T.outer(x[:40], y[:40])]


def _batched_products(x: Any, y: Any) -> list[Any]:
    t = y.dimshuffle(0, 2, 1)
    return [T.batched_dot(x, t), T.batched_dot(t, x), 3 * T.batched_dot(x, t) + T.batched_dot(y, t)]


def _logistic(x: Any, w: Any) -> list[Any]:
    return [T.mean(T.nnet.sigmoid(T.dot(x, w)))]


def _logistic_step(x: Any, w: Any) -> Any:
    return x - T.cast(0.1, x.dtype) * T.grad(T.mean(T.nnet.sigmoid(T.dot(x, w))), x)


def _made(x: Any) -> list[Any]:
    n = x.shape[0]
    return [
        T.arange(n) * 2,
        T.alloc(x[:1].sum(), n, 3),
        T.eye(n % 50),
        T.ones_like(x),
        x.reshape((-1, 1)) + T.zeros((1, 2)),
        T.zeros((n,)),
    ]


PROGRAMS: tuple[Program, ...] = (
    Program("chain", _chain, VECTORS, _same(2)),
    Program("chain of matrices", _chain, MATRICES, _same(2)),
    Program("functions", _functions, VECTORS, _same(1)),
    Program("more functions", _more_functions, VECTORS, _same(2), rtol=1e-10),
    Program("functions of matrices", _functions, MATRICES, _same(1)),
    Program("integers", _integers, VECTORS, _same(2), ("int8", "uint8", "int32", "int64")),
    Program("casts", _casts, VECTORS, _same(1), ("int8", "int32", "uint64")),
    Program("whole", _whole, VECTORS, _same(1)),
    Program("whole of matrices", _whole, MATRICES, _same(1)),
    Program("whole of tensors", _whole, TENSORS, _same(1)),
    Program("whole of integers", lambda x: [T.sum(x), T.max(x)], VECTORS[1:], _same(1), ("int8",)),
    Program("extrema", _extrema, VECTORS, _same(1), positive_rows=True),
    Program("columns", _columns, MATRICES, _same(1)),
    Program("columns of integers", lambda x: [T.sum(x, 0)], MATRICES, _same(1), ("int8", "int32")),
    Program("column extrema", _column_extrema, MATRICES, _same(1), positive_rows=True),
    Program("centred", _centred, MATRICES, _same(1), positive_rows=True),
    Program("rows", _rows, MATRICES, _same(1)),
    Program("row extrema", _row_extrema, MATRICES, _same(1), positive_rows=True),
    Program("normalized", _normalized, MATRICES, _same(1), positive_rows=True),
    Program(
        "cross-entropy",
        _cross_entropy,
        MATRICES,
        lambda s: [s, str(s[0])],
        positive_rows=True,
    ),
    Program("transposed", _transposed, MATRICES, _same(2)),
    Program("broadcast", _broadcast, MATRICES, lambda s: [s, s[1:], s[:1]]),
    Program("permuted", _permuted, TENSORS, _same(1)),
    Program("permuted extrema", _permuted_extrema, TENSORS, _same(2), positive_rows=True),
    Program("slices", _slices, VECTORS, _same(1), ("float64", "float32", "int8")),
    Program("slices of matrices", _matrix_slices, MATRICES, _same(1), ("float64", "int16")),
    Program("gathers", _gathers, MATRICES, lambda s: [s, "7"]),
    Program("gathers of vectors", _vector_gathers, VECTORS, lambda s: [s, "70"]),
    Program("products", _products, MATRICES, _same(2), positive_rows=True, rtol=1e-10),
    Program(
        "narrow products",
        _narrow_products,
        ((131, 129), (180, 611)),
        lambda s: [s, (s[1], 10), (s[0], 10)],
        rtol=1e-10,
    ),
    Program("products of vectors", _vector_products, VECTORS, _same(2)),
    Program("batched products", _batched_products, TENSORS, _same(2)),
    Program("made", _made, VECTORS, _same(1)),
    Program(
        "update",
        lambda s, x: [s * x],
        MATRICES,
        _same(2),
        updates=lambda s, x: s - 0.5 * x,
    ),
    Program(
        "update of rows",
        lambda s, i: [s[i]],
        MATRICES,
        lambda s: [s, "7"],
        updates=lambda s, i: T.inc_subtensor(s[i], 1),
    ),
    Program(
        "step",
        _logistic,
        MATRICES,
        lambda s: [s, (s[1], 5)],
        updates=_logistic_step,
        positive_rows=True,
    ),
)


def layouts(arrays: Sequence[Array]) -> dict[str, list[Array]]:
    """The same values as memory may have them; each array begins, or ends, where a block of memory does."""
    return {
        "contiguous": [np.array(a) for a in arrays],
        "Fortran": [np.array(a, order="F") for a in arrays],
        "strided": [_strided(a) for a in arrays],
        "reversed": [_reversed(a) for a in arrays],
        "part of rows": [_part(a, 1, 0) for a in arrays],
        "other part of rows": [_part(a, 0, 3) for a in arrays],
    }


def _strided(array: Array) -> Array:
    steps = (slice(None, None, 2),) * array.ndim
    wide = np.empty([max(2 * n - 1, 0) for n in array.shape], array.dtype)
    wide[steps] = array
    return wide[steps]


def _reversed(array: Array) -> Array:
    steps = (slice(None, None, -1),) * array.ndim
    return np.array(array[steps], order="C")[steps]


def _part(array: Array, before: int, after: int) -> Array:
    if not array.ndim:
        return array
    wide = np.empty((*array.shape[:-1], array.shape[-1] + before + after), array.dtype)
    part = wide[..., before : before + array.shape[-1]]
    part[...] = array
    return part


def call(made: Made, arrays: Sequence[Array]) -> list[Array]:
    """The results for these arrays, then the new value of the shared variable, if there is one."""
    with np.errstate(all="ignore"):
        if made.state is None:
            return made.function(*arrays)
        made.state.set_value(arrays[0])
        return [*made.function(*arrays[1:]), made.state.get_value(borrow=True)]


def compare(found: Sequence[Array], expected: Sequence[Array], rtol: float, what: str) -> None:
    """Assert that results are the interpreter's: to rounding, and exactly where they are no floats."""
    assert len(found) == len(expected), what
    for number, (value, reference) in enumerate(zip(found, expected, strict=True)):
        where = f"{what}, output {number}"
        assert value.dtype == reference.dtype, where
        assert value.shape == reference.shape, where
        if value.dtype.kind != "f":
            np.testing.assert_array_equal(value, reference, where)
            continue
        relative = rtol if value.dtype == "float64" else 3e-5
        absolute = relative * float(np.abs(reference[np.isfinite(reference)]).max(initial=1))
        # NumPy's report of what differs takes long to find that nothing does.
        if not np.allclose(value, reference, relative, absolute, equal_nan=True):
            np.testing.assert_allclose(value, reference, relative, absolute, err_msg=where)
