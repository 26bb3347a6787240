"""One row for each operation of the dialect: it drives the forward, gradient, dtype and broadcasting tests."""

from __future__ import annotations

from tests.op_table import elementwise, indexing, nnet, reductions, special, structural
from tests.op_table.row import Case, Failure, Gradient, Row

ROWS: tuple[Row, ...] = (
    *elementwise.ROWS,
    *special.ROWS,
    *reductions.ROWS,
    *nnet.ROWS,
    *structural.ROWS,
    *indexing.ROWS,
)

__all__ = ["ROWS", "Case", "Failure", "Gradient", "Row"]
