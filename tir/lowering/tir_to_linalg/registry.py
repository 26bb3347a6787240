"""Which function lowers which operation of the `tir` dialect."""

from __future__ import annotations

from collections.abc import Callable

from tir.dialects.tir import contraction, indexing, nnet, reduction, structural
from tir.dialects.tir.base import TirOp
from tir.dialects.tir.elementwise import ElementwiseOp
from tir.lowering.tir_to_linalg.context import Lowering
from tir.lowering.tir_to_linalg.scalar_table import ROWS, row_of
from tir.support.late_names import late_function


def _late(function: str) -> Callable[[Lowering, TirOp], None]:
    """A function of this package: a program needs few of its modules."""
    return late_function(f"tir.lowering.tir_to_linalg.{function}")


_lower_elementwise = _late("elementwise:lower_elementwise")

LOWERINGS: dict[type[TirOp], Callable[[Lowering, TirOp], None]] = {
    **dict.fromkeys(ROWS, _lower_elementwise),
    reduction.SumOp: _late("reductions:lower_reduction"),
    reduction.ProdOp: _late("reductions:lower_reduction"),
    reduction.MaxOp: _late("reductions:lower_reduction"),
    reduction.MinOp: _late("reductions:lower_reduction"),
    reduction.AnyOp: _late("reductions:lower_reduction"),
    reduction.AllOp: _late("reductions:lower_reduction"),
    reduction.ArgmaxOp: _late("reductions:lower_arg_reduction"),
    reduction.ArgminOp: _late("reductions:lower_arg_reduction"),
    contraction.DotOp: _late("contraction:lower_dot"),
    contraction.BatchedDotOp: _late("contraction:lower_batched_dot"),
    nnet.SoftmaxOp: _late("nnet:lower_softmax"),
    nnet.LogSoftmaxOp: _late("nnet:lower_log_softmax"),
    nnet.LogSumExpOp: _late("nnet:lower_log_sum_exp"),
    nnet.SoftmaxCrossEntropyOp: _late("nnet:lower_softmax_cross_entropy"),
    nnet.SoftmaxCrossEntropyGradOp: _late("nnet:lower_softmax_cross_entropy_grad"),
    indexing.SubtensorOp: _late("basic_indexing:lower_subtensor"),
    indexing.SetSubtensorOp: _late("basic_indexing:lower_subtensor_update"),
    indexing.IncSubtensorOp: _late("basic_indexing:lower_subtensor_update"),
    indexing.AdvancedSubtensorOp: _late("advanced_indexing:lower_advanced_subtensor"),
    indexing.AdvancedSetSubtensorOp: _late("advanced_indexing:lower_advanced_update"),
    indexing.AdvancedIncSubtensorOp: _late("advanced_indexing:lower_advanced_update"),
    structural.ConstantOp: _late("structural:lower_constant"),
    structural.DimshuffleOp: _late("structural:lower_dimshuffle"),
    structural.RebroadcastOp: _late("structural:lower_rebroadcast"),
    structural.ReshapeOp: _late("reshape:lower_reshape"),
    structural.AllocOp: _late("structural:lower_alloc"),
    structural.ArangeOp: _late("arange:lower_arange"),
    structural.DimOp: _late("structural:lower_dim"),
    structural.MakeVectorOp: _late("structural:lower_make_vector"),
    structural.TensorCopyOp: _late("structural:lower_identity"),
    structural.ConsiderConstantOp: _late("structural:lower_identity"),
    structural.ZeroGradOp: _late("structural:lower_identity"),
    structural.DisconnectedGradOp: _late("structural:lower_identity"),
}
"""Operation -> its lowering, which binds the operation's results in the `Lowering`. Late families are not among them."""


def lowering_of(op_class: type[TirOp]) -> Callable[[Lowering, TirOp], None] | None:
    """The lowering of an operation; None if it has none."""
    found = LOWERINGS.get(op_class)
    if found is None and issubclass(op_class, ElementwiseOp) and row_of(op_class) is not None:
        return _lower_elementwise
    return found
