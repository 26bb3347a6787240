"""memref to machine code: addresses of elements at any strides, bools, views, allocations."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lowering.native_module import NativeModule, convert
from tir.support.errors import LoweringError, UnsupportedError

STRIDED = "memref<?x?x{0}, strided<[?, ?], offset: ?>>"

COPY = """
func.func @copy(%x: {strided}, %y: memref<?x?x{type}>) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : {strided}
  %m = memref.dim %x, %c1 : {strided}
  scf.for %i = %c0 to %n step %c1 {{
    scf.for %j = %c0 to %m step %c1 {{
      %v = memref.load %x[%i, %j] : {strided}
      memref.store %v, %y[%i, %j] : memref<?x?x{type}>
    }}
  }}
  func.return
}}
"""

ELEMENT_TYPES = [
    ("i1", np.bool_),
    ("i8", np.int8),
    ("i16", np.int16),
    ("i32", np.int32),
    ("i64", np.int64),
    ("f32", np.float32),
    ("f64", np.float64),
]


def _views(dtype: type) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    base = rng.integers(-100, 100, (14, 22)).astype(dtype)
    return {
        "contiguous": base,
        "transposed": base.T,
        "reversed": base[::-1, ::-2],
        "sliced": base[3:11:2, 5::3],
        "zero strides": np.broadcast_to(base[:1, :1], (5, 7)),
        "broadcast rows": np.broadcast_to(base[:1], (5, 22)),
        "empty": base[4:4],
        "single": base[2:3, 3:4],
    }


@pytest.mark.parametrize(("type_", "dtype"), ELEMENT_TYPES)
def test_copies_from_any_strides(type_: str, dtype: type) -> None:
    native = NativeModule(COPY.format(strided=STRIDED.format(type_), type=type_))
    for name, view in _views(dtype).items():
        out = np.zeros(view.shape, dtype)
        native("copy", view, out)
        np.testing.assert_array_equal(out, view, err_msg=name)


def test_any_nonzero_byte_is_a_true_bool_and_is_stored_as_one() -> None:
    native = NativeModule(COPY.format(strided=STRIDED.format("i1"), type="i1"))
    raw = np.array([[0, 1, 2, 255]], np.uint8)
    out = np.full((1, 4), 7, np.uint8)
    native("copy", raw, out)
    np.testing.assert_array_equal(out, [[0, 1, 1, 1]])


@pytest.mark.parametrize("rank", range(9))
def test_ranks(rank: int) -> None:
    type_ = f"memref<{'?x' * rank}f64, strided<[{', '.join('?' * rank)}], offset: ?>>"
    dense = f"memref<{'?x' * rank}f64>"
    loops = "".join(
        f"%n{d} = memref.dim %x, %c{d} : {type_}\nscf.for %i{d} = %c0 to %n{d} step %c1 {{\n"
        for d in range(rank)
    )
    constants = "".join(f"%c{d} = arith.constant {d} : index\n" for d in range(max(rank, 2)))
    indices = ", ".join(f"%i{d}" for d in range(rank))
    native = NativeModule(
        f"func.func @copy(%x: {type_}, %y: {dense}) {{\n{constants}{loops}"
        f"%v = memref.load %x[{indices}] : {type_}\n"
        f"memref.store %v, %y[{indices}] : {dense}\n{'}' * rank}\nfunc.return\n}}"
    )
    x = np.random.default_rng(rank).normal(size=[2, 3, 2, 1, 3, 2, 2, 2][:rank])
    x = x.transpose() if rank else x
    out = np.zeros(x.shape)
    native("copy", x, out)
    np.testing.assert_array_equal(out, x)


def test_static_ones_are_neither_passed_nor_indexed() -> None:
    type_ = "memref<?x1xf64, strided<[?, ?], offset: ?>>"
    native = NativeModule(
        f"""
        func.func @sum(%x: {type_}) -> f64 {{
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %zero = arith.constant 0.0 : f64
          %n = memref.dim %x, %c0 : {type_}
          %m = memref.dim %x, %c1 : {type_}
          %s = scf.for %i = %c0 to %n step %m iter_args(%a = %zero) -> (f64) {{
            %v = memref.load %x[%i, %c0] : {type_}
            %b = arith.addf %a, %v : f64
            scf.yield %b : f64
          }}
          func.return %s : f64
        }}"""
    )
    x = np.arange(12.0).reshape(6, 2)[::-2, 1:]
    assert native("sum", x) == x.sum()


def test_views_of_views() -> None:
    source = "memref<?x?xf64, strided<[?, ?], offset: ?>>"
    row = "memref<?xf64, strided<[?], offset: ?>>"
    native = NativeModule(
        f"""
        func.func @row(%x: {source}, %start: index, %row: index, %size: index, %y: memref<?xf64>) {{
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %c-2 = arith.constant -2 : index
          %n = memref.dim %x, %c0 : {source}
          %m = memref.dim %x, %c1 : {source}
          %v = memref.subview %x[0, %start] [%n, %size] [1, %c-2] : {source} to {source}
          %w = memref.subview %v[%row, 0] [1, %size] [1, 1] : {source} to {row}
          scf.for %i = %c0 to %size step %c1 {{
            %a = memref.load %w[%i] : {row}
            memref.store %a, %y[%i] : memref<?xf64>
          }}
          func.return
        }}"""
    )
    x = np.random.default_rng(0).normal(size=(5, 12))[:, ::-1]
    out = np.zeros(4)
    native("row", x, 9, 3, 4, out)
    np.testing.assert_array_equal(out, x[3, 9:1:-2])


def test_reinterpret_cast_and_cast() -> None:
    dense = "memref<?x?xf64>"
    flat = "memref<?xf64, strided<[?], offset: ?>>"
    native = NativeModule(
        f"""
        func.func @diagonal(%x: {dense}, %y: memref<?xf64>) {{
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %n = memref.dim %x, %c0 : {dense}
          %m = memref.dim %x, %c1 : {dense}
          %step = arith.addi %m, %c1 : index
          %d = memref.reinterpret_cast %x to offset: [0], sizes: [%n], strides: [%step] : {dense} to {flat}
          %s = "memref.cast"(%d) : ({flat}) -> memref<4xf64, strided<[?], offset: ?>>
          scf.for %i = %c0 to %n step %c1 {{
            %a = memref.load %s[%i] : memref<4xf64, strided<[?], offset: ?>>
            memref.store %a, %y[%i] : memref<?xf64>
          }}
          func.return
        }}"""
    )
    x = np.arange(16.0).reshape(4, 4)
    out = np.zeros(4)
    native("diagonal", x, out)
    np.testing.assert_array_equal(out, x.diagonal())


def test_scratch_memory_on_the_stack_and_on_the_heap() -> None:
    native = NativeModule(
        """
        func.func @twice(%n: index, %y: memref<?xi64>) {
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %stack = memref.alloca() : memref<3xi64>
          scf.for %k = %c0 to %n step %c1 {
            %heap = memref.alloc(%n) : memref<?xi64>
            %i = arith.index_cast %k : index to i64
            memref.store %i, %heap[%k] : memref<?xi64>
            %a = memref.load %heap[%k] : memref<?xi64>
            memref.store %a, %stack[%c1] : memref<3xi64>
            %b = memref.load %stack[%c1] : memref<3xi64>
            %d = arith.addi %b, %b : i64
            memref.store %d, %y[%k] : memref<?xi64>
          }
          func.return
        }"""
    )
    out = np.zeros(50, np.int64)
    assert native.status("twice", 50, out) == 0
    np.testing.assert_array_equal(out, 2 * np.arange(50))


def test_metadata_rebuilds_a_view() -> None:
    source = "memref<?x?xf64, strided<[?, ?], offset: ?>>"
    native = NativeModule(
        f"""
        func.func @transpose(%x: {source}, %y: memref<?x?xf64>) {{
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %base, %offset, %sizes:2, %strides:2 = "memref.extract_strided_metadata"(%x) : ({source}) -> (memref<f64>, index, index, index, index, index)
          %t = memref.reinterpret_cast %base to offset: [%offset], sizes: [%sizes#1, %sizes#0], strides: [%strides#1, %strides#0] : memref<f64> to {source}
          scf.for %i = %c0 to %sizes#1 step %c1 {{
            scf.for %j = %c0 to %sizes#0 step %c1 {{
              %a = memref.load %t[%i, %j] : {source}
              memref.store %a, %y[%i, %j] : memref<?x?xf64>
            }}
          }}
          func.return
        }}"""
    )
    x = np.random.default_rng(0).normal(size=(4, 6))[1:, ::-2]
    out = np.zeros((3, 3))
    native("transpose", x, out)
    np.testing.assert_array_equal(out, x.T)


CONSTANTS = [
    ("i1", np.array([[True, False], [False, True]]), "[[true, false], [false, true]]"),
    ("i8", np.array([[1, -2], [3, 127]], np.int8), "[[1, -2], [3, 127]]"),
    ("i64", np.array([[1, -2], [2**62, 0]]), f"[[1, -2], [{2**62}, 0]]"),
    ("f32", np.array([[0.1, -0.0], [1e30, 2]], np.float32), "[[0.1, -0.0], [1.0e30, 2.0]]"),
    ("f64", np.full((2, 2), 0.1), "0.1"),
]


@pytest.mark.parametrize(("type_", "expected", "value"), CONSTANTS)
def test_constant_arrays(type_: str, expected: np.ndarray, value: str) -> None:
    table = f"memref<2x2x{type_}>"
    native = NativeModule(
        f"""
        "memref.global"() <{{sym_name = "table", sym_visibility = "private", type = {table}, initial_value = dense<{value}> : tensor<2x2x{type_}>, constant}}> : () -> ()
        func.func @get(%y: memref<?x?x{type_}>) {{
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %c2 = arith.constant 2 : index
          %t = memref.get_global @table : {table}
          scf.for %i = %c0 to %c2 step %c1 {{
            scf.for %j = %c0 to %c2 step %c1 {{
              %a = memref.load %t[%i, %j] : {table}
              memref.store %a, %y[%i, %j] : memref<?x?x{type_}>
            }}
          }}
          func.return
        }}"""
    )
    out = np.ones_like(expected)
    native("get", out)
    np.testing.assert_array_equal(out, expected)


def test_memrefs_do_not_flow_through_control_flow() -> None:
    with pytest.raises(LoweringError, match="memref"):
        convert(
            """
            func.func @f(%c: i1, %x: memref<?xf64>, %y: memref<?xf64>) {
              %z = scf.if %c -> (memref<?xf64>) {
                scf.yield %x : memref<?xf64>
              } else {
                scf.yield %y : memref<?xf64>
              }
              func.return
            }"""
        )


def test_dynamic_stack_memory_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="static sizes"):
        convert(
            """
            func.func @f(%n: index) {
              %x = memref.alloca(%n) : memref<?xf64>
              func.return
            }"""
        )


COPY_OP = """
func.func @copy(%x: memref<?x1x?xf32{layout}>, %y: memref<?x1x?xf32>) {{
  "memref.copy"(%x, %y) : (memref<?x1x?xf32{layout}>, memref<?x1x?xf32>) -> ()
  func.return
}}
"""


@pytest.mark.parametrize("shape", [(3, 1, 5), (0, 1, 4), (1, 1, 1)])
def test_whole_buffers_are_copied(shape: tuple[int, ...]) -> None:
    native = NativeModule(COPY_OP.format(layout=""))
    x = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    # One element more, which stays.
    space = np.full(x.size + 1, -1, "float32")
    y = space[:-1].reshape(shape)
    native("copy", x, y)
    np.testing.assert_array_equal(y, x)
    assert space[-1] == -1
    native("copy", y, y)
    np.testing.assert_array_equal(y, x)


def test_copies_of_strided_memory_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="contiguous"):
        convert(COPY_OP.format(layout=", strided<[?, ?, ?], offset: ?>"))
