"""Loops for operations that compute each result element on its own."""

from __future__ import annotations

from dataclasses import replace

from xdsl.dialects import arith
from xdsl.dialects.linalg.ops import YieldOp
from xdsl.ir import Block, SSAValue

from tir.lowering.kernels_to_loops.loops import Extent
from tir.lowering.kernels_to_loops.nest import emit
from tir.lowering.kernels_to_loops.rows import lower_rows
from tir.lowering.kernels_to_loops.streams import Streams, scratch_type
from tir.lowering.kernels_to_loops.structure import Structured, buffers
from tir.lowering.kernels_to_loops.tiles import lower_tiles
from tir.lowering.structured.builder import LoopBuilder, memref_type
from tir.lowering.structured.operands import (
    Operand,
    loop_sizes,
    product,
    run,
)
from tir.support.cost_model import PARALLEL_WORK, STREAM_BLOCK


def lower_elementwise(builder: LoopBuilder, op: Structured) -> None:
    """One flat loop where the types promise that all is contiguous, else rows; tiles where some operand lies across."""
    last = op.loops - 1
    operands = buffers(op.operands)
    if op.loops == 0:
        emit(builder, op, [])
        return
    flat = all((o.is_full(op.loops) and o.is_contiguous) or o.is_scalar for o in operands)
    if flat and not (op.loops > 1 and op.uses_indices):
        _flat(builder, op, product(builder, loop_sizes(builder, operands, op.loops)))
        return
    inputs = buffers(op.inputs)
    across = [not o.walks_by_one(last) for o in inputs]
    if last == 0 or not any(across):
        lower_rows(builder, [op], [tuple(range(last))])
        return
    along = next((o.map[-1] for o in inputs if last in o.map and 0 <= o.map[-1] != last), last - 1)
    lower_tiles(builder, op, along, across)


def fill(builder: LoopBuilder, op: Structured) -> None:
    """Give every output that is read before it is written the value it starts from."""
    for operand, start, argument in zip(
        op.outputs, op.starts, op.body.args[len(op.inputs) :], strict=True
    ):
        if start is not None and argument.first_use:
            assert isinstance(operand, Operand)
            fill_buffer(builder, operand.buffer, start)


def fill_buffer(builder: LoopBuilder, buffer: SSAValue, value: SSAValue) -> None:
    """Write one value to all elements of a buffer."""
    lower_elementwise(builder, _constant(buffer, value))


def _constant(buffer: SSAValue, value: SSAValue) -> Structured:
    rank = len(memref_type(buffer).get_shape())
    element = memref_type(buffer).element_type
    body = Block(arg_types=[element])
    body.add_op(YieldOp(value))
    return Structured(
        body=body,
        inputs=(),
        outputs=(Operand(buffer, tuple(range(rank))),),
        parallel=(True,) * rank,
        starts=(None,),
    )


def _flat(builder: LoopBuilder, op: Structured, total: SSAValue) -> None:
    """Threads share blocks of elements; what is larger than the cache is streamed."""
    outputs = buffers(op.outputs)
    streams = Streams(builder, outputs, total)
    block = builder.index(STREAM_BLOCK)
    grain = max(1, PARALLEL_WORK // (op.work * STREAM_BLOCK))

    def part(begin: SSAValue, end: SSAValue) -> None:
        first = builder.multiply(begin, block)
        last = builder.smaller(builder.multiply(end, block), total)
        scratch = {
            o.buffer: builder.alloca(scratch_type(o.buffer, STREAM_BLOCK)) for o in streams.outputs
        }
        step = builder.binary(arith.SubiOp, last, first)
        if streams.active is not None:
            step = builder.value(arith.SelectOp(streams.active, block, step))

        def piece(start: SSAValue, _: object) -> tuple[()]:
            stop = builder.smaller(builder.add_index(start, step), last)
            length = builder.binary(arith.SubiOp, stop, start)
            _compute_piece(builder, op, streams, scratch, start, length)
            return ()

        builder.for_(last, (), piece, lower=first, step=step)
        streams.finish()

    builder.parallel(builder.ceil_divide(total, block), builder.index(grain), part)


def _compute_piece(
    builder: LoopBuilder,
    op: Structured,
    streams: Streams,
    scratch: dict[SSAValue, SSAValue],
    start: SSAValue,
    length: SSAValue,
) -> None:
    inputs = [
        o if o.is_scalar else Operand(run(builder, o.buffer, start, length), (0,))
        for o in buffers(op.inputs)
    ]
    pieces = [streams.piece(o, scratch.get(o.buffer), start, length) for o in buffers(op.outputs)]
    outputs = [Operand(here, (0,)) for here, _ in pieces]
    one = replace(op.with_operands([*inputs, *outputs]), parallel=(True,), origins={0: start})
    emit(builder, one, [Extent(length)])
    streams.write(pieces)
