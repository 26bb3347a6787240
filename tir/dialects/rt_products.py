"""The products of the `rt` dialect: matrix products that a library computes into memory.

rt.gemm %a, %b, %c {beta = 0.0 : f64} : memref<?x?xf32>, memref<?x?xf32>, memref<?x?xf32>
rt.gemm %a, %b, %c times %alpha : f32 {beta = 1.0 : f64} : memref<?x?xf32>, memref<?x?xf32>, memref<?x?xf32>
rt.gemm %a, %b, %c plus %w : memref<?x?xf32> {beta = 1.0 : f64} : memref<?x?xf32>, memref<?x?xf32>, memref<?x?xf32>
"""

from __future__ import annotations

from typing import ClassVar

from xdsl.dialects.builtin import (
    AnyFloat,
    Float32Type,
    Float64Type,
    FloatAttr,
    MemRefType,
    NoneAttr,
    StridedLayoutAttr,
    f64,
)
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    prop_def,
    traits_def,
)
from xdsl.traits import MemoryReadEffect, MemoryWriteEffect
from xdsl.utils.exceptions import VerifyException


class ProductOp(IRDLOperation):
    """Base: `out = alpha * (left @ right) + beta * out`, on elements of f32 or f64.

    `left` and `right` have any strides. `out` has unit inner stride and overlaps neither. Without `alpha` it is 1.
    With `beta` = 0 the old `out` is never read. NaN and infinities propagate as if the product were computed first,
    then scaled, then added, whatever `alpha` is: 0 times NaN is NaN.
    """

    RANKS: ClassVar[tuple[int, int, int]]
    """Ranks of the operands."""

    left = operand_def(MemRefType)
    right = operand_def(MemRefType)
    out = operand_def(MemRefType)
    alpha = opt_operand_def(AnyFloat)
    beta = prop_def(FloatAttr)

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = (
        "$left `,` $right `,` $out (`times` $alpha^ `:` type($alpha))? attr-dict "
        "`:` type($left) `,` type($right) `,` type($out)"
    )

    def __init__(
        self,
        left: SSAValue | Operation,
        right: SSAValue | Operation,
        out: SSAValue | Operation,
        alpha: SSAValue | Operation | None = None,
        beta: float = 0.0,
    ):
        super().__init__(
            operands=[left, right, out, alpha], properties={"beta": FloatAttr(beta, f64)}
        )

    def verify_(self) -> None:
        types = [_memref_type(value) for value in (self.left, self.right, self.out)]
        element = types[0].element_type
        if not isinstance(element, Float32Type | Float64Type):
            raise VerifyException(f"{self.name}: elements must be f32 or f64, not {element}")
        for type_, rank in zip(types, self.RANKS, strict=True):
            if type_.get_num_dims() != rank:
                raise VerifyException(f"{self.name}: expected a memref of rank {rank}, got {type_}")
            if type_.element_type != element:
                raise VerifyException(f"{self.name}: operands of different element types")
        if self.alpha is not None and self.alpha.type != element:
            raise VerifyException(f"{self.name}: alpha must be {element}, not {self.alpha.type}")
        if not _has_unit_inner_stride(types[2]):
            raise VerifyException(f"{self.name}: the result must have unit inner stride")


@irdl_op_definition
class GemmOp(ProductOp):
    """The product of matrices (m, k) and (k, n). With k = 0 it is zero.

    With an `addend` it is added, times `beta`, in place of the old `out`: `out = alpha * (left @ right) + beta * addend`.
    It has any strides, and does not overlap `out`.
    """

    name = "rt.gemm"
    RANKS: ClassVar[tuple[int, int, int]] = (2, 2, 2)

    addend = opt_operand_def(MemRefType)

    irdl_options = (AttrSizedOperandSegments(as_property=True), ParsePropInAttrDict())
    assembly_format = (
        "$left `,` $right `,` $out (`plus` $addend^ `:` type($addend))? (`times` $alpha^ `:` type($alpha))? attr-dict "
        "`:` type($left) `,` type($right) `,` type($out)"
    )

    def __init__(
        self,
        left: SSAValue | Operation,
        right: SSAValue | Operation,
        out: SSAValue | Operation,
        alpha: SSAValue | Operation | None = None,
        beta: float = 0.0,
        addend: SSAValue | Operation | None = None,
    ):
        IRDLOperation.__init__(
            self,
            operands=[addend, left, right, out, alpha],
            properties={"beta": FloatAttr(beta, f64)},
        )

    def verify_(self) -> None:
        super().verify_()
        if self.addend is None:
            return
        out, addend = _memref_type(self.out), _memref_type(self.addend)
        if (addend.get_num_dims(), addend.element_type) != (2, out.element_type):
            raise VerifyException(
                f"{self.name}: expected an addend of rank 2 of {out.element_type}, got {addend}"
            )


@irdl_op_definition
class GemvOp(ProductOp):
    """The product of a matrix (m, k) and a vector (k)."""

    name = "rt.gemv"
    RANKS: ClassVar[tuple[int, int, int]] = (2, 1, 1)


@irdl_op_definition
class DotOp(ProductOp):
    """The product of two vectors (k), of rank 0."""

    name = "rt.dot"
    RANKS: ClassVar[tuple[int, int, int]] = (1, 1, 0)


@irdl_op_definition
class BatchGemmOp(ProductOp):
    """The products of matrices (b, m, k) and (b, k, n), one for each b; a static b of 1 serves all."""

    name = "rt.batch_gemm"
    RANKS: ClassVar[tuple[int, int, int]] = (3, 3, 3)


PRODUCTS = (GemmOp, GemvOp, DotOp, BatchGemmOp)
"""All of them."""


def _memref_type(value: SSAValue) -> MemRefType:
    type_ = value.type
    assert isinstance(type_, MemRefType)
    return type_


def _has_unit_inner_stride(type_: MemRefType) -> bool:
    layout = type_.layout
    if isinstance(layout, NoneAttr) or type_.get_shape()[-1] == 1:
        return True
    return isinstance(layout, StridedLayoutAttr) and layout.get_strides()[-1] == 1
