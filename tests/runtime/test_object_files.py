"""Modules that LLVM compiles side by side are one program."""

from __future__ import annotations

import ctypes
import threading

import pytest

import tir
from tests.runtime.machines import own_linker_only, refuse
from tir.config import config
from tir.runtime import cpu, llvm_host
from tir.runtime.elf import object_files
from tir.runtime.linker import NeedsLinker, link

FIRST = """
@weights = internal constant [3 x i64] [i64 1, i64 10, i64 100]
@calls = external hidden global i64

define hidden i64 @first(i64 %x) nounwind {
  %p = getelementptr [3 x i64], ptr @weights, i64 0, i64 1
  %w = load i64, ptr %p
  %y = mul i64 %x, %w
  %old = load i64, ptr @calls
  %new = add i64 %old, 1
  store i64 %new, ptr @calls
  ret i64 %y
}
"""
SECOND = """
declare i64 @first(i64)

define hidden i64 @second(i64 %x) nounwind {
  %y = call i64 @first(i64 %x)
  %z = mul i64 %y, %y
  ret i64 %z
}
"""
MAIN = """
@tasks = internal constant [2 x ptr] [ptr @first, ptr @second]
@calls = global i64 0
declare i64 @first(i64)
declare i64 @second(i64)
declare double @cos(double)

define i64 @main(i64 %i, i64 %x) nounwind optnone noinline {
  %p = getelementptr [2 x ptr], ptr @tasks, i64 0, i64 %i
  %task = load ptr, ptr %p
  %y = call i64 %task(i64 %x)
  %c = call double @cos(double 0.0)
  %one = fptosi double %c to i64
  %z = add i64 %y, %one
  ret i64 %z
}
"""


def compiled(*texts: str, level: int = 2) -> bytes:
    """The code of several modules, of which the last one is cold."""
    with cpu.compiling_to_objects(level) as objects:
        for text in texts[:-1]:
            objects.add(text)
        objects.add(texts[-1], cold=True)
        return objects.code()


@pytest.mark.parametrize("linker", ["own", "llvm"])
@pytest.mark.parametrize("level", range(4))
def test_modules_refer_to_one_another(
    linker: str, level: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse("llvm" if linker == "own" else "own", monkeypatch)
    code = compiled(FIRST, SECOND, MAIN, level=level)
    assert len(object_files(code)) == 3
    loaded = cpu.load_object(code, ["main", "calls"])
    number = ctypes.c_int64
    main = loaded.function("main", number, number, number)
    assert [main(0, 3), main(1, 4)] == [31, 1601]
    assert number.from_address(loaded.address("calls")).value == 2


def test_the_number_of_threads_does_not_matter() -> None:
    codes = []
    for threads in (1, 2, 7):
        with config.change_flags(threads=threads):
            codes.append(compiled(FIRST, SECOND, MAIN))
    assert codes[0] == codes[1] == codes[2]


@pytest.mark.parametrize("threads", [1, 2])
def test_errors_of_a_module_are_errors(threads: int) -> None:
    wrong = SECOND.replace("mul i64 %y", "mul i32 %y")
    with config.change_flags(threads=threads), pytest.raises(tir.TirError, match="LLVM rejects"):
        compiled(FIRST, wrong, MAIN)


def test_what_fails_meanwhile_ends_the_threads() -> None:
    before = threading.active_count()

    def fail() -> None:
        with cpu.compiling_to_objects(2) as objects:
            objects.add(FIRST)
            raise ZeroDivisionError

    with config.change_flags(threads=2), pytest.raises(ZeroDivisionError):
        fail()
    assert threading.active_count() == before


@own_linker_only
def test_two_definitions_of_a_name_are_left_to_llvm() -> None:
    code = cpu.compile_to_object("define i64 @f() { ret i64 1 }")
    with pytest.raises(NeedsLinker):
        link(object_files(code + code), {}, ["f"])
    with pytest.raises(cpu.LinkError):
        cpu.load_object(code + code, ["f"])


def test_files_with_local_names_alike() -> None:
    def text(number: int) -> str:
        return f"""
        @value = internal global i64 {number}
        define internal i64 @get() noinline {{
          %v = load volatile i64, ptr @value
          ret i64 %v
        }}
        define i64 @get_{number}() {{
          %v = call i64 @get()
          ret i64 %v
        }}"""

    code = b"".join(cpu.compile_to_object(text(number), 1) for number in (1, 2, 3))
    loaded = cpu.load_object(code, ["get_1", "get_2", "get_3"])
    for number in (1, 2, 3):
        assert loaded.function(f"get_{number}", ctypes.c_int64)() == number


def test_threads_do_not_hold_each_other_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two modules are in LLVM at the same time: each waits there until the other has come."""
    both = threading.Barrier(2, timeout=60)
    emit = llvm_host.Unlocked.emit_object

    def emit_together(self: llvm_host.Unlocked, machine: object, module: object) -> bytes:
        both.wait()
        return emit(self, machine, module)

    monkeypatch.setattr(llvm_host.Unlocked, "emit_object", emit_together)
    with config.change_flags(threads=2):
        assert len(object_files(compiled(FIRST, SECOND))) == 2
