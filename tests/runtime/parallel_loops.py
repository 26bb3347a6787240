"""Loops and products for the tests of threads: what ran is written down."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from tir.runtime import cpu, products, threads

# A context is: how often each iteration ran (i32*), the ranges (i64 pairs), how many there are, the iteration that
# fails, the status it fails with, and how many iterations each iteration's own loop has.
TASKS = """
%context = type { ptr, ptr, i64, i64, i32, i64 }

declare i32 @tir_parallel_for(ptr, ptr, i64, i64)

define i32 @record(ptr %context, i64 %begin, i64 %end) {
entry:
  %counts = load ptr, ptr %context
  %ranges_at = getelementptr %context, ptr %context, i64 0, i32 1
  %ranges = load ptr, ptr %ranges_at
  %number_at = getelementptr %context, ptr %context, i64 0, i32 2
  %number = atomicrmw add ptr %number_at, i64 2 monotonic
  %first_at = getelementptr i64, ptr %ranges, i64 %number
  store i64 %begin, ptr %first_at
  %second_at = getelementptr i64, ptr %first_at, i64 1
  store i64 %end, ptr %second_at
  br label %head
head:
  %i = phi i64 [ %begin, %entry ], [ %next, %body ]
  %more = icmp slt i64 %i, %end
  br i1 %more, label %body, label %done
body:
  %count_at = getelementptr i32, ptr %counts, i64 %i
  %old = atomicrmw add ptr %count_at, i32 1 monotonic
  %next = add i64 %i, 1
  br label %head
done:
  %wrong_at = getelementptr %context, ptr %context, i64 0, i32 3
  %wrong = load i64, ptr %wrong_at
  %after = icmp sge i64 %wrong, %begin
  %before = icmp slt i64 %wrong, %end
  %inside = and i1 %after, %before
  %status_at = getelementptr %context, ptr %context, i64 0, i32 4
  %status = load i32, ptr %status_at
  %result = select i1 %inside, i32 %status, i32 0
  ret i32 %result
}

define i32 @nested(ptr %context, i64 %begin, i64 %end) {
  %inner_at = getelementptr %context, ptr %context, i64 0, i32 5
  %inner = load i64, ptr %inner_at
  %status = call i32 @tir_parallel_for(ptr @record, ptr %context, i64 %inner, i64 1)
  ret i32 %status
}

define i32 @run(ptr %context, i64 %count, i64 %grain) {
  %status = call i32 @tir_parallel_for(ptr @record, ptr %context, i64 %count, i64 %grain)
  ret i32 %status
}

define i32 @run_nested(ptr %context, i64 %count, i64 %inner) {
  %inner_at = getelementptr %context, ptr %context, i64 0, i32 5
  store i64 %inner, ptr %inner_at
  %status = call i32 @tir_parallel_for(ptr @nested, ptr %context, i64 %count, i64 1)
  ret i32 %status
}
"""


class Context(ctypes.Structure):
    """What the tasks read and write."""

    _fields_ = (
        ("counts", ctypes.c_void_p),
        ("ranges", ctypes.c_void_p),
        ("number", ctypes.c_int64),
        ("wrong", ctypes.c_int64),
        ("status", ctypes.c_int32),
        ("inner", ctypes.c_int64),
    )


class Loop:
    """One run of `record` over 0 to `count`."""

    def __init__(self, count: int, wrong: int = -1, status: int = 0) -> None:
        self.counts = np.zeros(max(count, 1), np.int32)
        self._ranges = np.zeros((max(count, 1) + 1) * 2, np.int64)
        self.context = Context(
            self.counts.ctypes.data, self._ranges.ctypes.data, 0, wrong, status, 0
        )

    def run(self, count: int, grain: int, name: str = "run") -> int:
        """Runs it, or `run_nested`; the status."""
        return _function(name)(ctypes.addressof(self.context), count, grain)

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """The ranges that ran, sorted."""
        pairs = self._ranges[: self.context.number].reshape(-1, 2)
        return sorted((int(begin), int(end)) for begin, end in pairs)


_code: list[cpu.LoadedObject] = []


def _function(name: str) -> Callable[[int, int, int], int]:
    if not _code:
        threads.bind_symbols()
        _code.append(cpu.load_object(cpu.compile_to_object(TASKS), ["run", "run_nested"]))
    return _code[0].function(name, ctypes.c_int32, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)


_SHARED = """
declare void @tir_shared_gemm(
  i64, i64, i32, i32, i64, i64, i64, double, ptr, i64, i64, ptr, i64, i64,
  double, ptr, i64, i64, ptr, i64, i64)
declare void @tir_shared_gemv(
  i64, i32, i64, i64, double, ptr, i64, ptr, i64, double, ptr, i64)

declare double @tir_shared_dot(i64, i64, ptr, i64, ptr, i64)

define ptr @gemm_address() {
  ret ptr @tir_shared_gemm
}

define ptr @gemv_address() {
  ret ptr @tir_shared_gemv
}

define ptr @dot_address() {
  ret ptr @tir_shared_dot
}
"""
_POINTER, _REAL, _INT, _SIZE = ctypes.c_void_p, ctypes.c_double, ctypes.c_int32, ctypes.c_int64
_STRIDED = (_POINTER, _SIZE, _SIZE)
_GEMM = (
    *[_SIZE] * 2,
    *[_INT] * 2,
    *[_SIZE] * 3,
    _REAL,
    *_STRIDED * 2,
    _REAL,
    *_STRIDED * 2,
)
_GEMV = (_SIZE, _INT, *[_SIZE] * 2, _REAL, *[_POINTER, _SIZE] * 2, _REAL, _POINTER, _SIZE)
_DOT = (*[_SIZE] * 2, *[_POINTER, _SIZE] * 2)


@cache
def _shared(name: str, types: tuple[Any, ...], result: Any = None) -> Callable[..., Any]:
    """A function of the run time, called as compiled code does."""
    threads.bind_symbols()
    products.bind_symbols()
    loaded = cpu.load_object(cpu.compile_to_object(_SHARED), [name])
    return ctypes.CFUNCTYPE(result, *types)(loaded.function(name, ctypes.c_void_p)())


def _layout(matrix: np.ndarray) -> tuple[int, int]:
    """What BLAS calls the order of a matrix whose rows or columns are contiguous, and its leading stride."""
    (rows, columns), (row, column) = matrix.shape, (n // matrix.itemsize for n in matrix.strides)
    by_rows = column == 1 or columns <= 1
    return (111, max(row, columns, 1)) if by_rows else (112, max(column, rows, 1))


def gemm(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The product of matrices, or of batches of them that are contiguous; of one matrix b with all of a."""
    c = np.full((*a.shape[:-1], b.shape[-1]), np.nan, a.dtype)
    return _multiply_into(c, a, b, 1.0, c, 0.0)


def gemm_onto(old: np.ndarray, a: np.ndarray, b: np.ndarray, alpha: float) -> np.ndarray:
    """`alpha * (a @ b) + old` for matrices; `old` has any strides."""
    c = np.full(old.shape, np.nan, a.dtype)
    return _multiply_into(c, a, b, alpha, old, 1.0)


def _multiply_into(
    c: np.ndarray, a: np.ndarray, b: np.ndarray, alpha: float, old: np.ndarray, beta: float
) -> np.ndarray:
    left, right, out = (x if x.ndim == 3 else x[np.newaxis] for x in (a, b, c))
    (count, m, n), k, size = out.shape, a.shape[-1], a.itemsize
    (a_layout, lda), (b_layout, ldb) = (
        _layout(x[0]) if len(x) else (111, x.shape[2]) for x in (left, right)
    )
    b_batch = 0 if len(right) == 1 else k * n
    factors = (a.ctypes.data, lda, m * k, b.ctypes.data, ldb, b_batch)
    added = (old.ctypes.data, *(stride // size for stride in old.strides[-2:]))
    result = (c.ctypes.data, max(n, 1), m * n)
    arguments = (size, count, a_layout, b_layout, m, n, k, alpha, *factors, beta, *added, *result)
    _shared("gemm_address", _GEMM)(*arguments)
    return c


def _vector(x: np.ndarray) -> tuple[int, int]:
    """The lowest address, and the stride in elements."""
    lowest = x if x.strides[0] > 0 else x[::-1]
    return lowest.ctypes.data, x.strides[0] // x.itemsize


def gemv(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The product of a matrix and a vector of any stride."""
    return gemv_onto(np.full(a.shape[0], np.nan, a.dtype), a, x, 1.0, 0.0)


def gemv_onto(y: np.ndarray, a: np.ndarray, x: np.ndarray, alpha: float, beta: float) -> np.ndarray:
    """`y = alpha * (a @ x) + beta * y`, which is returned."""
    layout, lda = _layout(a)
    factors = (a.ctypes.data, lda, *_vector(x))
    arguments = (a.itemsize, layout, *a.shape, alpha, *factors, beta, *_vector(y))
    _shared("gemv_address", _GEMV)(*arguments)
    return y


def dot(x: np.ndarray, y: np.ndarray) -> float:
    """The product of two vectors of any stride."""
    function = _shared("dot_address", _DOT, ctypes.c_double)
    return function(x.itemsize, len(x), *_vector(x), *_vector(y))


def check_product(seed: int, size: int = 300) -> None:
    """Compares a product with NumPy's."""
    a, b = np.random.default_rng(seed).random((2, size, size))
    np.testing.assert_allclose(gemm(a, b), a @ b, rtol=1e-12)


def everything() -> int:
    """Checks a product and a loop; how many ranges that had."""
    check_product(1)
    loop = Loop(10_000)
    assert loop.run(10_000, 64) == 0
    assert (loop.counts == 1).all()
    return len(loop.ranges)
