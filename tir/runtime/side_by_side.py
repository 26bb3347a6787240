"""Independent pieces of work shared out to a few threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(
    function: Callable[[Item], Result], items: Sequence[Item], threads: int
) -> list[Result]:
    """The results for all items, in their order, whichever thread computes which; this thread is one of them.

    Where items meet errors, that of the first of them is raised, when all threads have ended; later items may be left out.
    Where the system gives fewer threads, these do all the work.

    >>> side_by_side(abs, [-1, 2, -3], threads=2)
    [1, 2, 3]
    """
    results: dict[int, Result] = {}
    errors: dict[int, BaseException] = {}
    numbers = iter(range(len(items)))  # its `next` is one step of the interpreter

    def work() -> None:
        while not errors and (number := next(numbers, None)) is not None:
            try:
                results[number] = function(items[number])
            except BaseException as error:
                errors[number] = error

    helpers = [threading.Thread(target=work) for _ in range(min(threads, len(items)) - 1)]
    started = list(takewhile(starts, helpers))
    work()
    for helper in started:
        helper.join()
    for number in sorted(errors):
        raise errors[number]
    return [results[number] for number in range(len(items))]


def starts(thread: threading.Thread) -> bool:
    """Start a thread; whether the system has one to give."""
    try:
        thread.start()
    except RuntimeError:
        return False
    return True
