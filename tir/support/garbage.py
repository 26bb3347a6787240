"""Holds back Python's cyclic garbage collector while many objects are made that all live on."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LITTLE = 50_000
"""Objects: a process that has just imported NumPy has about half as many."""
_lock = threading.Lock()
_pauses = 0
_was_enabled = False


@contextmanager
def collection_paused() -> Iterator[None]:
    """No collection in this block, in any thread; it may be nested and entered by several threads.

    The collector looks at every object again and again while a compilation makes hundreds of thousands, nearly none of
    which is garbage before the end.

    >>> with collection_paused():
    ...     gc.isenabled()
    False
    """
    global _pauses, _was_enabled  # noqa: PLW0603 - the collector is the process's
    with _lock:
        if _pauses == 0:
            _was_enabled = gc.isenabled()
            gc.disable()
        _pauses += 1
    try:
        yield
    finally:
        with _lock:
            _pauses -= 1
            if _pauses == 0 and _was_enabled:
                gc.enable()


@contextmanager
def kept_for_good() -> Iterator[None]:
    """For imports: what is made in this block stays as long as the process, so the collector need not look at it.

    Neither while it is made nor later, nor when the process ends, which takes longest: it saves a quarter of the time
    of a process that only imports. The collector can leave out all that there is, or nothing. So it is done only where
    little was there before; else cycles of the user's might never be freed. The objects then count as old.
    """
    little_before = len(gc.get_objects()) < _LITTLE
    with collection_paused():
        yield
        # What the user has frozen stays so, and unfrozen what the user may unfreeze.
        if gc.get_freeze_count() == 0:
            gc.freeze()
            if not little_before:
                gc.unfreeze()  # to the oldest generation


def _after_fork() -> None:
    """Only the thread that forks goes on: what others have begun does not end in the child."""
    global _lock, _pauses  # noqa: PLW0603 - the collector is the process's
    _lock = threading.Lock()
    if _pauses and _was_enabled:
        gc.enable()
    _pauses = 0


os.register_at_fork(after_in_child=_after_fork)
