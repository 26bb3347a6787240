"""The folder of compiled code: entries appear whole, damage is noticed, leftovers are harmless."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tir.runtime.cache import Cache
from tir.tools import tir_cache


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def entry_file(cache: Cache) -> Path:
    (path,) = cache.folder.glob("??/*.tir")
    return path


def test_what_was_put_is_found(cache: Cache) -> None:
    assert cache.get("ab") is None
    cache.put("ab", b"\0code\n")
    assert cache.get("ab") == b"\0code\n"
    cache.put("ab", b"newer")
    assert cache.get("ab") == b"newer"
    assert [(e.key, e.size > 5) for e in cache.entries()] == [("ab", True)]


def test_of_entries_whose_keys_end_alike_those_used_last_are_kept(cache: Cache) -> None:
    for age, key in enumerate(["e1-a", "e2-a", "e3-a", "e4-b", "e5-b"]):
        cache.put(key, b"code")
        path = cache.folder / key[:2] / f"{key}.tir"
        os.utime(path, times=(time.time() - age, time.time() - age))
    cache.get("e3-a")
    assert cache.keep_latest("-a", 2) == 1
    assert {e.key for e in cache.entries()} == {"e1-a", "e3-a", "e4-b", "e5-b"}
    assert cache.keep_latest("-a", 2) == 0


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "other file"])
def test_damaged_entry_is_removed(cache: Cache, damage: str) -> None:
    cache.put("ab", b"code" * 100)
    path = entry_file(cache)
    data = path.read_bytes()
    path.write_bytes(
        {
            "cut": data[:-1],
            "changed": data[:-1] + b"!",
            "empty": b"",
            "other file": b"something else entirely",
        }[damage]
    )
    assert cache.get("ab") is None
    assert not path.exists()
    cache.put("ab", b"again")
    assert cache.get("ab") == b"again"


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = Cache(blocked / "cache")
    cache.put("ab", b"code")
    assert cache.get("ab") is None
    assert list(cache.entries()) == []
    assert cache.clear() == 0


def test_clear_and_purge(cache: Cache) -> None:
    for key in ("ab", "cd", "ce"):
        cache.put(key, b"code")
    old = time.time() - 10 * 86400
    os.utime(cache.folder / "cd" / "cd.tir", (old, old))
    leftover = cache.folder / "cd" / ".writing-x"
    leftover.write_bytes(b"half")
    os.utime(leftover, (old, old))
    assert cache.purge(days=5) == 1
    assert not leftover.exists()
    assert sorted(e.key for e in cache.entries()) == ["ab", "ce"]
    assert cache.clear() == 2
    assert list(cache.entries()) == []


def test_use_postpones_purge(cache: Cache) -> None:
    cache.put("ab", b"code")
    old = time.time() - 10 * 86400
    os.utime(entry_file(cache), (old, old))
    assert cache.get("ab") == b"code"
    assert cache.purge(days=5) == 0


def test_many_writers_of_one_entry(cache: Cache) -> None:
    contents = [bytes([n]) * 50_000 for n in range(16)]

    def write_and_read(content: bytes) -> bytes | None:
        cache.put("ab", content)
        return cache.get("ab")

    with ThreadPoolExecutor(8) as pool:
        assert all(found in contents for found in pool.map(write_and_read, contents * 4))
    assert not list(cache.folder.glob("??/.writing-*"))


def test_command(cache: Cache, capsys: pytest.CaptureFixture[str]) -> None:
    cache.put("ab" * 16, b"code")
    folder = ["--folder", str(cache.folder)]
    assert tir_cache.main([*folder, "list"]) == 0
    listed = capsys.readouterr().out
    assert "abababababababab" in listed
    assert "1 entries" in listed
    assert tir_cache.main([*folder, "purge", "--days", "1"]) == 0
    assert "removed 0" in capsys.readouterr().out
    assert tir_cache.main([*folder, "clear"]) == 0
    assert "removed 1" in capsys.readouterr().out
