"""The memory that tir keeps for large arrays.

An array that a compiled function returns, from 128 kB up, has its data in a pool. When the last reference to it and
to its views goes, the pool keeps the memory for the next call: fresh memory of the system is slow to touch.
`config.pool_limit` bounds what is kept.
"""

from __future__ import annotations


def statistics() -> dict[str, int]:
    """Bytes of the pool: `in_use` by arrays and running calls, the `peak` of that, `kept` unused, and the `limit` on those.

    >>> sorted(statistics())
    ['in_use', 'kept', 'limit', 'peak']
    """
    from tir.runtime.pool import get_pool  # noqa: PLC0415 - loads native code

    return get_pool().statistics()


def trim() -> int:
    """Give the unused memory back to the system; how many bytes that were."""
    from tir.runtime.pool import get_pool  # noqa: PLC0415 - loads native code

    return get_pool().trim()
