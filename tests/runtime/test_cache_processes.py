"""Many processes that use one folder of compiled code, are killed, or may not write it."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tir.runtime.cache import Cache

NOBODY = 65534
KEYS = [f"{n:02x}" * 4 for n in range(8)]


def content_of(key: str) -> bytes:
    """What is kept under a key: long enough that writing takes a while."""
    return key.encode() * 40_000


@pytest.fixture
def cache() -> Iterator[Cache]:
    # Not in pytest's folder, which other users cannot enter.
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Cache(Path(folder) / "cache")


def in_child(work: Callable[[], bool]) -> int:
    """A child process that does some work and exits with 0 if it returns true."""
    child = os.fork()
    if child:
        return child
    status = 2
    try:
        status = 0 if work() else 1
    finally:
        os._exit(status)


def status_of(child: int) -> int:
    """How a child ended: its exit status, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def write_and_read(cache: Cache, rounds: int) -> bool:
    """Whether reading gave what was written, all the time, or nothing."""
    for number in range(rounds):
        key = KEYS[number % len(KEYS)]
        cache.put(key, content_of(key))
        if cache.get(key) not in (None, content_of(key)):
            return False
    return True


def test_sixteen_processes_at_once(cache: Cache) -> None:
    children = [in_child(lambda: write_and_read(cache, 40)) for _ in range(16)]
    assert [status_of(child) for child in children] == [0] * 16
    assert all(cache.get(key) == content_of(key) for key in KEYS)
    assert not list(cache.folder.glob("??/.writing-*"))


def test_processes_that_are_killed_leave_whole_entries(cache: Cache) -> None:
    moments = random.Random(0)
    killed = 0
    for _ in range(30):
        child = in_child(lambda: write_and_read(cache, 100_000))
        time.sleep(moments.uniform(0.0, 0.02))
        os.kill(child, signal.SIGKILL)
        killed += status_of(child) == -signal.SIGKILL
        # A damaged entry would be removed by reading it.
        before = {entry.key for entry in cache.entries()}
        assert all(cache.get(key) == content_of(key) for key in before)
    assert killed == 30
    assert write_and_read(cache, len(KEYS))
    assert cache.clear() == len(KEYS)
    assert not [path for path in cache.folder.rglob("*") if path.is_file()]


def test_commands_while_others_write_and_read(cache: Cache) -> None:
    children = [in_child(lambda: write_and_read(cache, 200)) for _ in range(3)]

    def disturb(_: int) -> bool:
        for _ in range(40):
            list(cache.entries())
            cache.clear()
            cache.purge(days=0)
            cache.purge(days=1)
        return True

    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(disturb, range(2)))
    assert [status_of(child) for child in children] == [0] * 3
    assert write_and_read(cache, len(KEYS))
    assert all(cache.get(key) == content_of(key) for key in KEYS)


def as_nobody(work: Callable[[], bool]) -> int:
    """A child whose rights to files are those that the files grant; root has all."""

    def without_rights() -> bool:
        if os.geteuid() == 0:
            os.seteuid(NOBODY)
        return work()

    return in_child(without_rights)


def test_a_folder_that_may_only_be_read(cache: Cache) -> None:
    assert write_and_read(cache, 2)
    damaged = cache.folder / KEYS[1][:2] / f"{KEYS[1]}.tir"
    damaged.write_bytes(b"damaged")
    for path in [*cache.folder.rglob("*"), cache.folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)

    def use() -> bool:
        cache.put(KEYS[2], b"new")
        return (
            cache.get(KEYS[0]) == content_of(KEYS[0])
            and cache.get(KEYS[1]) is None
            and cache.get(KEYS[2]) is None
            and cache.clear() == 0
        )

    assert status_of(as_nobody(use)) == 0
    for path in [cache.folder, *cache.folder.rglob("*")]:
        path.chmod(0o755)


def test_an_entry_that_may_not_be_read_is_replaced(cache: Cache) -> None:
    cache.put(KEYS[0], b"old")
    path = cache.folder / KEYS[0][:2] / f"{KEYS[0]}.tir"
    path.chmod(0)
    for folder in (cache.folder, path.parent):
        folder.chmod(0o777)

    def use() -> bool:
        nothing = cache.get(KEYS[0])
        cache.put(KEYS[0], b"new")
        return nothing is None and cache.get(KEYS[0]) == b"new"

    assert status_of(as_nobody(use)) == 0
