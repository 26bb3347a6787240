"""Work shared out to threads: all of it is done, and errors come out."""

from __future__ import annotations

import threading

import pytest

from tir.runtime import side_by_side as module
from tir.runtime.side_by_side import side_by_side


@pytest.mark.parametrize("threads", [1, 2, 5, 50])
def test_results_are_in_the_order_of_items(threads: int) -> None:
    assert side_by_side(lambda x: x * x, range(20), threads) == [x * x for x in range(20)]
    assert side_by_side(str, [], threads) == []


def test_as_many_items_at_once_as_there_are_threads() -> None:
    all_there = threading.Barrier(3, timeout=60)
    side_by_side(lambda _: all_there.wait(), range(9), threads=3)


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_the_first_error_is_raised(threads: int, error: type[BaseException]) -> None:
    def fail_from_3(number: int) -> int:
        if number >= 3:
            raise error(number)
        return number

    for _ in range(20):
        with pytest.raises(error) as caught:
            side_by_side(fail_from_3, range(10), threads)
        assert caught.value.args == (3,)


def test_nothing_more_is_begun_after_an_error() -> None:
    begun = []

    def fail(number: int) -> None:
        begun.append(number)
        raise ValueError

    with pytest.raises(ValueError):
        side_by_side(fail, range(100), threads=1)
    assert begun == [0]


def test_where_there_are_no_threads_this_one_does_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(module.threading.Thread, "start", refuse)
    assert side_by_side(abs, [-1, -2, -3], threads=3) == [1, 2, 3]
