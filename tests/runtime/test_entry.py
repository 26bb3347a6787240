"""The native entry point: what it accepts, what it gives back, and every reference it takes."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
import threading
import time
import weakref

import numpy as np
import pytest

from tests.runtime.native_entry import (
    Failed,
    executable,
    on_failure,
    parameter,
    slow_path,
    strided,
)

VECTOR = strided(1, "f64")

ADD = f"""
func.func @main({parameter("%x", VECTOR, "float64")}, {parameter("%y", VECTOR, "float64")}) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : {VECTOR}
  %m = memref.dim %y, %c0 : {VECTOR}
  %out = rt.alloc_output(%n) {{index = 0 : i64, dtype = "float64"}} : memref<?xf64>
  %equal = arith.cmpi eq, %n, %m : index
  rt.assert %equal, "sizes differ" {{kind = "ValueError"}}
  rt.release_gil %n : index
  scf.for %i = %c0 to %n step %c1 {{
    %a = memref.load %x[%i] : {VECTOR}
    %b = memref.load %y[%i] : {VECTOR}
    %c = arith.addf %a, %b : f64
    memref.store %c, %out[%i] : memref<?xf64>
  }}
  rt.acquire_gil
  func.return
}}
"""

SUM_2D = f"""
func.func @main({parameter("%x", strided(2, "f32"), "float32")}) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : {strided(2, "f32")}
  %m = memref.dim %x, %c1 : {strided(2, "f32")}
  %out = rt.alloc_output(%n, %m) {{index = 0 : i64, dtype = "float32"}} : memref<?x?xf32>
  scf.for %i = %c0 to %n step %c1 {{
    scf.for %j = %c0 to %m step %c1 {{
      %a = memref.load %x[%i, %j] : {strided(2, "f32")}
      memref.store %a, %out[%i, %j] : memref<?x?xf32>
    }}
  }}
  func.return
}}
"""

ROW = "memref<1x?xf64, strided<[?, ?], offset: ?>>"
ROW_COPY = f"""
func.func @main({parameter("%x", ROW, "float64")}) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c1 : {ROW}
  %out = rt.alloc_output(%n) {{index = 0 : i64, dtype = "float64"}} : memref<1x?xf64>
  scf.for %i = %c0 to %n step %c1 {{
    %a = memref.load %x[%c0, %i] : {ROW}
    memref.store %a, %out[%c0, %i] : memref<1x?xf64>
  }}
  func.return
}}
"""

# Returns the old value of the shared vector, and adds the input to it.
ACCUMULATE = f"""
func.func @main({parameter("%x", VECTOR, "float64")}, {parameter("%s", VECTOR, "float64", "shared")})
    attributes {{tir.updates = [1]}} {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : {VECTOR}
  %m = memref.dim %s, %c0 : {VECTOR}
  %old = rt.alloc_output(%m) {{index = 0 : i64, dtype = "float64"}} : memref<?xf64>
  %new = rt.alloc_output(%n) {{index = 1 : i64, dtype = "float64"}} : memref<?xf64>
  %equal = arith.cmpi eq, %n, %m : index
  rt.assert %equal, "sizes differ" {{kind = "ValueError"}}
  scf.for %i = %c0 to %n step %c1 {{
    %a = memref.load %x[%i] : {VECTOR}
    %b = memref.load %s[%i] : {VECTOR}
    %c = arith.addf %a, %b : f64
    memref.store %b, %old[%i] : memref<?xf64>
    memref.store %c, %new[%i] : memref<?xf64>
  }}
  func.return
}}
"""


_BUSY = """
  %many = arith.constant 4000000 : index
  rt.release_gil %many : index
  scf.for %k = %c0 to %many step %c1 {
    %seen = memref.load %x[%c0] : VECTOR
    %kept = memref.load %new[%c0] : memref<?xf64>
    %mixed = arith.divf %kept, %seen : f64
    memref.store %mixed, %new[%c0] : memref<?xf64>
  }
  rt.acquire_gil
""".replace("VECTOR", VECTOR)
ACCUMULATE_SLOWLY = ACCUMULATE.replace("  func.return", _BUSY + "  func.return")


def scalar_copies(element: str, dtype: str, count: int, packing: str) -> str:
    """A module that copies its one scalar input into `count` outputs."""
    scalar = strided(0, element)
    copies = "\n".join(
        f'%o{i} = rt.alloc_output() {{index = {i} : i64, dtype = "{dtype}"}} : memref<{element}>\n'
        f"memref.store %v, %o{i}[] : memref<{element}>"
        for i in range(count)
    )
    return f"""
    func.func @main({parameter("%x", scalar, dtype)}) attributes {{tir.packing = "{packing}"}} {{
      %v = memref.load %x[] : {scalar}
      {copies}
      func.return
    }}
    """


@pytest.fixture(scope="module")
def add():
    return executable(ADD).bind(slow_path, on_failure, [])


@pytest.fixture(scope="module")
def copy_2d():
    return executable(SUM_2D).bind(slow_path, on_failure, [])


def is_slow(result) -> bool:
    return isinstance(result, tuple) and result[0] == "slow"


ROWS = "memref<?x?xf64, strided<[?, 1], offset: ?>>"


def test_rows_of_elements_that_follow_each_other() -> None:
    f = executable(SUM_2D.replace(strided(2, "f32"), ROWS).replace("32", "64")).bind(
        slow_path, on_failure, []
    )
    x = np.arange(30.0).reshape(5, 6)
    for taken in (x, x[::2], x[:, 1:4], x[::-1], np.broadcast_to(x[0], (3, 6))):
        np.testing.assert_array_equal(f(taken), taken)
    for refused in (x.T, x[:, ::2], x[:, ::-1], np.broadcast_to(x[:, :1], (5, 6))):
        assert f(refused)[0] == "slow"


def test_adds(add):
    result = add(np.arange(3.0), np.ones(3))
    assert type(result) is np.ndarray
    np.testing.assert_array_equal(result, [1, 2, 3])


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12, dtype="float32").reshape(3, 4),
        np.arange(12, dtype="float32").reshape(3, 4).T,
        np.arange(12, dtype="float32").reshape(3, 4)[::-1, ::-2],
        np.asfortranarray(np.arange(12, dtype="float32").reshape(3, 4)),
        np.zeros((0, 4), "float32"),
        np.zeros((4, 0), "float32"),
        np.broadcast_to(np.float32(7), (3, 4)),
        np.arange(12, dtype="float32").reshape(3, 4)[1:2, 2:3],
    ],
    ids=["c", "transposed", "reversed", "fortran", "empty", "empty2", "broadcast", "one"],
)
def test_any_strides_of_whole_elements(copy_2d, array):
    array = array.view()
    array.flags.writeable = False
    result = copy_2d(array)
    np.testing.assert_array_equal(result, array)
    assert result.flags.c_contiguous
    assert not np.may_share_memory(result, array)


def unaligned() -> np.ndarray:
    return np.frombuffer(b"\0" * 33, np.uint8)[1:].view(np.float64)


def odd_strides() -> np.ndarray:
    record = np.zeros(4, np.dtype([("a", "f8"), ("b", "i1")], align=False))
    return record["a"]


@pytest.mark.parametrize(
    "argument",
    [
        3.0,
        None,
        "text",
        [1.0, 2.0, 3.0],
        np.float64(1),
        np.zeros(3, "float32"),
        np.zeros(3, "int64"),
        np.zeros(3, ">f8"),
        np.zeros((3, 1)),
        np.zeros(()),
        np.ma.zeros(3),
        np.zeros(3).view(np.recarray),
        unaligned(),
        odd_strides(),
        np.zeros(3, np.dtype("f8", metadata={"a": 1})),
        object(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_everything_else_goes_the_slow_way(add, argument):
    other = np.ones(3)
    for arguments in ((argument, other), (other, argument)):
        result = add(*arguments)
        assert is_slow(result)
        assert all(a is b for a, b in zip(result[1], arguments, strict=True))
        before = sys.getrefcount(argument), sys.getrefcount(other)
        for _ in range(200):
            add(*arguments)
        # Others use None and small numbers meanwhile.
        assert abs(sys.getrefcount(argument) - before[0]) < 100
        assert abs(sys.getrefcount(other) - before[1]) < 100


def test_wrong_calls_go_the_slow_way(add):
    x = np.ones(3)
    assert add() == ("slow", (), {})
    assert is_slow(add(x))
    assert is_slow(add(x, x, x))
    assert add(x, y=x)[2] == {"y": x}


def test_exceptions_of_the_slow_way_pass():
    def refuse(*arguments):
        raise TypeError("refused")

    native = executable(ADD).bind(refuse, on_failure, [])
    with pytest.raises(TypeError, match="refused"):
        native(1)


def test_static_ones_are_checked():
    copy = executable(ROW_COPY).bind(slow_path, on_failure, [])
    row = np.arange(3.0).reshape(1, 3)
    np.testing.assert_array_equal(copy(row), row)
    assert is_slow(copy(np.zeros((2, 3))))
    assert is_slow(copy(np.zeros((0, 3))))


def test_failure_calls_the_handler_and_keeps_no_reference(add):
    x, y = np.ones(3), np.ones(2)
    before = sys.getrefcount(x), sys.getrefcount(y)
    for _ in range(50):
        with pytest.raises(Failed) as caught:
            add(x, y)
        code, first, second = caught.value.args
        assert code == 1
        assert first is x
        assert second is y
        del caught, first, second
    gc.collect()
    assert (sys.getrefcount(x), sys.getrefcount(y)) == before


def test_many_calls_leak_nothing(add):
    x, y = np.ones(1000), np.ones(1000)
    before = sys.getrefcount(x), sys.getrefcount(y)
    results = [add(x, y) for _ in range(100)]
    assert (sys.getrefcount(x), sys.getrefcount(y)) == before
    assert all(sys.getrefcount(r) == 3 for r in results)
    allocated = sys.getallocatedblocks()
    for _ in range(1000):
        add(x, y)
    assert abs(sys.getallocatedblocks() - allocated) < 50


SCALAR_CASES = [
    ("f64", "float64", [2.5, -0.0, float("inf"), 3, -7, 2**53, np.float64(1.5), np.array(4.0)]),
    ("f32", "float32", [np.float32(1.5), np.array(1.5, "float32")]),
    ("i64", "int64", [0, -1, 2**63 - 1, -(2**63), np.int64(5), np.array(-9)]),
    ("i64", "uint64", [0, 2**63 - 1, np.uint64(2**64 - 1)]),
    ("i32", "int32", [2**31 - 1, -(2**31), np.int32(7)]),
    ("i32", "uint32", [2**32 - 1, 0]),
    ("i16", "int16", [32767, -32768]),
    ("i8", "int8", [127, -128, np.int8(3)]),
    ("i8", "uint8", [255, 0, np.array(7, "uint8")]),
    ("i1", "bool", [np.bool_(True), np.bool_(False), np.array(True)]),
]
REFUSED = {
    "float64": [2**53 + 1, 2**70, True, np.float32(1), np.zeros(1), "1", 1j],
    "float32": [0.5, 1, np.float64(1)],
    "int64": [2**63, -(2**63) - 1, 1.0, True, np.int32(1)],
    "uint64": [-1, 2**64, True],
    "int32": [2**31, -(2**31) - 1, 1.0],
    "uint32": [2**32, -1],
    "int16": [32768],
    "int8": [128, -129, np.uint8(1)],
    "uint8": [256, -1],
    "bool": [1, 0, True],
}


@pytest.mark.parametrize(("element", "dtype", "values"), SCALAR_CASES, ids=lambda v: str(v)[:8])
def test_scalars(element, dtype, values):
    copy = executable(scalar_copies(element, dtype, 1, "array")).bind(slow_path, on_failure, [])
    for value in values:
        before = sys.getrefcount(value)
        for _ in range(200):
            copy(value)
        assert abs(sys.getrefcount(value) - before) < 100
        result = copy(value)
        assert type(result) is np.ndarray
        assert result.dtype == dtype
        assert result.shape == ()
        assert result == value
        assert np.signbit(np.float64(result)) == np.signbit(np.float64(value))
    for value in REFUSED[dtype]:
        assert is_slow(copy(value)), value


def test_packing():
    for packing, count, expected in (
        ("list", 0, []),
        ("list", 1, [2.0]),
        ("list", 3, [2.0, 2.0, 2.0]),
    ):
        copy = executable(scalar_copies("f64", "float64", count, packing)).bind(
            slow_path, on_failure, []
        )
        result = copy(2.0)
        assert type(result) is list
        assert result == expected
        assert all(sys.getrefcount(item) == 3 for item in result)
        assert len({id(item) for item in result}) == count
    nothing = executable(scalar_copies("f64", "float64", 0, "none")).bind(slow_path, on_failure, [])
    before = sys.getrefcount(None)
    assert all(nothing(1.0) is None for _ in range(1000))
    assert abs(sys.getrefcount(None) - before) < 100


@pytest.fixture(scope="module")
def accumulate():
    return executable(ACCUMULATE)


class TestUpdates:
    def test_old_values_are_returned_and_new_ones_stored(self, accumulate):
        cell = [np.array([1.0, 2.0])]
        first = cell[0]
        step = accumulate.bind(slow_path, on_failure, [cell])
        old = step(np.array([10.0, 20.0]))
        np.testing.assert_array_equal(old, [1, 2])
        np.testing.assert_array_equal(cell[0], [11, 22])
        np.testing.assert_array_equal(first, [1, 2])
        assert old is not first
        references = sys.getrefcount(first), sys.getrefcount(cell[0])
        assert references == (2, 2)

    def test_failure_changes_nothing(self, accumulate):
        value = np.array([1.0, 2.0])
        cell = [value]
        step = accumulate.bind(slow_path, on_failure, [cell])
        x = np.ones(3)
        before = sys.getrefcount(value), sys.getrefcount(x)
        for _ in range(20):
            with pytest.raises(Failed) as caught:
                step(x)
            assert caught.value.args[0] == 1
            assert caught.value.args[2] is value
            del caught
        assert cell[0] is value
        np.testing.assert_array_equal(value, [1, 2])
        assert (sys.getrefcount(value), sys.getrefcount(x)) == before

    @pytest.mark.parametrize(
        "content", [[], [None], [[1.0]], [np.zeros(2, "f4")], [np.zeros((2, 2))]]
    )
    def test_a_cell_without_a_usable_array_goes_the_slow_way(self, accumulate, content):
        step = accumulate.bind(slow_path, on_failure, [content])
        assert is_slow(step(np.ones(2)))

    def test_a_cell_emptied_while_the_call_runs(self):
        # The list can be changed by other threads: an error then, and no crash.
        cell = [np.ones(2)]
        step = executable(ACCUMULATE_SLOWLY).bind(slow_path, on_failure, [cell])
        x = np.ones(2)
        before = sys.getrefcount(x)
        started = threading.Event()

        def empty() -> None:
            started.set()
            time.sleep(0.02)
            cell.clear()

        thread = threading.Thread(target=empty)
        thread.start()
        started.wait()
        # Emptied during a call, or between two.
        with contextlib.suppress(IndexError):
            while not is_slow(step(x)):
                pass
        thread.join()
        assert cell == []
        assert sys.getrefcount(x) == before

    def test_two_functions_share_a_cell(self, accumulate):
        cell = [np.zeros(2)]
        first = accumulate.bind(slow_path, on_failure, [cell])
        second = accumulate.bind(slow_path, on_failure, [cell])
        first(np.ones(2))
        second(np.ones(2))
        np.testing.assert_array_equal(cell[0], [2, 2])


def test_code_lives_as_long_as_a_function():
    loaded = executable(ADD)
    native = loaded.bind(slow_path, on_failure, [])
    alive = weakref.ref(loaded)
    del loaded
    gc.collect()
    np.testing.assert_array_equal(native(np.ones(2), np.ones(2)), [2, 2])
    assert alive() is not None
    del native
    gc.collect()
    assert alive() is None


def test_threads(add):
    count = 100_000
    failures: list[int] = []

    def work(number: int) -> None:
        x, y = np.full(count, float(number)), np.arange(float(count))
        for _ in range(20):
            if not np.array_equal(add(x, y), x + y):
                failures.append(number)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_reentrant_from_the_slow_path():
    inner = executable(ADD).bind(slow_path, on_failure, [])
    outer = executable(ADD).bind(
        lambda *a: inner(*(np.asarray(v, float) for v in a)), on_failure, []
    )
    np.testing.assert_array_equal(outer([1, 2], [3, 4]), [4, 6])


def test_what_cpython_reads_last_outlives_a_collected_cycle() -> None:
    """The collector empties dead objects in any order; what only it does not look at stays until its owners are gone."""
    function = executable(ADD).bind(slow_path, on_failure, [])
    definition = ctypes.c_void_p.from_address(id(function) + 16).value
    assert definition is not None
    name = ctypes.c_char_p.from_address(definition).value
    assert function.__name__.encode() == name
    bound = function.__self__  # type: ignore[attr-defined]
    assert type(bound) is type(bound[-1]) is tuple, "tuples are never emptied"
    uncollected = [held for held in bound[-1] if not gc.is_tracked(held)]
    arrays = [held for held in uncollected if isinstance(held, np.ndarray)]
    assert definition in [array.ctypes.data for array in arrays]
    assert name in uncollected
