"""The `linalg_ext` dialect: what linalg on tensors needs beside xDSL's `linalg` and `tensor` dialects.

Views, which only change metadata:

    %1 = linalg_ext.dimshuffle %x {new_order = [1, -1, 0]} : tensor<?x?xf64> to tensor<?x1x?xf64>
    %2 = linalg_ext.reshape %x(%rows) : tensor<?x?xf64> to tensor<?x1xf64>

Computations with a destination, on tensors (one result, the new value of the destination) or on memrefs (no result, the
destination is written), as in `linalg`:

    %3 = linalg_ext.matmul ins(%a, %b, %alpha : tensor<?x?xf64>, tensor<?x?xf64>, f64) outs(%c : tensor<?x?xf64>)
           -> tensor<?x?xf64>
    %4 = linalg_ext.matvec ins(%a, %x : tensor<?x?xf64>, tensor<?xf64>) outs(%y : tensor<?xf64>) -> tensor<?xf64>
    linalg_ext.dot ins(%x, %y : memref<?xf64>, memref<?xf64>) outs(%z : memref<f64>)
    %5 = linalg_ext.scatter ins(%updates, %i : tensor<?x?xf64>, tensor<?xi64>) outs(%dest : tensor<?x?xf64>)
           {combiner = "add"} -> tensor<?x?xf64>
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import ClassVar

from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    AnyFloat,
    ArrayAttr,
    Float32Type,
    Float64Type,
    IndexType,
    IntegerAttr,
    IntegerType,
    MemRefType,
    StringAttr,
    TensorType,
    i64,
)
from xdsl.ir import Attribute, Dialect, Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_result_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import EffectInstance, MemoryEffect, MemoryEffectKind, Pure
from xdsl.utils.exceptions import VerifyException

NEW_AXIS = -1
"""In a dimshuffle's `new_order`: a new dimension of size 1."""

COMBINERS = ("add", "set")
"""What a scatter does with an update and the element at its place."""


@irdl_op_definition
class DimshuffleOp(IRDLOperation):
    """A view with permuted, added (-1) or dropped dimensions; what is added or dropped has the static size 1."""

    name = "linalg_ext.dimshuffle"

    source = operand_def(TensorType)
    new_order = prop_def(ArrayAttr[IntegerAttr])
    result = result_def(TensorType)

    traits = traits_def(Pure())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$source attr-dict `:` type($source) `to` type($result)"

    def __init__(self, source: SSAValue | Operation, new_order: Sequence[int], result: TensorType):
        order = ArrayAttr([IntegerAttr(axis, i64) for axis in new_order])
        super().__init__(operands=[source], properties={"new_order": order}, result_types=[result])

    @property
    def order(self) -> tuple[int, ...]:
        """`new_order` as integers."""
        return tuple(axis.value.data for axis in self.new_order.data)

    def verify_(self) -> None:
        source, result = _tensor(self.source), _tensor(self.result)
        shape, order = source.get_shape(), self.order
        kept = [axis for axis in order if axis != NEW_AXIS]
        if len(set(kept)) != len(kept) or any(not 0 <= axis < len(shape) for axis in kept):
            raise VerifyException(
                f"{self.name}: new_order {list(order)} must name each of the {len(shape)} dimensions at most once"
            )
        if any(size != 1 for axis, size in enumerate(shape) if axis not in kept):
            raise VerifyException(f"{self.name}: a dropped dimension must have the static size 1")
        expected = TensorType(
            source.element_type, [1 if axis == NEW_AXIS else shape[axis] for axis in order]
        )
        if result != expected:
            raise VerifyException(f"{self.name}: the result must be {expected}, not {result}")


@irdl_op_definition
class ReshapeOp(IRDLOperation):
    """The elements of `source`, in row-major order, as a tensor of another shape.

    `dims` are the sizes of the dynamic dimensions of the result, in order. The number of elements must be the
    same, which is checked before. Metadata only where `source` is contiguous, else a copy.
    """

    name = "linalg_ext.reshape"

    source = operand_def(TensorType)
    dims = var_operand_def(IndexType())
    result = result_def(TensorType)

    traits = traits_def(Pure())
    assembly_format = "$source `(` $dims `)` attr-dict `:` type($source) `to` type($result)"

    def __init__(
        self,
        source: SSAValue | Operation,
        dims: Sequence[SSAValue | Operation],
        result: TensorType,
    ):
        super().__init__(operands=[source, dims], result_types=[result])

    def verify_(self) -> None:
        source, result = _tensor(self.source), _tensor(self.result)
        if source.element_type != result.element_type:
            raise VerifyException(f"{self.name}: the element type must stay {source.element_type}")
        dynamic = sum(size == DYNAMIC_INDEX for size in result.get_shape())
        if dynamic != len(self.dims):
            raise VerifyException(
                f"{self.name}: {dynamic} dynamic dimensions but {len(self.dims)} sizes"
            )


class DestinationEffects(MemoryEffect):
    """Pure on tensors; on memrefs, reads all operands and writes the last one."""

    @classmethod
    def get_effects(cls, op: Operation) -> Set[EffectInstance]:
        destination = op.operands[-1]
        if not isinstance(destination.type, MemRefType):
            return set()
        effects = {EffectInstance(MemoryEffectKind.READ, value) for value in op.operands}
        effects.add(EffectInstance(MemoryEffectKind.WRITE, destination))
        return effects


class DestinationOp(IRDLOperation):
    """Base of the computations that write a destination."""

    inputs = var_operand_def(TensorType | MemRefType)
    output = operand_def(TensorType | MemRefType)
    result = opt_result_def(TensorType)

    traits = traits_def(DestinationEffects())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = (
        "`ins` `(` $inputs `:` type($inputs) `)` `outs` `(` $output `:` type($output) `)` "
        "attr-dict (`->` type($result)^)?"
    )

    def verify_(self) -> None:
        destination = self.output.type
        kind = type(destination)
        if any(type(value.type) is not kind for value in self.shaped_inputs):
            raise VerifyException(f"{self.name}: operands must be all tensors or all memrefs")
        if isinstance(destination, MemRefType):
            if self.result is not None:
                raise VerifyException(f"{self.name}: no result when the destination is a memref")
        elif self.result is None or self.result.type != destination:
            raise VerifyException(f"{self.name}: the result must be a {destination}")
        self.verify_operands()

    @property
    def shaped_inputs(self) -> Sequence[SSAValue]:
        """The inputs that are tensors or memrefs, as the destination is."""
        return self.inputs

    def verify_operands(self) -> None:
        """Check ranks and element types of the operands."""
        raise NotImplementedError


class ContractionOp(DestinationOp):
    """Adds the product of two operands of f32 or f64, times a scalar if there is one, to the destination.

    NaN and infinities propagate as if the product were computed first and then scaled: 0 times NaN is NaN.
    """

    RANKS: ClassVar[tuple[int, int, int]]
    """Ranks of the two factors and of the destination."""

    inputs = var_operand_def(TensorType | MemRefType | AnyFloat)

    def __init__(
        self,
        left: SSAValue | Operation,
        right: SSAValue | Operation,
        output: SSAValue | Operation,
        alpha: SSAValue | Operation | None = None,
    ):
        destination = SSAValue.get(output)
        results = [destination.type] if isinstance(destination.type, TensorType) else []
        scale = [] if alpha is None else [alpha]
        super().__init__(operands=[[left, right, *scale], destination], result_types=[results])

    @property
    def shaped_inputs(self) -> Sequence[SSAValue]:
        return self.inputs[:2]

    @property
    def alpha(self) -> SSAValue | None:
        """The scalar that multiplies the product; None for 1."""
        return self.inputs[2] if len(self.inputs) > 2 else None

    def verify_operands(self) -> None:
        if len(self.inputs) not in (2, 3):
            raise VerifyException(f"{self.name}: needs two factors, and perhaps a scalar")
        types = [_shaped(value) for value in (*self.shaped_inputs, self.output)]
        if tuple(len(t.get_shape()) for t in types) != self.RANKS:
            raise VerifyException(
                f"{self.name}: needs operands of ranks {', '.join(map(str, self.RANKS))}"
            )
        element = types[0].element_type
        if not isinstance(element, Float32Type | Float64Type):
            raise VerifyException(f"{self.name}: elements must be f32 or f64, not {element}")
        if any(t.element_type != element for t in types):
            raise VerifyException(f"{self.name}: operands of different element types")
        if self.alpha is not None and self.alpha.type != element:
            raise VerifyException(f"{self.name}: the scalar must be {element}")


@irdl_op_definition
class MatmulOp(ContractionOp):
    """`c += a @ b` for matrices `a` (m, k), `b` (k, n) and `c` (m, n)."""

    name = "linalg_ext.matmul"
    RANKS: ClassVar[tuple[int, int, int]] = (2, 2, 2)


@irdl_op_definition
class BatchMatmulOp(ContractionOp):
    """`c[i] += a[i] @ b[i]` for `a` (l, m, k), `b` (l, k, n) and `c` (l, m, n).

    Where `a` or `b` has the static size 1 in front, its one matrix is in every product.
    """

    name = "linalg_ext.batch_matmul"
    RANKS: ClassVar[tuple[int, int, int]] = (3, 3, 3)


@irdl_op_definition
class MatvecOp(ContractionOp):
    """`y += a @ x` for a matrix `a` (m, k), vectors `x` (k) and `y` (m)."""

    name = "linalg_ext.matvec"
    RANKS: ClassVar[tuple[int, int, int]] = (2, 1, 1)


@irdl_op_definition
class VecmatOp(ContractionOp):
    """`y += x @ a` for a vector `x` (k), a matrix `a` (k, n) and a vector `y` (n)."""

    name = "linalg_ext.vecmat"
    RANKS: ClassVar[tuple[int, int, int]] = (1, 2, 1)


@irdl_op_definition
class DotOp(ContractionOp):
    """`z += x . y` for vectors `x` (k) and `y` (k) and `z` of rank 0."""

    name = "linalg_ext.dot"
    RANKS: ClassVar[tuple[int, int, int]] = (1, 1, 0)


@irdl_op_definition
class ScatterOp(DestinationOp):
    """`dest[i[r], j[r], ...] = updates[r]` for each r in increasing order, or `+=`.

    `updates` has the shape (n, rest...), where `rest` are the dimensions of `dest` behind those that the vectors
    index; its static 1s broadcast. The index vectors are i64 of n elements (or of one, statically, for all), all
    within bounds, which is checked before. `combiner` is "set" (the last of duplicates wins) or "add" (duplicates
    accumulate).
    """

    name = "linalg_ext.scatter"

    combiner = prop_def(StringAttr)

    def __init__(
        self,
        updates: SSAValue | Operation,
        indices: Sequence[SSAValue | Operation],
        dest: SSAValue | Operation,
        combiner: str,
    ):
        destination = SSAValue.get(dest)
        results = [destination.type] if isinstance(destination.type, TensorType) else []
        super().__init__(
            operands=[[updates, *indices], destination],
            properties={"combiner": StringAttr(combiner)},
            result_types=[results],
        )

    def verify_operands(self) -> None:
        if self.combiner.data not in COMBINERS:
            raise VerifyException(
                f"{self.name}: the combiner must be one of {', '.join(COMBINERS)}, not {self.combiner.data!r}"
            )
        dest = _shaped(self.output)
        dest_rank = len(dest.get_shape())
        updates, *indices = (_shaped(value) for value in self.inputs)
        if not 1 <= len(indices) <= dest_rank:
            raise VerifyException(
                f"{self.name}: {len(indices)} index vectors for a destination of rank {dest_rank}"
            )
        for index in indices:
            if len(index.get_shape()) != 1 or index.element_type != IntegerType(64):
                raise VerifyException(f"{self.name}: an index must be a vector of i64, not {index}")
        if len(updates.get_shape()) != dest_rank - len(indices) + 1:
            raise VerifyException(
                f"{self.name}: updates of rank {len(updates.get_shape())}, "
                f"expected {dest_rank - len(indices) + 1}"
            )
        if updates.element_type != dest.element_type:
            raise VerifyException(
                f"{self.name}: updates and destination of different element types"
            )


def _tensor(value: SSAValue) -> TensorType[Attribute]:
    type_ = value.type
    assert isinstance(type_, TensorType)
    return type_


def _shaped(value: SSAValue) -> TensorType[Attribute] | MemRefType[Attribute]:
    type_ = value.type
    assert isinstance(type_, TensorType | MemRefType)
    return type_


LinalgExt = Dialect(
    "linalg_ext",
    [
        DimshuffleOp,
        ReshapeOp,
        MatmulOp,
        BatchMatmulOp,
        MatvecOp,
        VecmatOp,
        DotOp,
        ScatterOp,
    ],
    [],
)
