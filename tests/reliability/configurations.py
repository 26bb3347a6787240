"""How code is compiled and called in tests that try it otherwise than users have it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.reliability.costs import SMALL, costs
from tir.config import config

LEVELS = (0, 1, 2, 3)
"""LLVM's levels of optimization."""

THREADS = (1, 2)


@contextmanager
def compiled_at(level: int | None) -> Iterator[None]:
    """What is compiled meanwhile is at a level of LLVM, and has small arrays go the ways of large ones; nothing for `None`."""
    if level is None:
        yield
        return
    with config.change_flags(opt_level=level), costs(**SMALL):
        yield


def call_with_threads(function: Any, *arrays: Any) -> Iterator[tuple[int, Any]]:
    """The results of calls with one thread and with two, and how many there were."""
    for threads in THREADS:
        with config.change_flags(threads=threads):
            result = function(*arrays)
        yield threads, result
