"""Outputs that do not fit into the cache: computed in pieces inside it, and written past it."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import arith
from xdsl.dialects.builtin import MemRefType, NoneAttr
from xdsl.ir import SSAValue

from tir.dialects import rt
from tir.lowering.kernels_to_loops.structure import element_bytes
from tir.lowering.structured.builder import LoopBuilder, memref_type
from tir.lowering.structured.operands import Operand, run
from tir.support.cost_model import STREAMING_BYTES

_STREAMED_BYTES = 4
"""Elements narrower than this are not worth it: there is more to compute for each byte."""


class Streams:
    """The outputs of a kernel that are streamed where `active`, which is found out when it runs."""

    def __init__(self, builder: LoopBuilder, outputs: Sequence[Operand], total: SSAValue) -> None:
        """`total` is the number of elements of each output."""
        self.builder = builder
        self.outputs = [o for o in outputs if _can_stream(o)]
        self.active: SSAValue | None = None
        if self.outputs:
            least = STREAMING_BYTES // min(element_bytes(o.buffer) for o in self.outputs)
            self.active = builder.value(arith.CmpiOp(total, builder.index(least), "sgt"))

    def piece(
        self, output: Operand, scratch: SSAValue | None, start: SSAValue, length: SSAValue
    ) -> tuple[SSAValue, SSAValue]:
        """Where a piece of an output is computed, and where it belongs: the same place unless it is streamed."""
        builder = self.builder
        place = run(builder, output.buffer, start, length)
        if scratch is None or self.active is None:
            return place, place
        aside = run(builder, scratch, None, length)
        return builder.value(arith.SelectOp(self.active, aside, place)), place

    def write(self, pieces: Sequence[tuple[SSAValue, SSAValue]]) -> None:
        """Write the pieces that were computed elsewhere to where they belong."""
        moved = [(here, place) for here, place in pieces if here is not place]
        if not moved or self.active is None:
            return

        def copy() -> None:
            for here, place in moved:
                self.builder.add(rt.StreamCopyOp(here, place))

        self.builder.if_(self.active, copy)

    def finish(self) -> None:
        """At the end of a range: what was written past the cache is there for all threads."""
        if self.active is not None:
            self.builder.if_(self.active, lambda: self.builder.block.add_op(rt.StreamFenceOp()))


def _can_stream(output: Operand) -> bool:
    type_ = memref_type(output.buffer)
    return isinstance(type_.layout, NoneAttr) and element_bytes(output.buffer) >= _STREAMED_BYTES


def scratch_type(buffer: SSAValue, size: int) -> MemRefType:
    """A contiguous vector for pieces of a buffer."""
    return MemRefType(memref_type(buffer).element_type, [size])
