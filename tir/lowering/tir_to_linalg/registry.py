"""Which function lowers which operation of the `tir` dialect."""

from __future__ import annotations

from collections.abc import Callable

from tir.dialects.tir import contraction, indexing, nnet, reduction, structural
from tir.dialects.tir.base import TirOp
from tir.lowering.tir_to_linalg.advanced_indexing import (
    lower_advanced_subtensor,
    lower_advanced_update,
)
from tir.lowering.tir_to_linalg.arange import lower_arange
from tir.lowering.tir_to_linalg.basic_indexing import lower_subtensor, lower_subtensor_update
from tir.lowering.tir_to_linalg.context import Lowering
from tir.lowering.tir_to_linalg.contraction import lower_batched_dot, lower_dot
from tir.lowering.tir_to_linalg.elementwise import lower_elementwise
from tir.lowering.tir_to_linalg.nnet import (
    lower_log_softmax,
    lower_log_sum_exp,
    lower_softmax,
    lower_softmax_cross_entropy,
    lower_softmax_cross_entropy_grad,
)
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
    contraction.BatchedDotOp: lower_batched_dot,
    nnet.SoftmaxOp: lower_softmax,
    nnet.LogSoftmaxOp: lower_log_softmax,
    nnet.LogSumExpOp: lower_log_sum_exp,
    nnet.SoftmaxCrossEntropyOp: lower_softmax_cross_entropy,
    nnet.SoftmaxCrossEntropyGradOp: lower_softmax_cross_entropy_grad,
    indexing.SubtensorOp: lower_subtensor,
    indexing.SetSubtensorOp: lower_subtensor_update,
    indexing.IncSubtensorOp: lower_subtensor_update,
    indexing.AdvancedSubtensorOp: lower_advanced_subtensor,
    indexing.AdvancedSetSubtensorOp: lower_advanced_update,
    indexing.AdvancedIncSubtensorOp: lower_advanced_update,
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
