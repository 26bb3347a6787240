"""Modules divided into parts compute what they compute whole, and are divided the same way each time."""

from __future__ import annotations

import ctypes
import re
import threading

import pytest

import tir
from tests.runtime.machines import own_linker_only, refuse
from tir import tensor as T
from tir.config import config
from tir.runtime import cpu, llvm_compile, llvm_parts
from tir.runtime.elf import object_files
from tir.runtime.linker import NeedsLinker, link
from tir.runtime.llvm_parts import Part, divided

MODULE = """
@weights = internal constant [3 x i64] [i64 1, i64 10, i64 100]
@tasks = internal constant [2 x ptr] [ptr @first, ptr @second]
@calls = global i64 0
@last = internal global i64 -1
declare i64 @llvm.smax.i64(i64, i64)
declare double @cos(double)

define internal i64 @twice(i64 %x) nounwind alwaysinline {
  %y = call i64 @count(i64 %x)
  %z = add i64 %y, %y
  ret i64 %z
}

define internal i64 @count(i64 %x) nounwind noinline {
  %old = load i64, ptr @calls
  %new = add i64 %old, 1
  store i64 %new, ptr @calls
  store i64 %x, ptr @last
  ret i64 %x
}

define internal i64 @only_first(i64 %x) nounwind noinline {
  %p = getelementptr [3 x i64], ptr @weights, i64 0, i64 1
  %w = load i64, ptr %p
  %y = mul i64 %x, %w
  ret i64 %y
}

define internal i64 @first(i64 %x) nounwind noinline {
  %y = call i64 @twice(i64 %x)
  %z = call i64 @only_first(i64 %y)
  ret i64 %z
}

define internal i64 @second(i64 %x) nounwind noinline {
  %y = call i64 @twice(i64 %x)
  %p = getelementptr [3 x i64], ptr @weights, i64 0, i64 2
  %w = load i64, ptr %p
  %z = mul i64 %y, %w
  ret i64 %z
}

define i64 @main(i64 %i, i64 %x) nounwind optnone noinline {
  %p = getelementptr [2 x ptr], ptr @tasks, i64 0, i64 %i
  %task = load ptr, ptr %p
  %y = call i64 %task(i64 %x)
  %c = call double @cos(double 0.0)
  %one = fptosi double %c to i64
  %z = add i64 %y, %one
  ret i64 %z
}

define i64 @last_argument() nounwind optnone noinline {
  %x = load i64, ptr @last
  ret i64 %x
}
"""
NAMES = ["main", "last_argument", "calls"]


@pytest.fixture
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llvm_parts, "_LINES_OF_A_PART", 6)


def defined(part: Part) -> set[str]:
    """The functions that a part has, less those that are inlined into others."""
    lines = re.findall(r"^define .*", part.text, re.MULTILINE)
    return {
        line.partition("@")[2].partition("(")[0] for line in lines if "alwaysinline" not in line
    }


@pytest.mark.usefixtures("_small_parts")
def test_each_function_is_in_one_part_with_what_only_it_calls() -> None:
    *hot, cold = divided(MODULE)
    assert [part.cold for part in hot] == [False] * len(hot)
    assert cold.cold
    assert defined(cold) == {"main", "last_argument"}
    assert sorted(map(sorted, map(defined, hot))) == [
        ["count"],
        ["first", "only_first"],
        ["second"],
    ]


@pytest.mark.usefixtures("_small_parts")
@pytest.mark.parametrize("linker", ["own", "llvm"])
@pytest.mark.parametrize("level", range(4))
def test_parts_refer_to_one_another(
    linker: str, level: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse("llvm" if linker == "own" else "own", monkeypatch)
    code = cpu.compile_to_object(MODULE, level)
    assert len(object_files(code)) == len(divided(MODULE)) > 2
    loaded = cpu.load_object(code, NAMES)
    number = ctypes.c_int64
    main = loaded.function("main", number, number, number)
    assert [main(0, 3), main(1, 4)] == [61, 801]
    assert loaded.function("last_argument", number)() == 4
    assert number.from_address(loaded.address("calls")).value == 2


def test_modules_without_cold_functions_stay_whole() -> None:
    text = MODULE.replace("optnone ", "")
    assert divided(text) == [Part(text, cold=False)]


@pytest.mark.parametrize(
    "line",
    [
        "@mine = internal thread_local global i64 0",
        "@other = alias i64, ptr @calls",
        "@0 = internal constant i64 1",
        "$calls = comdat any",
    ],
)
def test_what_it_does_not_know_stays_whole(line: str) -> None:
    text = f"{line}\n{MODULE}"
    assert divided(text) == [Part(text, cold=False)]


@pytest.mark.usefixtures("_small_parts")
def test_the_number_of_threads_does_not_matter() -> None:
    codes = []
    for threads in (1, 2, 7):
        with config.change_flags(threads=threads):
            codes.append(cpu.compile_to_object(MODULE))
    assert codes[0] == codes[1] == codes[2]


@pytest.mark.usefixtures("_small_parts")
def test_errors_of_a_part_are_errors() -> None:
    wrong = MODULE.replace("%z = mul i64 %y, %w", "%z = mul i32 %y, %w")
    with config.change_flags(threads=2), pytest.raises(tir.TirError, match="LLVM rejects"):
        cpu.compile_to_object(wrong)


@pytest.mark.usefixtures("_small_parts")
def test_what_is_printed_is_the_whole_program() -> None:
    optimized = cpu.optimized_ir(MODULE)
    for name in ("main", "first", "second", "count"):
        assert len(re.findall(rf"^define .*@{name}\(", optimized, re.MULTILINE)) == 1
    assert not re.search(r"^declare .*@(first|second|count)\(", optimized, re.MULTILINE)
    loaded = cpu.load_object(cpu.compile_to_object(optimized, 0), ["main"])
    assert loaded.function("main", *[ctypes.c_int64] * 3)(1, 4) == 801
    assert {"main:", "first:", "second:"} <= set(
        re.findall(r"^\w+:", cpu.assembly(MODULE), re.MULTILINE)
    )


def test_a_function_of_several_kernels_has_cold_code_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = []
    compile_to_object = cpu.compile_to_object

    def spy(text: str, *others: object) -> bytes:
        texts.append(text)
        return compile_to_object(text, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(cpu, "compile_to_object", spy)
    x, w = T.dmatrix("x"), T.dmatrix("w")
    cost = T.sum(T.nnet.softmax(T.dot(T.tanh(x), w)) ** 2)
    with config.change_flags(cache=False):
        f = tir.function([x, w], [cost, T.grad(cost, w)])
    parts = divided(texts[0])
    assert [part.cold for part in parts[-2:]] == [False, True]
    assert "tir_entry" in defined(parts[-1])
    assert {"llvm-parse", "llvm-optimize", "llvm-codegen"} <= set(f.timings())


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
    """Two parts are in LLVM at the same time: each waits there until the other has come."""
    both = threading.Barrier(2, timeout=60)
    emit = llvm_compile.Unlocked.emit_object

    def emit_together(self: llvm_compile.Unlocked, machine: object, module: object) -> bytes:
        both.wait()
        return emit(self, machine, module)

    monkeypatch.setattr(llvm_compile.Unlocked, "emit_object", emit_together)
    monkeypatch.setattr(llvm_parts, "_LINES_OF_A_PART", 1000)
    with config.change_flags(threads=2):
        assert len(object_files(cpu.compile_to_object(MODULE))) == 2
