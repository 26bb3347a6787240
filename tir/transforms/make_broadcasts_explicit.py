"""The pass `make-broadcasts-explicit`."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass

from tir.dialects.tir.base import TirOp, rank
from tir.dialects.tir.canonicalization.matching import pad_to, rank_of_value
from tir.dialects.tir.canonicalization.pattern import Rewriter, result_type
from tir.dialects.tir.elementwise import ElementwiseOp
from tir.dialects.tir.structural import ConstantOp, dense_array
from tir.transforms.driver import erase_if_dead, tir_blocks


@dataclass(frozen=True)
class MakeBroadcastsExplicitPass(ModulePass):
    """Every operand of an elementwise operation gets the rank of the result.

        %z = tir.add %m, %v : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
        ->
        %w = tir.dimshuffle %v {new_order = [-1, 0]} : (tensor<?xf64>) -> tensor<1x?xf64>
        %z = tir.add %m, %w : (tensor<?x?xf64>, tensor<1x?xf64>) -> tensor<?x?xf64>

    Constants are reshaped instead. A value that several operations pad is padded once. Afterwards elementwise
    operations broadcast dimensions that are statically 1 only. The opposite of a part of `canonicalize-dimshuffles`,
    for levels and readers that want ranks to agree.
    """

    name = "make-broadcasts-explicit"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for block in tir_blocks(op):
            _pad_operands(block)


def _pad_operands(block: Block) -> None:
    # The first user in the program makes the padded value, so it is there for all later ones.
    padded: dict[tuple[SSAValue, int], SSAValue] = {}
    sources: list[Operation] = []
    for op in block.ops:
        if not isinstance(op, ElementwiseOp):
            continue
        ndim = rank(result_type(op))
        for index, operand in enumerate(op.operands):
            if rank_of_value(operand) == ndim:
                continue
            key = (operand, ndim)
            if key not in padded:
                padded[key] = _padded(op, operand, ndim)
            op.operands[index] = padded[key]
            if isinstance(operand.owner, ConstantOp):
                sources.append(operand.owner)
    for source in sources:
        erase_if_dead(source)


def _padded(user: TirOp, value: SSAValue, ndim: int) -> SSAValue:
    rewriter = Rewriter(user)
    if not isinstance(value.owner, ConstantOp):
        return pad_to(rewriter, value, ndim)
    array = dense_array(value.owner.properties["value"])
    shape = (1,) * (ndim - array.ndim) + array.shape
    return rewriter.constant(array.reshape(shape), array.dtype.name)
