"""Native support modules: compiled once, loaded when code first needs them, found by name."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from tir.config import config
from tir.runtime import cpu, support

NUMBER = "define i64 @tir_test_number() {\n  ret i64 42\n}\n"
CALLER = """
declare i64 @tir_test_number()

define i64 @main() {
  %number = call i64 @tir_test_number()
  ret i64 %number
}
"""


@pytest.fixture
def number_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "number.ll").write_text(NUMBER)
    monkeypatch.setattr(support, "_FOLDER", tmp_path)
    monkeypatch.setattr(support, "_loaded", {})
    return tmp_path


def test_a_module_is_loaded_once(number_module: Path) -> None:
    loaded = support.load_support("number", ["tir_test_number"])
    assert loaded.function("tir_test_number", ctypes.c_int64)() == 42
    assert support.load_support("number", ["tir_test_number"]) is loaded


def test_a_second_process_finds_the_code(
    number_module: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with config.change_flags(cache=True, cache_dir=str(number_module / "cache")):
        support.load_support("number", ["tir_test_number"])
        support._loaded.clear()
        monkeypatch.setattr(support, "compile_to_object", None)
        loaded = support.load_support("number", ["tir_test_number"])
    assert loaded.function("tir_test_number", ctypes.c_int64)() == 42


def test_symbols_come_when_code_first_needs_them(number_module: Path) -> None:
    provided = []

    def provide() -> None:
        loaded = support.load_support("number", ["tir_test_number"])
        cpu.add_symbol("tir_test_number", loaded.address("tir_test_number"))
        provided.append(loaded)

    cpu.provide_symbols(["tir_test_number"], provide)
    code = cpu.compile_to_object(CALLER)
    assert not provided
    for _ in range(2):
        assert cpu.load_object(code).function("main", ctypes.c_int64)() == 42
    assert len(provided) == 1
