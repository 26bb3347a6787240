"""Which function lowers which operation of the `tir` dialect."""

from __future__ import annotations

from collections.abc import Callable

from tir.dialects.tir import contraction, reduction, structural
from tir.dialects.tir.base import TirOp
from tir.lowering.tir_to_linalg.arange import lower_arange
from tir.lowering.tir_to_linalg.context import Lowering
from tir.lowering.tir_to_linalg.contraction import lower_dot
from tir.lowering.tir_to_linalg.elementwise import lower_elementwise
from tir.lowering.tir_to_linalg.reductions import lower_arg_reduction, lower_reduction
from tir.lowering.tir_to_linalg.reshape import lower_reshape
from tir.lowering.tir_to_linalg.scalar_table import ROWS
from tir.lowering.tir_to_linalg.structural import (
    lower_alloc,
    lower_constant,
    lower_dim,
    lower_dimshuffle,
    lower_identity,
    lower_make_vector,
    lower_rebroadcast,
)

LOWERINGS: dict[type[TirOp], Callable[[Lowering, TirOp], None]] = {
    **dict.fromkeys(ROWS, lower_elementwise),
    reduction.SumOp: lower_reduction,
    reduction.ProdOp: lower_reduction,
    reduction.MaxOp: lower_reduction,
    reduction.MinOp: lower_reduction,
    reduction.AnyOp: lower_reduction,
    reduction.AllOp: lower_reduction,
    reduction.ArgmaxOp: lower_arg_reduction,
    reduction.ArgminOp: lower_arg_reduction,
    contraction.DotOp: lower_dot,
    structural.ConstantOp: lower_constant,
    structural.DimshuffleOp: lower_dimshuffle,
    structural.RebroadcastOp: lower_rebroadcast,
    structural.ReshapeOp: lower_reshape,
    structural.AllocOp: lower_alloc,
    structural.ArangeOp: lower_arange,
    structural.DimOp: lower_dim,
    structural.MakeVectorOp: lower_make_vector,
    structural.TensorCopyOp: lower_identity,
    structural.ConsiderConstantOp: lower_identity,
    structural.ZeroGradOp: lower_identity,
    structural.DisconnectedGradOp: lower_identity,
}
"""Operation -> its lowering, which binds the operation's results in the `Lowering`."""
