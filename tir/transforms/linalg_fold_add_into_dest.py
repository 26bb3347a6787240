"""The pass `linalg-fold-add-into-dest`: what is added to a matrix product becomes its destination."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TypeGuard

from xdsl.context import Context
from xdsl.dialects import arith, func, tensor
from xdsl.dialects.builtin import (
    AnyFloat,
    ArrayAttr,
    DenseArrayBase,
    FloatAttr,
    IndexType,
    IntegerAttr,
    ModuleOp,
    TensorType,
    i32,
)
from xdsl.dialects.linalg.ops import FillOp, GenericOp, YieldOp
from xdsl.ir import BlockArgument, Operation, SSAValue
from xdsl.passes import ModulePass

from tir.dialects.linalg_ext import ContractionOp
from tir.dialects.projections import affine_map, identity
from tir.transforms.dead_code import erase_dead_operations
from tir.transforms.linear_body import Factor, Sum, Term, is_elementwise, sums


@dataclass(frozen=True)
class LinalgFoldAddIntoDestPass(ModulePass):
    """Makes one library call of a product, the scalar that multiplies it, and what is added to it.

    Before (`w - 0.1 * a @ b`):

        %z = linalg.fill ins(%zero : f32) outs(%e0 : tensor<?x?xf32>) -> tensor<?x?xf32>
        %p = linalg_ext.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%z : tensor<?x?xf32>) -> ...
        %y = linalg.generic {...} ins(%w, %p) outs(%e1) { arith.mulf by 0.1, arith.subf }

    After:

        %alpha = arith.constant -0.1 : f32
        %y = linalg_ext.matmul ins(%a, %b, %alpha : tensor<?x?xf32>, tensor<?x?xf32>, f32) outs(%w : tensor<?x?xf32>) -> ...

    If the sum is the result of its elementwise operation, what else it adds becomes the destination, computed first
    where it is more than a tensor. If the operation goes on to compute with the sum (`tanh(x @ w + h @ u + b)`), it
    reads the products anyway; then only those behind the first are folded, into that one.

    Invariants: products that others read stay; a product moves down only, to the sum, so it stays below the checks
    that guard it; a destination that is a fill is one of zeros. NaN and infinities propagate as before, for
    contractions promise that whatever the scalar; roundings differ within the accuracy of a product. Linear.
    """

    name = "linalg-fold-add-into-dest"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.body.block.ops:
            if isinstance(function, func.FuncOp) and not function.is_declaration:
                for inner in list(function.body.block.ops):
                    if _reads_product(inner) and is_elementwise(inner):
                        _Folding(inner).run()
                erase_dead_operations(function.body.block)


def _reads_product(op: Operation) -> TypeGuard[GenericOp]:
    return isinstance(op, GenericOp) and any(
        isinstance(operand.owner, ContractionOp) for operand in op.operands
    )


@dataclass(frozen=True)
class _Product:
    """A product that a sum adds, and the scalar that multiplies it, None for 1."""

    term: Term
    op: ContractionOp
    alpha: SSAValue | None


class _Folding:
    """The folding of products into the destinations of others, for the sums of one elementwise operation."""

    def __init__(self, root: GenericOp) -> None:
        self.root = root
        block = root.parent
        assert block is not None
        self.block = block
        self.removed: list[BlockArgument] = []
        self.added: list[SSAValue] = []

    def run(self) -> None:
        """Fold what can be folded."""
        result: tuple[Sum, list[_Product]] | None = None
        for found in sums(self.root):
            candidates = [(t, p) for t in found.terms if (p := self._product(t)) is not None]
            alone = found.is_result and len(self.root.results) == 1
            if len(candidates) < (1 if alone else 2):
                continue
            products = [_Product(t, p, self._scalar(p, t.factors)) for t, p in candidates]
            if alone:
                result = found, products
            else:
                self._chain_inside(found, products)
        if result is not None:
            self._chain_result(*result)
        elif self.removed:
            self._rebuild()

    def _product(self, term: Term) -> ContractionOp | None:
        """The product that a term is, if nobody else reads it."""
        value = self.root.inputs[term.argument.index]
        owner = value.owner
        # Each element of the product is one of the result, and the static sizes must be the same.
        if value.type != self.root.results[0].type or not value.has_one_use():
            return None
        if not isinstance(owner, ContractionOp) or owner.alpha is not None:
            return None
        return owner if isinstance(owner.output.owner, FillOp) else None

    def _chain_inside(self, found: Sum, products: list[_Product]) -> None:
        """Make one input of several products of a sum that the body uses further."""
        others = self._remove(found, products)
        end = self._accumulate(products, products[0].op.output, self.root)
        inputs = len(self.root.inputs) + len(self.added)
        argument = self.root.body.block.insert_arg(_element(end), inputs)
        if others:
            found.add(argument)
        else:
            found.replace(argument)
        self.added.append(end)

    def _chain_result(self, found: Sum, products: list[_Product]) -> None:
        """Let products be added to the rest of the sum that is the result."""
        if self._remove(found, products):
            following = self.root.next_op
            rest = self._rebuild()
            uses = list(rest.uses)
            start = _without_copy(rest)
        else:
            following, rest = self.root, self.root.results[0]
            uses = list(rest.uses)
            start = products[0].op.output
        assert following is not None
        end = self._accumulate(products, start, following)
        end.name_hint = rest.name_hint
        for use in uses:
            use.operation.operands[use.index] = end

    def _remove(self, found: Sum, products: list[_Product]) -> bool:
        """Take products out of a sum; whether it adds anything else."""
        self.removed += [p.term.argument for p in products]
        return all([found.remove(p.term) for p in products])  # noqa: C419 - all of them

    def _accumulate(self, products: list[_Product], start: SSAValue, before: Operation) -> SSAValue:
        """Add products to a destination, one after the other."""
        for product in products:
            left, right = product.op.shaped_inputs
            op = type(product.op)(left, right, start, product.alpha)
            op.location = product.op.location
            self.block.insert_op_before(op, before)
            start = op.results[0]
        return start

    def _scalar(self, product: ContractionOp, factors: tuple[Factor, ...]) -> SSAValue | None:
        """The product of factors, computed by host code in front of the root; None for 1."""
        element = _element(product.output)
        number = prod(f for f in factors if not isinstance(f, SSAValue))
        scalar: SSAValue | None = None
        for factor in factors:
            if isinstance(factor, SSAValue):
                one = self._host_scalar(factor, element)
                scalar = one if scalar is None else self._add(arith.MulfOp(scalar, one))
        if number == 1:
            return scalar
        if scalar is not None and number == -1:
            return self._add(arith.NegfOp(scalar))
        constant = self._add(arith.ConstantOp(FloatAttr(number, element)))
        return constant if scalar is None else self._add(arith.MulfOp(scalar, constant))

    def _host_scalar(self, factor: SSAValue, element: AnyFloat) -> SSAValue:
        """A captured scalar as it is, and the one element of an input."""
        if not isinstance(factor, BlockArgument) or factor.owner is not self.root.body.block:
            return factor
        source = self.root.inputs[factor.index]
        assert isinstance(source.type, TensorType)
        rank = len(source.type.get_shape())
        zero = [self._add(arith.ConstantOp(IntegerAttr(0, IndexType())))] if rank else []
        return self._add(tensor.ExtractOp(source, zero * rank, element))

    def _add(self, op: Operation) -> SSAValue:
        op.location = self.root.location
        self.block.insert_op_before(op, self.root)
        return op.results[0]

    def _rebuild(self) -> SSAValue:
        """The root without the inputs that are removed and with those that are added; its first result."""
        root = self.root
        numbers = {argument.index for argument in self.removed}
        kept = [i for i in range(len(root.inputs)) if i not in numbers]
        maps = list(root.indexing_maps.data)
        loops = len(root.iterator_types.data)
        inputs = [*(root.inputs[i] for i in kept), *self.added]
        body = root.detach_region(root.body)
        erase_dead_operations(body.block)
        for argument in self.removed:
            body.block.erase_arg(argument)
        new_maps = [
            *(maps[i] for i in kept),
            *[affine_map(loops, identity(loops))] * len(self.added),
            *maps[len(root.inputs) :],
        ]
        new = GenericOp.create(
            operands=[*inputs, *root.outputs],
            result_types=root.result_types,
            properties={
                **root.properties,
                "indexing_maps": ArrayAttr(new_maps),
                "operandSegmentSizes": DenseArrayBase.from_list(
                    i32, [len(inputs), len(root.outputs)]
                ),
            },
            regions=[body],
            location=root.location,
        )
        self.block.insert_op_before(new, root)
        for old, result in zip(root.results, new.results, strict=True):
            result.name_hint = old.name_hint
            old.replace_all_uses_with(result)
        self.block.erase_op(root)
        return new.results[0]


def _without_copy(value: SSAValue) -> SSAValue:
    """What a generic reads, if it only copies that; fills are copied, for as destinations they mean zeros."""
    op = value.owner
    assert isinstance(op, GenericOp)
    terminator = op.body.block.last_op
    assert isinstance(terminator, YieldOp)
    yielded = terminator.operands[0]
    if not isinstance(yielded, BlockArgument) or yielded.index >= len(op.inputs):
        return value
    source = op.inputs[yielded.index]
    loops = len(op.iterator_types.data)
    in_place = op.indexing_maps.data[yielded.index] == affine_map(loops, identity(loops))
    plain = in_place and source.type == value.type and not isinstance(source.owner, FillOp)
    return source if plain else value


def _element(value: SSAValue) -> AnyFloat:
    """The float type of a tensor's elements."""
    assert isinstance(value.type, TensorType)
    element = value.type.element_type
    assert isinstance(element, AnyFloat)
    return element
