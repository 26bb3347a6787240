"""LLVM assembly to callable machine code: errors are exceptions, and memory is given back."""

from __future__ import annotations

import ctypes
import gc
import os
import threading
from pathlib import Path

import pytest

from tir.runtime import blas, cpu
from tir.runtime.elf import ObjectFile
from tir.support.errors import TirError, UnsupportedError

ADD = """
define i64 @add(i64 %a, i64 %b) {
  %c = add i64 %a, %b
  ret i64 %c
}
"""


def _function(text: str, name: str, *types: type, level: int = 3):
    loaded = cpu.load_object(cpu.compile_to_object(text, level), [name])
    return loaded.function(name, *types)


@pytest.mark.parametrize("level", range(4))
def test_every_level(level: int) -> None:
    add = _function(ADD, "add", *[ctypes.c_int64] * 3, level=level)
    assert add(2, 40) == 42


def test_the_same_names_in_many_objects() -> None:
    functions = [
        _function(f"define i64 @main() {{ ret i64 {i} }}", "main", ctypes.c_int64)
        for i in range(20)
    ]
    assert [function() for function in functions] == list(range(20))


def test_a_function_keeps_its_code() -> None:
    add = _function(ADD, "add", *[ctypes.c_int64] * 3)
    gc.collect()
    assert add(1, 2) == 3


def test_text_that_is_not_llvm_assembly() -> None:
    with pytest.raises(TirError, match="LLVM rejects"):
        cpu.compile_to_object("define i64 @f() { ret i32 0 }")
    with pytest.raises(TirError, match="LLVM rejects"):
        cpu.compile_to_object("define i64 @f() {\n %a = add i64 %b, 1\n ret i64 %a\n}")


def test_invalid_modules_are_refused_before_they_crash_llvm() -> None:
    with pytest.raises(TirError, match="LLVM rejects"):
        cpu.compile_to_object(
            "define i64 @f(i1 %c) {\nentry:\n br i1 %c, label %a, label %b\n"
            "a:\n %x = add i64 1, 2\n br label %b\nb:\n ret i64 %x\n}"
        )


def test_missing_symbols_are_named() -> None:
    text = """
    declare void @tir_no_such_function()
    @tir_no_such_data = external global i64
    define i64 @f() {
      call void @tir_no_such_function()
      %x = load i64, ptr @tir_no_such_data
      ret i64 %x
    }"""
    with pytest.raises(cpu.LinkError, match="tir_no_such_data, tir_no_such_function"):
        cpu.load_object(cpu.compile_to_object(text), ["f"])


def test_missing_exports() -> None:
    with pytest.raises(cpu.LinkError):
        cpu.load_object(cpu.compile_to_object(ADD), ["subtract"])
    with pytest.raises(KeyError):
        cpu.load_object(cpu.compile_to_object(ADD), ["add"]).address("subtract")


def test_symbols_of_the_process_the_interpreter_and_of_callers() -> None:
    text = """
    declare double @cos(double)
    declare i32 @PyGILState_Check()
    declare i64 @tir_test_forty_two()
    define double @f(double %x) {
      %c = call double @cos(double %x)
      %g = call i32 @PyGILState_Check()
      %d = sitofp i32 %g to double
      %e = fadd double %c, %d
      %h = call i64 @tir_test_forty_two()
      %i = sitofp i64 %h to double
      %r = fadd double %e, %i
      ret double %r
    }"""
    callback = ctypes.CFUNCTYPE(ctypes.c_int64)(lambda: 42)
    address = ctypes.cast(callback, ctypes.c_void_p).value
    assert address is not None
    cpu.add_symbol("tir_test_forty_two", address)
    loaded = cpu.load_object(cpu.compile_to_object(text), ["f"])
    function = ctypes.PYFUNCTYPE(ctypes.c_double, ctypes.c_double)(loaded.address("f"))
    assert function(0.0) == 44.0


def test_library_calls_that_llvm_makes_up_are_found() -> None:
    text = "define double @f(double %a, double %b) {\n%r = frem double %a, %b\nret double %r\n}"
    assert "fmod" in ObjectFile(cpu.compile_to_object(text)).undefined()
    assert _function(text, "f", *[ctypes.c_double] * 3)(7.5, 2.0) == 1.5


def test_only_elf_objects_are_read() -> None:
    with pytest.raises(UnsupportedError, match="ELF"):
        ObjectFile(b"MZ" + bytes(100))


def test_threads_compile_side_by_side() -> None:
    results: dict[int, int] = {}

    def work(number: int) -> None:
        text = f"define i64 @f() {{ ret i64 {number} }}"
        results[number] = _function(text, "f", ctypes.c_int64)()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {i: i for i in range(16)}


def test_the_printed_forms() -> None:
    assert "define" in cpu.optimized_ir(ADD)
    assert "add:" in cpu.assembly(ADD)
    assert cpu.host_cpu()


def test_constant_data_is_loaded() -> None:
    text = """
    @table = private constant [3 x double] [double 1.0, double 2.0, double 4.0]
    define double @f(i64 %i) {
      %p = getelementptr [3 x double], ptr @table, i64 0, i64 %i
      %v = load double, ptr %p
      ret double %v
    }"""
    function = _function(text, "f", ctypes.c_double, ctypes.c_int64)
    assert [function(i) for i in range(3)] == [1.0, 2.0, 4.0]


def test_blas_has_the_thread_that_calls_it() -> None:
    assert blas.library()["scipy_openblas_get_num_threads"]() == 1


def test_blas_symbols() -> None:
    assert blas.symbol_address("scipy_cblas_dgemm")
    assert blas.symbol_address("scipy_no_such_routine") is None
    assert blas.symbol_address("cos") is None


def test_a_blas_library_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIR_BLAS_LIBRARY", "/nowhere/libblas.so")
    monkeypatch.setattr(blas, "_library", None)
    with pytest.raises(TirError, match=r"/nowhere/libblas\.so"):
        blas.library()


COLD = """
define i64 @other(i64 %a) optnone noinline {
  %b = call i64 @add(i64 %a, i64 1)
  ret i64 %b
}
"""


@pytest.mark.parametrize("text", [ADD, ADD + COLD], ids=["one function", "two functions"])
def test_compiling_gives_memory_back(text: str) -> None:
    def resident_kilobytes() -> int:
        fields = Path("/proc/self/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGESIZE") // 1024

    for _ in range(100):
        cpu.compile_to_object(text)
    gc.collect()
    before = resident_kilobytes()
    for _ in range(50):
        cpu.compile_to_object(text)
    gc.collect()
    assert (resident_kilobytes() - before) / 50 < 25
