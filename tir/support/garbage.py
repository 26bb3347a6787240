"""Holds back Python's cyclic garbage collector while many objects are made that all live on."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

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


def keep_all() -> None:
    """Counts everything there is as long-lived, so that only full collections look at it.

    >>> keep_all()
    >>> gc.get_count()[1:]
    (0, 0)
    """
    # Unfreezing moves objects to the oldest generation. What the user has frozen stays so.
    if gc.get_freeze_count() == 0:
        gc.freeze()
        gc.unfreeze()
