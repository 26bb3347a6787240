"""LLVM starts while the caller does something else."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from tir.runtime import llvm_host
from tir.runtime.llvm_lock import LLVM_LOCK


@pytest.fixture
def _not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llvm_host, "_host", None)


@pytest.mark.usefixtures("_not_started")
def test_it_has_started_when_the_block_ends() -> None:
    before = threading.active_count()
    with LLVM_LOCK, llvm_host.starting_meanwhile():
        pass
    started = llvm_host._host
    assert started is not None
    assert threading.active_count() == before
    with LLVM_LOCK, llvm_host.starting_meanwhile():
        assert threading.active_count() == before
    assert llvm_host.get_host() is started


@pytest.mark.usefixtures("_not_started")
def test_errors_of_the_start_come_to_who_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    with LLVM_LOCK:
        with llvm_host.starting_meanwhile():
            pass
        with pytest.raises(ImportError):
            llvm_host.get_host()


@pytest.mark.usefixtures("_not_started")
def test_without_another_thread_it_starts_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with LLVM_LOCK, llvm_host.starting_meanwhile():
        pass
    assert llvm_host._host is None
    assert llvm_host.get_host().cpu


def test_a_first_compilation_in_several_threads_at_once() -> None:
    script = (
        "import threading, tir\n"
        "from tir import tensor as T\n"
        "tir.config.cache = False\n"
        "x = T.dvector('x')\n"
        "found = []\n"
        "def work(i): found.append(float(tir.function([x], T.sum(x * i))([1.0, 2.0])))\n"
        "threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
        "print(sorted(found))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=200
    )
    assert done.stdout == "[0.0, 3.0, 6.0, 9.0]\n"
