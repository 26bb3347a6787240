"""Work shared out to threads: all of it is done, and errors come out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tir.runtime import side_by_side as module
from tir.runtime.side_by_side import SideBySide


def run(function: Callable[[Any], Any], items: Iterable[Any], threads: int) -> list[Any]:
    """The results for items that are all there at once."""
    with SideBySide(function, threads) as work:
        for item in items:
            work.add(item)
        return work.results()


@pytest.mark.parametrize("threads", [1, 2, 5, 50])
def test_results_are_in_the_order_of_items(threads: int) -> None:
    assert run(lambda x: x * x, range(20), threads) == [x * x for x in range(20)]
    assert run(str, [], threads) == []


def test_as_many_items_at_once_as_there_are_threads() -> None:
    all_there = threading.Barrier(3, timeout=60)
    run(lambda _: all_there.wait(), range(9), threads=3)


def test_an_item_is_begun_before_the_next_one_comes() -> None:
    begun = threading.Event()
    with SideBySide(lambda _: begun.set(), threads=2) as work:
        work.add(1)
        assert begun.wait(60)
        work.add(2)
        assert work.results() == [None, None]


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_the_first_error_is_raised(threads: int, error: type[BaseException]) -> None:
    def fail_from_3(number: int) -> int:
        if number >= 3:
            raise error(number)
        return number

    for _ in range(20):
        with pytest.raises(error) as caught:
            run(fail_from_3, range(10), threads)
        assert caught.value.args == (3,)


def test_nothing_more_is_begun_after_an_error() -> None:
    begun = []

    def fail(number: int) -> None:
        begun.append(number)
        raise ValueError

    with pytest.raises(ValueError):
        run(fail, range(100), threads=1)
    assert begun == [0]


@pytest.mark.parametrize("threads", [1, 3])
def test_who_leaves_early_waits_for_what_has_begun(threads: int) -> None:
    begun, ended = threading.Event(), []

    def work_long(number: int) -> None:
        begun.set()
        ended.append(number)

    def leave() -> None:
        with SideBySide(work_long, threads) as work:
            work.add(1)
            assert threads == 1 or begun.wait(60)
            raise ZeroDivisionError

    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        leave()
    assert ended == [1] * (threads > 1)
    assert threading.active_count() == before


def test_where_there_are_no_threads_this_one_does_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(module.threading.Thread, "start", refuse)
    assert run(abs, [-1, -2, -3], threads=3) == [1, 2, 3]
