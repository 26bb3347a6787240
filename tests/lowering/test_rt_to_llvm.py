"""rt to machine code: checks, outputs, memory, the GIL, BLAS."""

from __future__ import annotations

import ctypes
import itertools
import resource
import threading

import numpy as np
import pytest
from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, FileLineColLoc, IntAttr, StringAttr
from xdsl.parser import Parser

from tests.lowering.native_module import NativeModule
from tir.lowering.convert_to_llvm import ConvertToLLVMPass
from tir.pipelines import new_context
from tir.support.cost_model import GIL_RELEASE_WORK

VECTOR_OF = "memref<?x{0}, strided<[?], offset: ?>>"
VECTOR = VECTOR_OF.format("f64")
MATRIX = "memref<?x?x{0}, strided<[?, ?], offset: ?>>"
FLOATS = [("f32", np.float32, 1e-4), ("f64", np.float64, 1e-12)]


def test_the_number_of_the_failed_check_is_returned() -> None:
    native = NativeModule(
        """
        func.func @main(%a: i1, %b: i1) {
          rt.assert %a, "first" {kind = "ValueError"}
          rt.assert %b, "second" {kind = "IndexError"}
          func.return
        }"""
    )
    assert native.main(True, True)[0] == 0
    assert native.main(False, True)[0] == 1
    assert native.main(False, False)[0] == 1
    assert native.main(True, False)[0] == 2


def test_the_module_describes_its_failures() -> None:
    context = new_context()
    module = Parser(
        context,
        """
        func.func @main(%a: i1) {
          rt.assert %a, "sizes differ" {kind = "ValueError"}
          func.return
        }""",
    ).parse_module()
    location = FileLineColLoc(StringAttr("user.py"), IntAttr(12), IntAttr(4))
    for op in module.walk():
        op.location = location
    ConvertToLLVMPass().apply(context, module)
    failures = module.attributes["tir.failures"]
    assert isinstance(failures, ArrayAttr)
    (entry,) = failures
    assert isinstance(entry, DictionaryAttr)
    assert entry.data["kind"] == StringAttr("ValueError")
    assert entry.data["message"] == StringAttr("sizes differ")
    assert entry.data["location"] == location


def test_checks_in_kernels_fail_the_call() -> None:
    native = NativeModule(
        """
        func.func private @kernel_0(%x: memref<?xi64>, %limit: index) {
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %n = memref.dim %x, %c0 : memref<?xi64>
          scf.for %i = %c0 to %n step %c1 {
            %v = memref.load %x[%i] : memref<?xi64>
            %k = arith.index_cast %v : i64 to index
            %ok = arith.cmpi ult, %k, %limit : index
            rt.assert %ok, "index out of bounds" {kind = "IndexError"}
          }
          func.return
        }
        func.func @main(%x: memref<?xi64>, %limit: index) {
          func.call @kernel_0(%x, %limit) : (memref<?xi64>, index) -> ()
          func.return
        }"""
    )
    x = np.array([0, 3, 2])
    assert native.main(x, 4)[0] == 0
    assert native.main(x, 3)[0] == 1
    assert native.main(-x, 4)[0] == 1


@pytest.mark.parametrize(
    ("dtype", "type_"),
    [
        ("bool", "i1"),
        ("int8", "i8"),
        ("uint8", "i8"),
        ("int16", "i16"),
        ("uint16", "i16"),
        ("int32", "i32"),
        ("uint32", "i32"),
        ("int64", "i64"),
        ("uint64", "i64"),
        ("float32", "f32"),
        ("float64", "f64"),
    ],
)
def test_outputs_are_arrays_of_numpy(dtype: str, type_: str) -> None:
    native = NativeModule(
        f"""
        func.func @main(%n: index, %m: index) {{
          %scalar = rt.alloc_output() {{index = 1 : i64, dtype = "{dtype}"}} : memref<{type_}>
          %array = rt.alloc_output(%n, %m) {{index = 0 : i64, dtype = "{dtype}"}} : memref<?x1x?x{type_}>
          func.return
        }}"""
    )
    status, (array, scalar) = native.main(3, 5, outputs=2)
    assert status == 0
    assert array.dtype == scalar.dtype == np.dtype(dtype)
    assert array.shape == (3, 1, 5)
    assert scalar.shape == ()
    assert array.flags.c_contiguous
    assert array.flags.owndata
    assert array.flags.writeable


def test_outputs_can_be_written() -> None:
    native = NativeModule(
        f"""
        func.func private @double(%x: {VECTOR} {{llvm.noalias}}, %y: memref<?xf64> {{llvm.noalias}}) {{
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %n = memref.dim %y, %c0 : memref<?xf64>
          scf.for %i = %c0 to %n step %c1 {{
            %v = memref.load %x[%i] : {VECTOR}
            %w = arith.addf %v, %v : f64
            memref.store %w, %y[%i] : memref<?xf64>
          }}
          func.return
        }}
        func.func @main(%x: {VECTOR}) {{
          %c0 = arith.constant 0 : index
          %n = memref.dim %x, %c0 : {VECTOR}
          %y = rt.alloc_output(%n) {{index = 0 : i64, dtype = "float64"}} : memref<?xf64>
          func.call @double(%x, %y) : ({VECTOR}, memref<?xf64>) -> ()
          func.return
        }}"""
    )
    x = np.arange(20.0)[::-3]
    status, (y,) = native.main(x, outputs=1)
    assert status == 0
    np.testing.assert_array_equal(y, 2 * x)


def test_numpy_says_why_an_output_cannot_be_allocated() -> None:
    native = NativeModule(
        """
        func.func @main(%n: index) {
          %y = rt.alloc_output(%n, %n) {index = 0 : i64, dtype = "float64"} : memref<?x?xf64>
          func.return
        }"""
    )
    with pytest.raises(ValueError, match=r"too big|too large|negative"):
        native.main(2**40, outputs=1)


ALLOCATE = """
func.func @main(%n: index, %ok: i1) {
  %x = memref.alloc(%n) : memref<?xf64>
  %y = memref.alloc(%n, %n) : memref<?x?xf64>
  func.call @fill(%y) : (memref<?x?xf64>) -> ()
  rt.assert %ok, "late" {kind = "ValueError"}
  memref.dealloc %x : memref<?xf64>
  %z = memref.alloc(%n, %n) : memref<?x?xf64>
  func.call @fill(%z) : (memref<?x?xf64>) -> ()
  func.return
}
func.func private @fill(%z: memref<?x?xf64>) attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %v = arith.constant 1.0 : f64
  %n = memref.dim %z, %c0 : memref<?x?xf64>
  scf.for %i = %c0 to %n step %c1 {
    scf.for %j = %c0 to %n step %c1 {
      memref.store %v, %z[%i, %j] : memref<?x?xf64>
    }
  }
  func.return
}
"""


@pytest.mark.parametrize("ok", [True, False])
def test_temporaries_are_freed(ok: bool) -> None:
    native = NativeModule(ALLOCATE)
    expected = 0 if ok else 1
    native.main(1000, ok)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(100):
        assert native.main(1000, ok)[0] == expected
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Each call takes 8 or 16 MB.
    assert after - before < 100_000


@pytest.mark.parametrize("n", [2**31, 2**32, 2**61])
def test_memory_error(n: int) -> None:
    """Sizes that are too large, among them those whose product overflows to something small."""
    native = NativeModule(ALLOCATE)
    with pytest.raises(MemoryError):
        native.main(n, True)


def test_memory_may_run_out_in_a_kernel() -> None:
    native = NativeModule(
        """
        func.func private @kernel_0(%n: index) {
          %x = memref.alloc(%n) : memref<?xf64>
          func.return
        }
        func.func @main(%n: index) {
          func.call @kernel_0(%n) : (index) -> ()
          func.return
        }""",
        level=0,
    )
    assert native.main(10)[0] == 0
    with pytest.raises(MemoryError):
        native.main(2**60)


GIL = """
func.func @main(%work: index, %ok: i1, %x: memref<2xi64>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0 : i64
  rt.release_gil %work : index
  rt.assert %ok, "without the GIL" {kind = "ValueError"}
  scf.while () : () -> () {
    %v = memref.load %x[%c0] : memref<2xi64>
    %go = arith.cmpi ne, %v, %zero : i64
    func.call @pause(%x) : (memref<2xi64>) -> ()
    scf.condition(%go)
  } do {
    scf.yield
  }
  rt.acquire_gil
  func.return
}
func.func private @pause(%x: memref<2xi64>) attributes {no_inline} {
  %c1 = arith.constant 1 : index
  %one = arith.constant 1 : i64
  %v = memref.load %x[%c1] : memref<2xi64>
  %w = arith.addi %v, %one : i64
  memref.store %w, %x[%c1] : memref<2xi64>
  func.return
}
"""


def test_another_thread_runs_while_the_gil_is_released() -> None:
    native = NativeModule(GIL, level=0)
    flag = np.array([1, 0])
    stop = threading.Timer(0.05, lambda: flag.fill(0))
    stop.start()
    assert native.main(GIL_RELEASE_WORK + 1, True, flag)[0] == 0
    stop.join()


def test_a_failure_takes_the_gil_again() -> None:
    native = NativeModule(GIL, level=0)
    flag = np.zeros(2, np.int64)
    for work, ok in itertools.product((0, GIL_RELEASE_WORK + 1), (True, False)):
        assert native.main(work, ok, flag)[0] == (0 if ok else 1)
        assert ctypes.pythonapi.PyGILState_Check() == 1


GEMM = """
func.func @main(%a: {matrix}, %b: {matrix}, %c: memref<?x?x{type}>) {{
  %alpha = arith.constant {alpha} : {type}
  rt.gemm %a, %b, %c times %alpha : {type} {{beta = {beta} : f64}} : {matrix}, {matrix}, memref<?x?x{type}>
  func.return
}}
"""


def _layouts(array: np.ndarray) -> dict[str, np.ndarray]:
    """Views that are equal to a matrix and are laid out in every way there is."""
    rows, columns = array.shape

    def wide() -> np.ndarray:
        return np.zeros((2 * rows + 1, 3 * columns + 2), array.dtype)

    views = {
        "C": array.copy(),
        "Fortran": np.asfortranarray(array),
        "padded rows": wide()[:rows, :columns],
        "padded columns": wide().T.copy().T[:rows, :columns],
        "every other": wide()[: 2 * rows : 2, : 3 * columns : 3],
        "reversed rows": np.zeros_like(array)[::-1],
        "reversed": np.zeros_like(array)[::-1, ::-1],
        "reversed columns of Fortran": np.zeros((columns, rows), array.dtype).T[:, ::-1],
    }
    for view in views.values():
        view[...] = array
    return views


@pytest.mark.parametrize(("type_", "dtype", "tolerance"), FLOATS)
def test_gemm_with_operands_of_any_layout(type_: str, dtype: type, tolerance: float) -> None:
    matrix = MATRIX.format(type_)
    native = NativeModule(GEMM.format(matrix=matrix, type=type_, alpha="1.0", beta="0.0"))
    rng = np.random.default_rng(3)
    for m, k, n in ((3, 4, 5), (1, 4, 3), (3, 1, 4), (4, 3, 1), (1, 1, 1), (17, 33, 9)):
        a = rng.normal(size=(m, k)).astype(dtype)
        b = rng.normal(size=(k, n)).astype(dtype)
        for (left, x), (right, y) in itertools.product(_layouts(a).items(), _layouts(b).items()):
            c = np.full((m, n), np.nan, dtype)
            assert native.main(x, y, c)[0] == 0
            np.testing.assert_allclose(
                c, a @ b, rtol=tolerance, atol=tolerance, err_msg=f"{left}, {right}, {m, k, n}"
            )


def test_gemm_with_zero_strides() -> None:
    native = NativeModule(
        GEMM.format(matrix=MATRIX.format("f64"), type="f64", alpha="1.0", beta="0.0")
    )
    rng = np.random.default_rng(4)
    b = rng.normal(size=(4, 5))
    for a in (
        np.broadcast_to(rng.normal(size=(1, 4)), (3, 4)),
        np.broadcast_to(rng.normal(size=(3, 1)), (3, 4)),
        np.broadcast_to(rng.normal(size=(1, 1)), (3, 4)),
    ):
        c = np.zeros((3, 5))
        assert native.main(a, b, c)[0] == 0
        np.testing.assert_allclose(c, a @ b)


@pytest.mark.parametrize(("alpha", "beta"), [("2.0", "0.0"), ("1.0", "1.0"), ("-1.0", "0.5")])
def test_gemm_scales_and_accumulates(alpha: str, beta: str) -> None:
    native = NativeModule(
        GEMM.format(matrix=MATRIX.format("f64"), type="f64", alpha=alpha, beta=beta)
    )
    rng = np.random.default_rng(5)
    for m, k, n in ((3, 4, 5), (3, 0, 5), (0, 4, 5), (3, 4, 0), (0, 0, 0)):
        a, b = rng.normal(size=(m, k)), rng.normal(size=(k, n))
        c = rng.normal(size=(m, n))
        expected = float(alpha) * (a @ b) + float(beta) * c
        assert native.main(a, b, c)[0] == 0
        np.testing.assert_allclose(c, expected)


@pytest.mark.parametrize("alpha", ["1.0", "-0.5", "0.0", "1.0e-300"])
@pytest.mark.parametrize("beta", ["1.0", "-2.0"])
def test_gemm_adds_to_a_matrix_elsewhere(alpha: str, beta: str) -> None:
    """Of any layout, which stays as it is; for tiny products, vectors, large ones, and scales that BLAS mistreats."""
    text = GEMM.format(matrix=MATRIX.format("f64"), type="f64", alpha=alpha, beta=beta)
    text = text.replace("%b: ", f"%w: {MATRIX.format('f64')}, %b: ")
    text = text.replace("%c times", f"%c plus %w : {MATRIX.format('f64')} times")
    native = NativeModule(text)
    rng = np.random.default_rng(6)
    shapes = [(3, 4, 5), (1, 400, 3), (70, 40, 1), (31, 17, 9), (300, 20, 50), (3, 0, 5), (0, 4, 5)]
    for m, k, n in shapes:
        a, b, w = (rng.normal(size=shape) for shape in ((m, k), (k, n), (m, n)))
        expected = float(alpha) * (a @ b) + float(beta) * w
        for layout, old in _layouts(w).items():
            c = np.full((m, n), np.nan)
            assert native.main(a, old, b, c)[0] == 0
            what = f"{layout}, {m, k, n}"
            np.testing.assert_allclose(c, expected, rtol=1e-12, atol=1e-12, err_msg=what)
            np.testing.assert_array_equal(old, w)


def test_gemm_of_nothing_overwrites_nan() -> None:
    native = NativeModule(
        GEMM.format(matrix=MATRIX.format("f64"), type="f64", alpha="1.0", beta="0.0")
    )
    c = np.full((2, 3), np.nan)
    assert native.main(np.zeros((2, 0)), np.zeros((0, 3)), c)[0] == 0
    np.testing.assert_array_equal(c, np.zeros((2, 3)))


def test_dimensions_beyond_32_bits_fail_clearly() -> None:
    native = NativeModule(
        GEMM.format(matrix=MATRIX.format("f64"), type="f64", alpha="1.0", beta="0.0")
    )
    one = np.ones((1, 1))
    a = np.broadcast_to(one, (1, 2**31))
    b = np.broadcast_to(one, (2**31, 1))
    status, _ = native.main(a, b, np.zeros((1, 1)))
    assert status == 1
    failures = native.module.attributes["tir.failures"]
    assert isinstance(failures, ArrayAttr)
    assert "32-bit" in str(failures.data[0])


@pytest.mark.parametrize(("type_", "dtype", "tolerance"), FLOATS)
@pytest.mark.parametrize("alpha", [0.0, np.nan, np.inf, 1e-30, -1e30])
@pytest.mark.parametrize(("m", "k", "n"), [(3, 4, 5), (7, 9, 8), (1, 50, 9), (9, 50, 1)])
def test_gemm_multiplies_last_by_what_is_extreme(
    type_: str, dtype: type, tolerance: float, alpha: float, m: int, k: int, n: int
) -> None:
    matrix = MATRIX.format(type_)
    native = NativeModule(
        f"""
        func.func @main(%a: {matrix}, %b: {matrix}, %c: memref<?x?x{type_}>, %alpha: {type_}) {{
          rt.gemm %a, %b, %c times %alpha : {type_} {{beta = 0.5 : f64}} : {matrix}, {matrix}, memref<?x?x{type_}>
          func.return
        }}"""
    )
    rng = np.random.default_rng(9)
    a, b = rng.normal(size=(m, k)).astype(dtype), rng.normal(size=(k, n)).astype(dtype)
    a[0, 0] = np.nan
    c = rng.normal(size=(m, n)).astype(dtype)
    with np.errstate(all="ignore"):
        expected = dtype(alpha) * (a @ b) + dtype(0.5) * c
    assert native.main(a, b, c, alpha)[0] == 0
    np.testing.assert_allclose(c, expected, rtol=tolerance, atol=tolerance)


def _vector_layouts(x: np.ndarray) -> list[np.ndarray]:
    views = [
        x.copy(),
        np.zeros(3 * len(x), x.dtype)[::3],
        np.zeros(len(x), x.dtype)[::-1],
        np.zeros(2 * len(x), x.dtype)[::-2],
    ]
    for view in views:
        view[...] = x
    return views


@pytest.mark.parametrize(("type_", "dtype", "tolerance"), FLOATS)
@pytest.mark.parametrize(("alpha", "beta"), [("1.0", "0.0"), ("2.0", "0.5"), ("1.0e-30", "0.5")])
def test_gemv(type_: str, dtype: type, tolerance: float, alpha: str, beta: str) -> None:
    matrix, vector_type = MATRIX.format(type_), VECTOR_OF.format(type_)
    native = NativeModule(
        f"""
        func.func @main(%a: {matrix}, %x: {vector_type}, %y: memref<?x{type_}>) {{
          %alpha = arith.constant {alpha} : {type_}
          rt.gemv %a, %x, %y times %alpha : {type_} {{beta = {beta} : f64}} : {matrix}, {vector_type}, memref<?x{type_}>
          func.return
        }}"""
    )
    rng = np.random.default_rng(6)
    for m, n in ((3, 4), (1, 4), (4, 1), (1, 1), (3, 0), (0, 3), (40, 30)):
        a, x = rng.normal(size=(m, n)).astype(dtype), rng.normal(size=n).astype(dtype)
        for view, vector in itertools.product(_layouts(a).values(), _vector_layouts(x)):
            y = (np.full(m, np.nan) if beta == "0.0" else rng.normal(size=m)).astype(dtype)
            expected = float(alpha) * (a @ x) + (0 if beta == "0.0" else float(beta) * y)
            assert native.main(view, vector, y)[0] == 0
            np.testing.assert_allclose(y, expected, rtol=tolerance, atol=tolerance)
    a, x = rng.normal(size=(3, 4)).astype(dtype), np.broadcast_to(dtype(1.5), 4)
    y = np.zeros(3, dtype)
    assert native.main(a, x, y)[0] == 0
    np.testing.assert_allclose(y, float(alpha) * (a @ x), rtol=tolerance)


@pytest.mark.parametrize(("type_", "dtype", "tolerance"), FLOATS)
def test_dot(type_: str, dtype: type, tolerance: float) -> None:
    vector = VECTOR_OF.format(type_)
    native = NativeModule(
        f"""
        func.func @main(%x: {vector}, %y: {vector}, %out: memref<{type_}>) {{
          %alpha = arith.constant 2.0 : {type_}
          rt.dot %x, %y, %out times %alpha : {type_} {{beta = 0.0 : f64}} : {vector}, {vector}, memref<{type_}>
          func.return
        }}"""
    )
    rng = np.random.default_rng(7)
    for n in (0, 1, 5, 100):
        x, y = rng.normal(size=n).astype(dtype), rng.normal(size=n).astype(dtype)
        for left, right in itertools.product(_vector_layouts(x), _vector_layouts(y)):
            out = np.array(np.nan, dtype)
            assert native.main(left, right, out)[0] == 0
            np.testing.assert_allclose(out, 2 * (x @ y), rtol=tolerance, atol=tolerance)
    out = np.array(0.0, dtype)
    assert native.main(np.broadcast_to(dtype(2.0), 4), np.arange(4.0).astype(dtype), out)[0] == 0
    assert out == 24.0


STACK = "memref<{0}x?x?x{1}, strided<[?, ?, ?], offset: ?>>"


@pytest.mark.parametrize("single", ["none", "left", "right"])
@pytest.mark.parametrize("count", [0, 1, 3, 20])
@pytest.mark.parametrize(("type_", "dtype", "tolerance"), FLOATS)
def test_batch_gemm(type_: str, dtype: type, tolerance: float, count: int, single: str) -> None:
    a_type = STACK.format("1" if single == "left" else "?", type_)
    b_type = STACK.format("1" if single == "right" else "?", type_)
    native = NativeModule(
        f"""
        func.func @main(%a: {a_type}, %b: {b_type}, %c: memref<?x?x?x{type_}>, %alpha: {type_}) {{
          rt.batch_gemm %a, %b, %c times %alpha : {type_} {{beta = 0.0 : f64}} : {a_type}, {b_type}, memref<?x?x?x{type_}>
          func.return
        }}"""
    )
    rng = np.random.default_rng(8)
    views = (
        lambda x: x,
        np.asfortranarray,
        lambda x: x.transpose(0, 2, 1).copy().transpose(0, 2, 1),
        lambda x: x[::-1, ::-1, ::-1].copy()[::-1, ::-1, ::-1],
        lambda x: np.repeat(x, 2, 2)[:, :, ::2],
    )
    for m, k, n in ((5, 6, 7), (1, 20, 9), (9, 20, 1), (2, 2, 2), (20, 1, 9), (5, 0, 7), (0, 6, 7)):
        a = rng.normal(size=(1 if single == "left" else count, m, k)).astype(dtype)
        b = rng.normal(size=(1 if single == "right" else count, k, n)).astype(dtype)
        for x, y in itertools.product(views, views):
            for alpha in (1.0, -2.0, 0.0):
                c = np.full((count, m, n), np.nan, dtype)
                assert native.main(x(a), y(b), c, alpha)[0] == 0
                np.testing.assert_allclose(c, alpha * (a @ b), rtol=tolerance, atol=tolerance)
    a = rng.normal(size=(*a.shape[:1], 5, 6)).astype(dtype)
    b = rng.normal(size=(*b.shape[:1], 6, 7)).astype(dtype)
    a[:, 0, 0] = np.nan
    c = np.zeros((count, 5, 7), dtype)
    assert native.main(a, b, c, 0.0)[0] == 0
    np.testing.assert_array_equal(np.isnan(c), np.broadcast_to([[True]] + [[False]] * 4, c.shape))
