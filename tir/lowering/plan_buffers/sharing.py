"""Temporaries of one form that do not live at the same time."""

from __future__ import annotations

from collections.abc import Hashable
from heapq import heappop, heappush

from xdsl.dialects import memref
from xdsl.ir import SSAValue

from tir.lowering.plan_buffers.lifetimes import Lifetimes, form


def share_buffers(lifetimes: Lifetimes) -> None:
    """Give each temporary the memory of an earlier one of its form that is no longer used, if there is one."""
    free: dict[Hashable, list[SSAValue]] = {}
    living: list[tuple[int, int, SSAValue]] = []
    temporaries = [b for b in lifetimes.first if isinstance(b.owner, memref.AllocOp)]
    temporaries.sort(key=lifetimes.first.__getitem__)
    for number, buffer in enumerate(temporaries):
        allocation = buffer.owner
        assert isinstance(allocation, memref.AllocOp)
        start, end = lifetimes.first[buffer], lifetimes.last[buffer]
        while living and living[0][0] < start:
            _, _, gone = heappop(living)
            assert isinstance(gone.owner, memref.AllocOp)
            free.setdefault(form(gone.owner), []).append(gone)
        unused = free.get(form(allocation))
        place = unused.pop() if unused else buffer
        if place is not buffer:
            lifetimes.merge(kept=place, replaced=buffer)
        heappush(living, (end, number, place))
