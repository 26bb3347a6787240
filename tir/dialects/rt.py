"""The `rt` dialect: what host code asks of the run time.

Its operations are valid in `@main` only, the straight-line function that checks its inputs, allocates
outputs, and calls kernels and libraries. They run with the GIL held, except between
`rt.release_gil` and `rt.acquire_gil`, where only `rt.assert`, the library calls, memory allocation and
calls of kernels may stand.

    rt.assert %cond, "shapes must match" {kind = "ValueError"}
    %y = rt.alloc_output(%n) {index = 0 : i64, dtype = "float64"} : memref<?x1xf64>
    rt.gemm %a, %b, %y {beta = 0.0 : f64} : memref<?x?xf64>, memref<?x1xf64>, memref<?x1xf64>

One belongs in kernels, the functions of loops that `@main` calls: `rt.parallel`, whose iterations threads may share.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    IndexType,
    IntegerAttr,
    MemRefType,
    NoneAttr,
    StringAttr,
    i1,
    i64,
)
from xdsl.dialects.utils import AbstractYieldOperation
from xdsl.ir import Attribute, Block, Dialect, Operation, Region, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    lazy_traits_def,
    operand_def,
    prop_def,
    region_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import (
    HasParent,
    IsTerminator,
    MemoryAllocEffect,
    MemoryReadEffect,
    MemoryWriteEffect,
    RecursiveMemoryEffect,
    SingleBlockImplicitTerminator,
)
from xdsl.utils.exceptions import VerifyException

from tir.dialects.rt_products import PRODUCTS

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


@irdl_op_definition
class AssertOp(IRDLOperation):
    """Fails the call with the Python exception `kind` (a builtin's name) where `cond` is false.

    The location of the operation is the user's line to report.
    """

    name = "rt.assert"

    cond = operand_def(i1)
    message = prop_def(StringAttr)
    kind = prop_def(StringAttr)

    traits = traits_def(MemoryWriteEffect())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$cond `,` $message attr-dict"

    def __init__(self, cond: SSAValue | Operation, message: str, kind: str = "ValueError"):
        super().__init__(
            operands=[cond],
            properties={"message": StringAttr(message), "kind": StringAttr(kind)},
        )


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
        memref_type = self.memref.type
        assert isinstance(memref_type, MemRefType)
        if not isinstance(memref_type.layout, NoneAttr):
            raise VerifyException("rt.alloc_output: the memref must have the identity layout")
        dynamic = sum(dim == DYNAMIC_INDEX for dim in memref_type.get_shape())
        if dynamic != len(self.dims):
            raise VerifyException(
                f"rt.alloc_output: {dynamic} dynamic dimensions but {len(self.dims)} sizes"
            )
        element = ELEMENT_TYPE_OF_DTYPE.get(self.dtype.data)
        if element is None:
            raise VerifyException(f"rt.alloc_output: unknown dtype {self.dtype.data!r}")
        if element != str(memref_type.element_type):
            raise VerifyException(
                f"rt.alloc_output: dtype {self.dtype.data} is stored as {element}, "
                f"not as {memref_type.element_type}"
            )


@irdl_op_definition
class ReleaseGilOp(IRDLOperation):
    """Releases the GIL where `work` (an estimate of scalar operations) is worth a thread switch."""

    name = "rt.release_gil"

    work = operand_def(IndexType())

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    assembly_format = "$work attr-dict `:` type($work)"

    def __init__(self, work: SSAValue | Operation):
        super().__init__(operands=[work])


@irdl_op_definition
class AcquireGilOp(IRDLOperation):
    """Takes the GIL again where the last `rt.release_gil` released it."""

    name = "rt.acquire_gil"

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    assembly_format = "attr-dict"

    def __init__(self) -> None:
        super().__init__()


@irdl_op_definition
class ParallelOp(IRDLOperation):
    """Runs its body for consecutive ranges that cover 0 to `count`, in any order or at the same time.

        rt.parallel (%begin, %end) = %count grain %grain {
          scf.for %i = %begin to %end step %c1 {...}
        }

    A range has at least `grain` iterations, unless `count` is less: then the body runs once, in the calling thread.
    With a `count` of 0 it does not run. Ranges must not write what others read or write. The body may read values
    from outside; the bounds of all ranges but the last are multiples of 64, so that vectors do not straddle them.
    """

    name = "rt.parallel"

    count = operand_def(IndexType())
    grain = operand_def(IndexType())
    body = region_def("single_block")

    traits = lazy_traits_def(
        lambda: (RecursiveMemoryEffect(), SingleBlockImplicitTerminator(YieldOp))
    )

    def __init__(
        self, count: SSAValue | Operation, grain: SSAValue | Operation, body: Block | Region
    ):
        region = Region(body) if isinstance(body, Block) else body
        super().__init__(operands=[count, grain], regions=[region])

    def verify_(self) -> None:
        if tuple(a.type for a in self.body.block.args) != (IndexType(), IndexType()):
            raise VerifyException("rt.parallel: the body takes the two bounds of a range, indices")

    def print(self, printer: Printer) -> None:
        begin, end = self.body.block.args
        printer.print_string(" (")
        printer.print_ssa_value(begin)
        printer.print_string(", ")
        printer.print_ssa_value(end)
        printer.print_string(") = ")
        printer.print_ssa_value(self.count)
        printer.print_string(" grain ")
        printer.print_ssa_value(self.grain)
        printer.print_string(" ")
        printer.print_region(self.body, print_entry_block_args=False, print_block_terminators=False)
        printer.print_op_attributes(self.attributes, print_keyword=True)

    @classmethod
    def parse(cls, parser: Parser) -> ParallelOp:
        bounds = parser.parse_comma_separated_list(
            parser.Delimiter.PAREN, lambda: parser.parse_argument(expect_type=False)
        )
        parser.parse_punctuation("=")
        count = _parse_index(parser)
        parser.parse_keyword("grain")
        grain = _parse_index(parser)
        region = parser.parse_region([bound.resolve(IndexType()) for bound in bounds])
        if not isinstance(region.block.last_op, YieldOp):
            region.block.add_op(YieldOp())
        op = cls(count, grain, region)
        attributes = parser.parse_optional_attr_dict_with_keyword()
        if attributes is not None:
            op.attributes = dict(attributes.data)
        return op


def _parse_index(parser: Parser) -> SSAValue:
    return parser.resolve_operand(parser.parse_unresolved_operand(), IndexType())


@irdl_op_definition
class YieldOp(AbstractYieldOperation[Attribute]):
    """Ends the body of an `rt.parallel`."""

    name = "rt.yield"

    traits = traits_def(HasParent(ParallelOp), IsTerminator())


Rt = Dialect(
    "rt",
    [
        AssertOp,
        AllocOutputOp,
        *PRODUCTS,
        ReleaseGilOp,
        AcquireGilOp,
        ParallelOp,
        YieldOp,
    ],
    [],
)
