"""Independent pieces of work shared out to a few threads, as they turn up."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class SideBySide(Generic[Item, Result]):
    """Applies a function to items in threads, of which this one is the last to begin: when it asks for the results.

    Where items meet errors, that of the first of them is raised, when all threads have ended; later items may be left out.
    Where the system gives fewer threads, these do all the work.

    >>> with SideBySide(abs, threads=2) as work:
    ...     for number in (-1, 2, -3):
    ...         work.add(number)
    ...     work.results()
    [1, 2, 3]
    """

    def __init__(self, function: Callable[[Item], Result], threads: int) -> None:
        self._function = function
        self._threads_left = threads - 1
        self._helpers: list[threading.Thread] = []
        self._pending: deque[tuple[int, Item]] = deque()
        self._count = 0
        self._complete = False
        self._changed = threading.Condition()
        self._results: dict[int, Result] = {}
        self._errors: dict[int, BaseException] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Waits for what has begun; what has not is left out."""
        with self._changed:
            self._pending.clear()
        self._finish()

    def add(self, item: Item) -> None:
        """One more item, which a thread that is free may begin at once."""
        with self._changed:
            self._pending.append((self._count, item))
            self._count += 1
            self._changed.notify()
        if self._threads_left > 0:
            self._threads_left -= 1
            helper = threading.Thread(target=self._work)
            if starts(helper):
                self._helpers.append(helper)
            else:
                self._threads_left = 0

    def results(self) -> list[Result]:
        """The results for all items, in their order; there will be no more items."""
        with self._changed:
            self._complete = True
        self._work()
        self._finish()
        for number in sorted(self._errors):
            raise self._errors[number]
        return [self._results[number] for number in range(self._count)]

    def _finish(self) -> None:
        with self._changed:
            self._complete = True
            self._changed.notify_all()
        for helper in self._helpers:
            helper.join()

    def _work(self) -> None:
        while (found := self._next()) is not None:
            number, item = found
            try:
                self._results[number] = self._function(item)
            except BaseException as error:
                self._errors[number] = error

    def _next(self) -> tuple[int, Item] | None:
        """The next item; None if there will be none."""
        with self._changed:
            while not self._pending and not self._complete and not self._errors:
                self._changed.wait()
            return self._pending.popleft() if self._pending and not self._errors else None


def starts(thread: threading.Thread) -> bool:
    """Start a thread; whether the system has one to give."""
    try:
        thread.start()
    except RuntimeError:
        return False
    return True
