"""Native support modules: compiled once, loaded when code first needs them, found by name."""

from __future__ import annotations

import ctypes
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tir.config import config
from tir.runtime import cpu, support
from tir.runtime.cache import Cache

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
    folder = tmp_path / "native"
    folder.mkdir()
    (folder / "number.ll").write_text(NUMBER)
    monkeypatch.setattr(support, "_FOLDER", folder)
    monkeypatch.setattr(support, "_loaded", {})
    return folder


def test_a_module_is_loaded_once(number_module: Path) -> None:
    loaded = support.load_support("number", ["tir_test_number"])
    assert loaded.function("tir_test_number", ctypes.c_int64)() == 42
    assert support.load_support("number", ["tir_test_number"]) is loaded


def value_in_a_new_process(folder: Path, cache: Path) -> int:
    """What the function gives in a process that may only load its code, not compile it."""
    with (
        pytest.MonkeyPatch.context() as patch,
        config.change_flags(cache=True, cache_dir=str(cache)),
    ):
        patch.setattr(support, "_FOLDER", folder)
        patch.setattr(support, "_loaded", {})
        patch.setattr(support, "compile_to_object", None)
        loaded = support.load_support("number", ["tir_test_number"])
    return loaded.function("tir_test_number", ctypes.c_int64)()


def kept_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_code_is_kept_beside_the_sources_for_everybody(number_module: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with config.change_flags(cache=False, cache_dir=str(cache)):
        support.load_support("number", ["tir_test_number"])
    (kept,) = kept_files(number_module / "__pycache__")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o644
    for folder in (kept.parent, kept.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert value_in_a_new_process(number_module, cache) == 42
    assert not cache.exists()


def test_where_nothing_can_be_written_the_user_keeps_the_code(
    number_module: Path, tmp_path: Path
) -> None:
    (number_module / "__pycache__").write_text("a file where the folder should be")
    cache = tmp_path / "cache"
    with config.change_flags(cache=True, cache_dir=str(cache)):
        support.load_support("number", ["tir_test_number"])
    assert value_in_a_new_process(number_module, cache) == 42
    assert not list(Cache(cache).entries()), "tir-cache knows nothing of it"
    assert Cache(cache).clear() == 0
    assert value_in_a_new_process(number_module, cache) == 42


@pytest.mark.parametrize("content", [b"", b"damaged", b"tir cache 1\n" + bytes(100)])
def test_damaged_code_is_compiled_again(
    number_module: Path, tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with config.change_flags(cache=False):
        support.load_support("number", ["tir_test_number"])
        (kept,) = kept_files(number_module / "__pycache__")
        whole = kept.read_bytes()
        kept.write_bytes(content)
        monkeypatch.setattr(support, "_loaded", {})
        support.load_support("number", ["tir_test_number"])
    assert kept.read_bytes() == whole


def test_other_sources_are_other_code(number_module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    support.load_support("number", ["tir_test_number"])
    (number_module / "number.ll").write_text(NUMBER.replace("42", "43"))
    monkeypatch.setattr(support, "_loaded", {})
    loaded = support.load_support("number", ["tir_test_number"])
    assert loaded.function("tir_test_number", ctypes.c_int64)() == 43


@pytest.mark.parametrize("beside_the_sources", [True, False])
def test_old_versions_of_a_module_are_removed(
    number_module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside_the_sources: bool
) -> None:
    cache = tmp_path / "cache"
    kept = number_module / "__pycache__" if beside_the_sources else cache
    if not beside_the_sources:
        (number_module / "__pycache__").write_text("a file where the folder should be")
    (number_module / "other.ll").write_text(NUMBER.replace("number", "other"))
    with config.change_flags(cache=True, cache_dir=str(cache)):
        support.load_support("other", ["tir_test_other"])
        (other,) = kept_files(kept)
        for number in range(support._VERSIONS + 3):
            (number_module / "number.ll").write_text(NUMBER.replace("42", str(number)))
            monkeypatch.setattr(support, "_loaded", {})
            before = set(kept_files(kept))
            loaded = support.load_support("number", ["tir_test_number"])
            assert loaded.function("tir_test_number", ctypes.c_int64)() == number
            assert set(kept_files(kept)) - before, "the new version is kept"
    assert len(kept_files(kept)) == support._VERSIONS + 1
    assert other.exists()
    assert value_in_a_new_process(number_module, cache) == number


def test_processes_that_compile_other_versions_at_the_same_time(number_module: Path) -> None:
    script = (
        "import ctypes, pathlib, sys\n"
        "from tir.runtime import support\n"
        f"support._FOLDER = pathlib.Path({str(number_module)!r}) / sys.argv[1]\n"
        f"support._BESIDE_THE_SOURCES = {str(number_module / 'together')!r}\n"
        "for number in range(5):\n"
        "    support._loaded = {}\n"
        "    loaded = support.load_support('number', ['tir_test_number'])\n"
        "    print(loaded.function('tir_test_number', ctypes.c_int64)())\n"
    )
    numbers = [str(number) for number in range(support._VERSIONS + 2)]
    for number in numbers:
        (number_module / number).mkdir()
        text = NUMBER.replace("42", number)
        (number_module / number / "number.ll").write_text(text)
    processes = [
        subprocess.Popen([sys.executable, "-c", script, number], stdout=subprocess.PIPE, text=True)
        for number in numbers
    ]
    found = [process.communicate()[0].split() for process in processes]
    assert found == [[number] * 5 for number in numbers]
    # What one process removes while another writes is not counted.
    assert 0 < len(kept_files(number_module / "together")) <= len(numbers)


def test_processes_that_compile_at_the_same_time(number_module: Path, tmp_path: Path) -> None:
    script = (
        "import ctypes, pathlib\n"
        "from tir.runtime import support\n"
        f"support._FOLDER = pathlib.Path({str(number_module)!r})\n"
        "loaded = support.load_support('number', ['tir_test_number'])\n"
        "print(loaded.function('tir_test_number', ctypes.c_int64)())\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [p.communicate()[0] for p in processes] == ["42\n"] * 4
    assert len(kept_files(number_module / "__pycache__")) == 1
    assert value_in_a_new_process(number_module, tmp_path / "cache") == 42


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
