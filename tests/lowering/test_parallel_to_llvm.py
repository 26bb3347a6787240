"""rt.parallel to machine code: loops that threads share compute what NumPy does, and fail as others do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.lowering.native_module import NativeModule
from tir.config import config
from tir.lowering.to_llvm.emitter import OUT_OF_MEMORY

VECTOR = "memref<?xf64, strided<[?], offset: ?>>"
MATRIX = "memref<?x?xf64, strided<[?, ?], offset: ?>>"


@pytest.fixture(params=[1, 2, 5])
def thread_count(request: pytest.FixtureRequest) -> Iterator[int]:
    with config.change_flags(threads=request.param):
        yield request.param


SCALE = NativeModule(
    f"""
    func.func private @kernel(%x: {VECTOR} {{llvm.noalias}}, %y: memref<?xf64> {{llvm.noalias}}, %s: f64, %grain: index) {{
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %n = memref.dim %y, %c0 : memref<?xf64>
      rt.parallel (%begin, %end) = %n grain %grain {{
        scf.for %i = %begin to %end step %c1 {{
          %v = memref.load %x[%i] : {VECTOR}
          %w = arith.mulf %v, %s : f64
          memref.store %w, %y[%i] : memref<?xf64>
        }}
      }}
      func.return
    }}
    func.func @scale(%x: {VECTOR}, %y: memref<?xf64>, %s: f64, %grain: index) {{
      func.call @kernel(%x, %y, %s, %grain) : ({VECTOR}, memref<?xf64>, f64, index) -> ()
      func.return
    }}"""
)


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 128, 1000, 100_003])
@pytest.mark.parametrize("grain", [1, 64, 1000, 1 << 20])
def test_elementwise(thread_count: int, size: int, grain: int) -> None:
    x = np.arange(2.0 * size)[::2]
    y = np.full(size, -1.0)
    SCALE("scale", x, y, 3.0, grain)
    np.testing.assert_array_equal(y, 3 * x)


def test_a_threshold_that_was_compiled_in_stays_when_the_thread_count_changes() -> None:
    x, y = np.arange(1000.0), np.empty(1000)
    for count in (5, 1, 2):
        with config.change_flags(threads=count):
            y.fill(0)
            SCALE("scale", x, y, 0.5, 64)
            np.testing.assert_array_equal(y, x / 2)


SOFTMAX = NativeModule(
    f"""
    func.func private @kernel(%x: {MATRIX} {{llvm.noalias}}, %y: memref<?x?xf64> {{llvm.noalias}}) {{
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %zero = arith.constant 0.0 : f64
      %rows = memref.dim %y, %c0 : memref<?x?xf64>
      %columns = memref.dim %y, %c1 : memref<?x?xf64>
      rt.parallel (%begin, %end) = %rows grain %c1 {{
        %row = memref.alloc(%columns) : memref<?xf64>
        scf.for %i = %begin to %end step %c1 {{
          %sum = scf.for %j = %c0 to %columns step %c1 iter_args(%s = %zero) -> (f64) {{
            %v = memref.load %x[%i, %j] : {MATRIX}
            %e = arith.mulf %v, %v : f64
            memref.store %e, %row[%j] : memref<?xf64>
            %t = arith.addf %s, %e : f64
            scf.yield %t : f64
          }}
          scf.for %j = %c0 to %columns step %c1 {{
            %e = memref.load %row[%j] : memref<?xf64>
            %q = arith.divf %e, %sum : f64
            memref.store %q, %y[%i, %j] : memref<?x?xf64>
          }}
        }}
        memref.dealloc %row : memref<?xf64>
      }}
      func.return
    }}
    func.func @softmax(%x: {MATRIX}, %y: memref<?x?xf64>) {{
      func.call @kernel(%x, %y) : ({MATRIX}, memref<?x?xf64>) -> ()
      func.return
    }}"""
)


@pytest.mark.parametrize("shape", [(1, 7), (3, 100), (257, 33), (0, 5)])
def test_every_range_has_memory_of_its_own(thread_count: int, shape: tuple[int, int]) -> None:
    x = np.random.default_rng(3).random(shape[::-1]).T
    y = np.empty(shape)
    assert SOFTMAX.status("softmax", x, y) == 0
    np.testing.assert_allclose(y, x**2 / (x**2).sum(axis=1, keepdims=True), rtol=1e-12)


def test_memory_that_runs_out_in_a_range(thread_count: int) -> None:
    native = NativeModule(
        """
        func.func private @kernel(%n: index, %size: index) {
          %c1 = arith.constant 1 : index
          rt.parallel (%begin, %end) = %n grain %c1 {
            %t = memref.alloc(%size) : memref<?xf64>
            %zero = arith.constant 0.0 : f64
            memref.store %zero, %t[%begin] : memref<?xf64>
            memref.dealloc %t : memref<?xf64>
          }
          func.return
        }
        func.func @run(%n: index, %size: index) {
          func.call @kernel(%n, %size) : (index, index) -> ()
          func.return
        }"""
    )
    assert native.status("run", 100, 100) == 0
    for count in (1, 100):
        assert native.status("run", count, 1 << 59) == OUT_OF_MEMORY
    assert native.status("run", 0, 1 << 59) == 0


def test_a_check_that_fails_in_one_range(thread_count: int) -> None:
    native = NativeModule(
        """
        func.func private @kernel(%x: memref<?xi64>, %grain: index) {
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %zero = arith.constant 0 : i64
          %n = memref.dim %x, %c0 : memref<?xi64>
          rt.parallel (%begin, %end) = %n grain %grain {
            scf.for %i = %begin to %end step %c1 {
              %v = memref.load %x[%i] : memref<?xi64>
              %ok = arith.cmpi sge, %v, %zero : i64
              rt.assert %ok, "must not be negative" {kind = "ValueError"}
            }
          }
          func.return
        }
        func.func @run(%x: memref<?xi64>, %grain: index) {
          func.call @kernel(%x, %grain) : (memref<?xi64>, index) -> ()
          func.return
        }"""
    )
    x = np.ones(10_000, np.int64)
    assert native.status("run", x, 64) == 0
    x[[0, 7777]] = -1
    assert native.status("run", x, 64) == 1
    assert native.status("run", x, 1 << 20) == 1


def test_views_loops_and_nesting(thread_count: int) -> None:
    """Two in one kernel, in a loop, over a view, with another inside, and with every type of scalar."""
    native = NativeModule(
        f"""
        func.func private @kernel(%x: {MATRIX} {{llvm.noalias}}, %a: f32, %b: i1, %c: i32, %k: index) {{
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %rows = memref.dim %x, %c0 : {MATRIX}
          %columns = memref.dim %x, %c1 : {MATRIX}
          %base, %offset, %r, %s, %row, %column = memref.extract_strided_metadata %x : {MATRIX} -> memref<f64>, index, index, index, index, index
          scf.for %i = %c0 to %rows step %c1 {{
            %start = arith.muli %i, %row : index
            %view = memref.reinterpret_cast %x to offset: [%start], sizes: [%columns], strides: [%column] : {MATRIX} to {VECTOR}
            rt.parallel (%begin, %end) = %columns grain %c1 {{
              scf.for %j = %begin to %end step %c1 {{
                %old = memref.load %view[%j] : {VECTOR}
                %wide = arith.extf %a : f32 to f64
                %d = arith.sitofp %c : i32 to f64
                %e = arith.select %b, %wide, %d : f64
                %new = arith.addf %old, %e : f64
                memref.store %new, %view[%j] : {VECTOR}
              }}
            }}
          }}
          rt.parallel (%begin, %end) = %rows grain %c1 {{
            scf.for %i = %begin to %end step %c1 {{
              rt.parallel (%from, %to) = %columns grain %k {{
                scf.for %j = %from to %to step %c1 {{
                  %old = memref.load %x[%i, %j] : {MATRIX}
                  %new = arith.addf %old, %old : f64
                  memref.store %new, %x[%i, %j] : {MATRIX}
                }}
              }}
            }}
          }}
          func.return
        }}
        func.func @run(%x: {MATRIX}, %a: f32, %b: i1, %c: i32, %k: index) {{
          func.call @kernel(%x, %a, %b, %c, %k) : ({MATRIX}, f32, i1, i32, index) -> ()
          func.return
        }}"""
    )
    x = np.random.default_rng(5).random((21, 34)).T[::2]
    for flag, added in ((True, 1.5), (False, -7.0)):
        actual = x.copy(order="K")
        native("run", actual, 1.5, flag, -7, 3)
        np.testing.assert_array_equal(actual, 2 * (x + added))
