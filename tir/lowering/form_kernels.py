"""The pass `form-kernels`: the scheduling decision, what runs together."""

from __future__ import annotations

from dataclasses import dataclass, field

from xdsl.context import Context
from xdsl.dialects import arith, func, tensor
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.dialects.linalg.ops import FillOp, GenericOp, MatmulOp
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass

from tir.dialects.captures import outer_uses
from tir.dialects.kernel import RegionOp, YieldOp
from tir.dialects.linalg_ext import ContractionOp, ScatterOp

_KERNEL_OPERATIONS = (GenericOp, ScatterOp)
_DESTINATION_PASSING = (*_KERNEL_OPERATIONS, MatmulOp, ContractionOp)


@dataclass(frozen=True)
class FormKernelsPass(ModulePass):
    """Puts each structured operation, with what initializes its results, into a `kernel.region` of its own.

    Fusion has already merged what shares loops, so one structured operation is one kernel.

    Before:

        %e = tensor.empty(%n) : tensor<?xf64>
        %y = linalg.generic {...} ins(%x : tensor<?xf64>) outs(%e : tensor<?xf64>) {...}

    After:

        %y = kernel.region(%a = %x : tensor<?xf64>, %d = %n : index) -> (tensor<?xf64>) {
          %e = tensor.empty(%d) : tensor<?xf64>
          %g = linalg.generic {...} ins(%a : tensor<?xf64>) outs(%e : tensor<?xf64>) {...}
          kernel.yield %g : tensor<?xf64>
        }

    Invariants: a region is isolated from above; scalar constants are copied into it; matrix products, views and
    host arithmetic stay outside. Linear.
    """

    name = "form-kernels"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.body.block.ops:
            if isinstance(function, func.FuncOp) and not function.is_declaration:
                for inner in list(function.body.block.ops):
                    if isinstance(inner, _KERNEL_OPERATIONS) or _is_filled_value(inner):
                        _form_kernel(inner)
                _erase_unused_initializers(function.body.block)


def _is_filled_value(op: Operation) -> bool:
    """Whether a fill is read, and not only the destination that another operation starts from."""
    if not isinstance(op, FillOp):
        return False
    return any(
        not isinstance(use.operation, _DESTINATION_PASSING)
        or use.index < len(use.operation.operands) - len(use.operation.results)
        for use in op.results[0].uses
    )


@dataclass
class _Body:
    """The body of a region as it grows: the block, and what outside values have become inside."""

    block: Block = field(default_factory=Block)
    operands: list[SSAValue] = field(default_factory=list)
    inside: dict[SSAValue, SSAValue] = field(default_factory=dict)

    def bind(self, value: SSAValue) -> SSAValue:
        """The value inside the region: a copy of a scalar constant, or an argument."""
        if (known := self.inside.get(value)) is not None:
            return known
        owner = value.owner
        if isinstance(owner, arith.ConstantOp) and not isinstance(value.type, TensorType):
            return self._copy(owner, value)
        argument = self.block.insert_arg(value.type, len(self.block.args))
        argument.name_hint = value.name_hint
        self.operands.append(value)
        self.inside[value] = argument
        return argument

    def bind_destination(self, value: SSAValue) -> SSAValue:
        """A destination inside the region: a copy of what initializes it, or an argument."""
        owner = value.owner
        if not isinstance(owner, tensor.EmptyOp | FillOp):
            return self.bind(value)
        if isinstance(owner, FillOp):
            self.bind_destination(owner.operands[1])
        return self._copy(owner, value)

    def _copy(self, op: Operation, value: SSAValue) -> SSAValue:
        for operand in op.operands:
            if operand not in self.inside:
                self.bind(operand)
        copy = op.clone(self.inside)
        self.block.add_op(copy)
        self.inside[value] = copy.results[0]
        return copy.results[0]


def _form_kernel(op: Operation) -> None:
    body = _Body()
    split = len(op.operands) - len(op.results)
    op.operands = [
        *(body.bind(v) for v in op.operands[:split]),
        *(body.bind_destination(v) for v in op.operands[split:]),
    ]
    for region in op.regions:
        for inner, number in outer_uses(region):
            inner.operands[number] = body.bind(inner.operands[number])
    block = op.parent
    assert block is not None
    result_types: list[Attribute] = [r.type for r in op.results]
    placeholder = RegionOp.create(
        operands=body.operands,
        result_types=result_types,
        regions=[Region(body.block)],
        location=op.location,
    )
    block.insert_op_before(placeholder, op)
    for old, new in zip(op.results, placeholder.results, strict=True):
        new.name_hint = old.name_hint
        old.replace_all_uses_with(new)
    op.detach()
    body.block.add_op(op)
    body.block.add_op(YieldOp(*op.results))


def _erase_unused_initializers(block: Block) -> None:
    for op in reversed(list(block.ops)):
        if isinstance(op, tensor.EmptyOp | FillOp | arith.ConstantOp) and not any(
            r.first_use is not None for r in op.results
        ):
            block.erase_op(op)
