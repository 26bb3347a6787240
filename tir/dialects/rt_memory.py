"""The operations of the `rt` dialect that give `@main` memory: new, or that of shared values and of inputs."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    IndexType,
    IntegerAttr,
    MemRefType,
    NoneAttr,
    StringAttr,
    i64,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
    var_result_def,
)
from xdsl.traits import MemoryAllocEffect, MemoryReadEffect, MemoryWriteEffect
from xdsl.utils.exceptions import VerifyException

ELEMENT_TYPE_OF_DTYPE: dict[str, str] = {
    "bool": "i1",
    "int8": "i8",
    "uint8": "i8",
    "int16": "i16",
    "uint16": "i16",
    "int32": "i32",
    "uint32": "i32",
    "int64": "i64",
    "uint64": "i64",
    "float32": "f32",
    "float64": "f64",
}
"""NumPy's dtype names and the signless element type that each is stored as in a memref."""


def _verify_buffers(op: Operation, buffers: Sequence[SSAValue], sizes: int) -> None:
    dynamic = 0
    for buffer in buffers:
        assert isinstance(buffer.type, MemRefType)
        if not isinstance(buffer.type.layout, NoneAttr):
            raise VerifyException(f"{op.name}: the memref must have the identity layout")
        dynamic += sum(dim == DYNAMIC_INDEX for dim in buffer.type.get_shape())
    if dynamic != sizes:
        raise VerifyException(f"{op.name}: {dynamic} dynamic dimensions but {sizes} sizes")


def _verify_dtype(op: Operation, dtype: str, buffer: SSAValue) -> None:
    assert isinstance(buffer.type, MemRefType)
    element = ELEMENT_TYPE_OF_DTYPE.get(dtype)
    if element is None:
        raise VerifyException(f"{op.name}: unknown dtype {dtype!r}")
    if element != str(buffer.type.element_type):
        raise VerifyException(
            f"{op.name}: dtype {dtype} is stored as {element}, not as {buffer.type.element_type}"
        )


def _verify_same_form(op: Operation, source: SSAValue, result: SSAValue) -> None:
    source_type, type_ = source.type, result.type
    assert isinstance(source_type, MemRefType)
    assert isinstance(type_, MemRefType)
    if not isinstance(type_.layout, NoneAttr):
        raise VerifyException(f"{op.name}: the memref must have the identity layout")
    if source_type.get_shape() != type_.get_shape():
        raise VerifyException(f"{op.name}: the shapes of source and result must be the same")
    if source_type.element_type != type_.element_type:
        raise VerifyException(f"{op.name}: source and result must have the same element type")


@irdl_op_definition
class AllocOutputOp(IRDLOperation):
    """Allocates the NumPy array that becomes output number `index`.

    The array is C-contiguous and uninitialized. `dims` are the sizes of the dynamic dimensions of the
    memref, in order; `dtype` is NumPy's name, as memrefs are signless. The call fails with MemoryError
    where NumPy cannot allocate.
    """

    name = "rt.alloc_output"

    dims = var_operand_def(IndexType())
    index = prop_def(IntegerAttr)
    dtype = prop_def(StringAttr)
    memref = result_def(MemRefType)

    traits = traits_def(MemoryAllocEffect(), MemoryWriteEffect())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "`(` $dims `)` attr-dict `:` type($memref)"

    def __init__(
        self, dims: Sequence[SSAValue | Operation], index: int, dtype: str, memref: MemRefType
    ):
        super().__init__(
            operands=[dims],
            properties={"index": IntegerAttr(index, i64), "dtype": StringAttr(dtype)},
            result_types=[memref],
        )

    def verify_(self) -> None:
        _verify_buffers(self, [self.memref], len(self.dims))
        _verify_dtype(self, self.dtype.data, self.memref)


@irdl_op_definition
class TakeSharedOp(IRDLOperation):
    """Takes the memory of a shared parameter for output number `index`, which replaces its value.

        %w = rt.take_shared %old {index = 1 : i64, dtype = "float64"} : memref<?xf64, strided<[?], offset: ?>> to memref<?xf64>

    The result holds the parameter's values. It is the parameter's own memory where nobody else can see that: the shared
    variable still holds this array, nobody but it and this call refers to it, and it is a contiguous, writeable array
    that owns its data. Else it is a new array with a copy of the values. The GIL is held from here to the end, so
    that nobody comes to see the array meanwhile, and nothing may fail once the result is written to.
    """

    name = "rt.take_shared"

    source = operand_def(MemRefType)
    index = prop_def(IntegerAttr)
    dtype = prop_def(StringAttr)
    memref = result_def(MemRefType)

    traits = traits_def(MemoryAllocEffect(), MemoryReadEffect(), MemoryWriteEffect())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$source attr-dict `:` type($source) `to` type($memref)"

    def __init__(self, source: SSAValue | Operation, index: int, dtype: str, memref: MemRefType):
        super().__init__(
            operands=[source],
            properties={"index": IntegerAttr(index, i64), "dtype": StringAttr(dtype)},
            result_types=[memref],
        )

    def verify_(self) -> None:
        _verify_same_form(self, self.source, self.memref)
        _verify_dtype(self, self.dtype.data, self.source)


@irdl_op_definition
class TakeInputOp(IRDLOperation):
    """Takes the memory of an input that the user lets the function overwrite, for output number `index` or a temporary.

        %y = rt.take_input %x {index = 0 : i64, dtype = "float64"} : memref<?xf64, strided<[?], offset: ?>> to memref<?xf64>
        %t = rt.take_input %x : memref<?xf64> to memref<?xf64>

    The result is the input's own memory, and the output the input's own array, where that is a contiguous, writeable
    array that overlaps no other argument and no shared value. Else it is new memory, of the input's sizes and
    uninitialized; a `memref.copy` brings the input's values where they are wanted. The source must be a parameter of
    `@main`. The call fails with MemoryError where there is no memory.
    """

    name = "rt.take_input"

    source = operand_def(MemRefType)
    index = opt_prop_def(IntegerAttr)
    dtype = opt_prop_def(StringAttr)
    memref = result_def(MemRefType)

    traits = traits_def(MemoryAllocEffect(), MemoryWriteEffect())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$source attr-dict `:` type($source) `to` type($memref)"

    def __init__(
        self,
        source: SSAValue | Operation,
        memref: MemRefType,
        index: IntegerAttr | None = None,
        dtype: StringAttr | None = None,
    ):
        super().__init__(
            operands=[source],
            properties={"index": index, "dtype": dtype},
            result_types=[memref],
        )

    def verify_(self) -> None:
        _verify_same_form(self, self.source, self.memref)
        if (self.index is None) != (self.dtype is None):
            raise VerifyException(f"{self.name}: an output has an index and a dtype")
        if self.dtype is not None:
            _verify_dtype(self, self.dtype.data, self.source)


@irdl_op_definition
class AllocArenaOp(IRDLOperation):
    """Allocates one block of memory that holds several buffers side by side, until `@main` is left.

        %a, %b = rt.alloc_arena(%n, %m, %k) : memref<?x?xf64>, memref<?xf32>

    `dims` are the sizes of the dynamic dimensions, buffer after buffer. Each buffer is aligned to 64 bytes and
    uninitialized. The call fails with MemoryError where there is no memory.
    """

    name = "rt.alloc_arena"

    dims = var_operand_def(IndexType())
    buffers = var_result_def(MemRefType)

    traits = traits_def(MemoryAllocEffect(), MemoryWriteEffect())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "`(` $dims `)` attr-dict `:` type($buffers)"

    def __init__(self, dims: Sequence[SSAValue | Operation], types: Sequence[Attribute]):
        super().__init__(operands=[dims], result_types=[types])

    def verify_(self) -> None:
        _verify_buffers(self, self.buffers, len(self.dims))
