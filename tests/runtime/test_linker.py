"""The linker of our own gives what LLVM's gives, and leaves to it what it does not know."""

from __future__ import annotations

import ctypes
import gc
from pathlib import Path

import pytest

from tests.runtime.machines import own_linker_only, refuse
from tir.runtime import cpu
from tir.runtime.elf import ObjectFile
from tir.runtime.linker import NeedsLinker, link

EVERYTHING = """
declare double @cos(double)
@counter = global i64 40
@zeros = global [100 x i64] zeroinitializer, align 64
@table = internal constant [2 x ptr] [ptr @increment, ptr @cosine], align 16
@vector = internal constant <4 x double> <double 1.0, double 2.0, double 3.0, double 4.0>
@outside = internal global ptr @cos

define i64 @increment() {
  %old = load i64, ptr @counter
  %new = add i64 %old, 1
  store i64 %new, ptr @counter
  ret i64 %new
}

define double @cosine(double %x) {
  %y = call double @cos(double %x)
  ret double %y
}

define ptr @entry_of_table(i64 %i) {
  %p = getelementptr [2 x ptr], ptr @table, i64 0, i64 %i
  %f = load ptr, ptr %p
  ret ptr %f
}

define double @through_pointer(double %x) {
  %f = load ptr, ptr @outside
  %y = call double %f(double %x)
  ret double %y
}

define double @sum(i64 %i) {
  %v = load <4 x double>, ptr @vector
  %w = fmul <4 x double> %v, <double 2.0, double 2.0, double 2.0, double 0.5>
  %e = extractelement <4 x double> %w, i64 %i
  ret double %e
}

define i64 @remember(i64 %i, i64 %v) {
  %p = getelementptr [100 x i64], ptr @zeros, i64 0, i64 %i
  %old = load i64, ptr %p
  store i64 %v, ptr %p
  ret i64 %old
}

define double @choose(i64 %i, double %x) {
  switch i64 %i, label %other [ i64 0, label %a
                                i64 1, label %b
                                i64 2, label %c
                                i64 3, label %d
                                i64 4, label %e ]
a:
  %va = call double @cos(double %x)
  ret double %va
b:
  %vb = fadd double %x, 1.0
  ret double %vb
c:
  %vc = fmul double %x, %x
  ret double %vc
d:
  %vd = fdiv double %x, 3.0
  ret double %vd
e:
  ret double 7.0
other:
  ret double -1.0
}
"""
NAMES = [
    "counter",
    "increment",
    "cosine",
    "entry_of_table",
    "through_pointer",
    "sum",
    "remember",
    "choose",
]


@pytest.fixture(params=["own", "llvm"])
def loaded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> cpu.LoadedObject:
    refuse("llvm" if request.param == "own" else "own", monkeypatch)
    return cpu.load_object(cpu.compile_to_object(EVERYTHING), NAMES)


def test_code_constants_data_and_calls(loaded: cpu.LoadedObject) -> None:
    integer, real = ctypes.c_int64, ctypes.c_double
    increment = loaded.function("increment", integer)
    assert [increment(), increment()] == [41, 42]
    assert integer.from_address(loaded.address("counter")).value == 42
    assert loaded.function("cosine", real, real)(0.0) == 1.0
    assert loaded.function("through_pointer", real, real)(0.0) == 1.0
    entry = loaded.function("entry_of_table", ctypes.c_void_p, integer)
    assert [entry(0), entry(1)] == [loaded.address("increment"), loaded.address("cosine")]
    total = loaded.function("sum", real, integer)
    assert [total(i) for i in range(4)] == [2.0, 4.0, 6.0, 2.0]
    remember = loaded.function("remember", integer, integer, integer)
    assert [remember(i, i + 1) for i in range(100)] == [0] * 100
    assert [remember(i, 0) for i in range(100)] == list(range(1, 101))
    choose = loaded.function("choose", real, integer, real)
    assert [choose(i, 0.0) for i in range(6)] == [1.0, 1.0, 0.0, 0.0, 7.0, -1.0]


@own_linker_only
def test_what_it_does_not_know_is_left_to_llvm() -> None:
    text = "@weak = extern_weak global i64\ndefine ptr @f() { ret ptr @weak }"
    file = ObjectFile(cpu.compile_to_object(text))
    with pytest.raises(NeedsLinker):
        link([file], {}, ["f"])
    text = "@local = thread_local global i64 1\ndefine i64 @f() {\n%v = load i64, ptr @local\nret i64 %v\n}"
    with pytest.raises(NeedsLinker):
        link([ObjectFile(cpu.compile_to_object(text))], {"__tls_get_addr": 1}, ["f"])


def mappings() -> int:
    """How many pieces the memory of this process has."""
    return len(Path("/proc/self/maps").read_text().splitlines())


@own_linker_only
def test_code_is_never_writable_and_its_memory_is_given_back() -> None:
    loaded = cpu.load_object(cpu.compile_to_object(EVERYTHING), NAMES)
    address = loaded.address("increment")
    for line in Path("/proc/self/maps").read_text().splitlines():
        start, end = (int(word, 16) for word in line.split()[0].split("-"))
        if start <= address < end:
            assert line.split()[1] == "r-xp"
            break
    else:
        raise AssertionError("the code is nowhere")
    code = cpu.compile_to_object(EVERYTHING)
    del loaded
    gc.collect()
    before = mappings()
    for _ in range(50):
        cpu.load_object(code, NAMES)
    gc.collect()
    assert mappings() <= before + 5
