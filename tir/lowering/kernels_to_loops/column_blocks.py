"""How reductions of columns are shared out: strips of columns, of blocks of rows.

Short rows would make short loops. Where memory is contiguous, several of them may be taken as one long row. Blocks and strips depend on
the sizes only, so results do not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.dialects import arith
from xdsl.ir import SSAValue

from tir.lowering.kernels_to_loops.strips import Strip
from tir.lowering.kernels_to_loops.structure import grain
from tir.lowering.structured.builder import LoopBuilder
from tir.lowering.structured.operands import product
from tir.support.cost_model import (
    FOLDED_ROW,
    FOLDED_VECTOR,
    PARALLEL_WORK,
    ROW_BLOCKS,
    STRIP_LENGTH,
    SUM_ROWS,
)


@dataclass(frozen=True)
class StripOfBlock:
    """The rows and columns that one thread goes through."""

    block: SSAValue
    strip: Strip
    first: SSAValue
    last: SSAValue


class ColumnBlocks:
    """The division of a matrix, whose rows may be several dimensions."""

    def __init__(
        self,
        builder: LoopBuilder,
        sizes: Sequence[SSAValue],
        work: int,
        *,
        folds: bool,
        least_rows: int | None,
    ) -> None:
        """Divides loops of some sizes, of which the last is over columns, with a body that costs `work`.

        `folds` says whether several rows may be one, `least_rows` how many a block has at least; there is one block if that is None.
        """
        self.builder = builder
        self.work = work
        self.columns = sizes[-1]
        self.real_rows = rows = product(builder, sizes[:-1])
        self.copies = self._copies(rows) if folds else builder.index(1)
        self.length = builder.multiply(self.columns, self.copies)
        self.total = builder.multiply(rows, self.columns)
        self.rows = builder.ceil_divide(rows, self.copies)
        self.strips = builder.ceil_divide(self.length, builder.index(STRIP_LENGTH))
        self.blocks = builder.index(1) if least_rows is None else self._blocks(least_rows)
        self.block = builder.ceil_divide(self.rows, self.blocks)

    def _copies(self, rows: SSAValue) -> SSAValue:
        """How many rows become one: vectors of them, unless they are long or few."""
        builder = self.builder
        columns = builder.larger(self.columns, builder.index(1))
        fit = builder.binary(arith.DivUIOp, builder.index(FOLDED_ROW), columns)
        enough = builder.binary(arith.DivUIOp, rows, builder.index(SUM_ROWS))
        vector = builder.index(FOLDED_VECTOR)
        vectors = builder.binary(arith.DivUIOp, builder.smaller(fit, enough), vector)
        return builder.larger(builder.multiply(vectors, vector), builder.index(1))

    def _blocks(self, least_rows: int) -> SSAValue:
        """How many blocks of rows there are: together with strips enough to keep threads busy."""
        builder = self.builder
        strips = builder.larger(self.strips, builder.index(1))
        most = builder.binary(arith.DivUIOp, builder.index(ROW_BLOCKS), strips)
        work = builder.multiply(self.total, builder.index(self.work))
        worth = builder.binary(arith.DivUIOp, work, builder.index(PARALLEL_WORK))
        most = builder.smaller(most, worth)
        if least_rows > 1:
            enough = builder.binary(arith.DivUIOp, self.rows, builder.index(least_rows))
            most = builder.smaller(most, enough)
        return builder.larger(most, builder.index(1))

    def share(self, prepare: Callable[[], Callable[[StripOfBlock], None]]) -> None:
        """Threads share strips of blocks: `prepare` emits what one does first, what it gives each of its strips."""
        builder = self.builder

        def part(begin: SSAValue, end: SSAValue) -> None:
            visit = prepare()

            def one(number: SSAValue, _: object) -> tuple[()]:
                block = builder.binary(arith.DivUIOp, number, self.strips)
                place = builder.binary(arith.RemUIOp, number, self.strips)
                column = builder.multiply(place, builder.index(STRIP_LENGTH))
                rest = builder.binary(arith.SubiOp, self.length, column)
                strip = Strip(column, builder.smaller(rest, builder.index(STRIP_LENGTH)))
                first = builder.multiply(block, self.block)
                last = builder.smaller(builder.add_index(first, self.block), self.rows)
                visit(StripOfBlock(block, strip, first, last))
                return ()

            builder.for_(end, (), one, lower=begin)

        strip = builder.smaller(self.length, builder.index(STRIP_LENGTH))
        work = builder.multiply(builder.multiply(self.block, strip), builder.index(self.work))
        builder.parallel(builder.multiply(self.blocks, self.strips), grain(builder, work), part)
