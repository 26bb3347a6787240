"""The `rt` dialect: what host code asks of the run time.

Its operations are valid in `@main` only, the straight-line function that checks its inputs, allocates
outputs, and calls kernels and libraries. They run with the GIL held, except between
`rt.release_gil` and `rt.acquire_gil`, where only `rt.assert`, the library calls, memory allocation and
calls of kernels may stand.

    rt.assert %cond, "shapes must match" {kind = "ValueError"}
    %y = rt.alloc_output(%n) {index = 0 : i64, dtype = "float64"} : memref<?x1xf64>
    rt.gemm %a, %b, %y {alpha = 1.0 : f64, beta = 0.0 : f64} : memref<?x?xf64>, memref<?x1xf64>, memref<?x1xf64>

Three belong in kernels, the functions of loops that `@main` calls: `rt.parallel`, whose iterations threads may share,
which `outline-parallel` turns into `rt.parallel_call`, and `rt.stream_copy`, which writes past the cache.
"""

from __future__ import annotations

from xdsl.dialects.builtin import (
    AnyFloat,
    Float32Type,
    Float64Type,
    FloatAttr,
    IndexType,
    MemRefType,
    NoneAttr,
    StridedLayoutAttr,
    StringAttr,
    f64,
    i1,
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
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import (
    HasParent,
    IsTerminator,
    MemoryReadEffect,
    MemoryWriteEffect,
    RecursiveMemoryEffect,
    SingleBlockImplicitTerminator,
)
from xdsl.utils.exceptions import VerifyException

from .rt_memory import (
    ELEMENT_TYPE_OF_DTYPE,
    AllocArenaOp,
    AllocOutputOp,
    TakeSharedOp,
)
from .rt_parallel_call import ParallelCallOp

__all__ = [
    "ELEMENT_TYPE_OF_DTYPE",
    "AcquireGilOp",
    "AllocArenaOp",
    "AllocOutputOp",
    "AssertOp",
    "DotOp",
    "GemmOp",
    "GemvOp",
    "ParallelCallOp",
    "ParallelOp",
    "ReleaseGilOp",
    "Rt",
    "StreamCopyOp",
    "StreamFenceOp",
    "TakeSharedOp",
    "YieldOp",
]


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


def _verify_operand(op: Operation, value: SSAValue, rank: int, element: Attribute) -> None:
    memref_type = value.type
    assert isinstance(memref_type, MemRefType)
    if memref_type.get_num_dims() != rank:
        raise VerifyException(f"{op.name}: expected a memref of rank {rank}, got {memref_type}")
    if memref_type.element_type != element:
        raise VerifyException(f"{op.name}: operands of different element types")


def _element_type(op: Operation) -> AnyFloat:
    memref_type = op.operands[0].type
    assert isinstance(memref_type, MemRefType)
    element = memref_type.element_type
    if not isinstance(element, Float32Type | Float64Type):
        raise VerifyException(f"{op.name}: elements must be f32 or f64, not {element}")
    return element


def _verify_unit_inner_stride(op: Operation, value: SSAValue) -> None:
    memref_type = value.type
    assert isinstance(memref_type, MemRefType)
    layout = memref_type.layout
    if isinstance(layout, NoneAttr) or memref_type.get_shape()[-1] == 1:
        return
    if not isinstance(layout, StridedLayoutAttr) or layout.get_strides()[-1] != 1:
        raise VerifyException(f"{op.name}: the result must have unit inner stride")


def _scale_properties(alpha: float, beta: float) -> dict[str, Attribute]:
    return {"alpha": FloatAttr(alpha, f64), "beta": FloatAttr(beta, f64)}


@irdl_op_definition
class GemmOp(IRDLOperation):
    """`c = alpha * a @ b + beta * c` on matrices of f32 or f64.

    `a` (m, k) and `b` (k, n) have any strides; `c` (m, n) has unit inner stride. With k = 0 the product
    is zero; with beta = 0 the old `c` is never read. `c` must not overlap `a` or `b`.
    """

    name = "rt.gemm"

    a = operand_def(MemRefType)
    b = operand_def(MemRefType)
    c = operand_def(MemRefType)
    alpha = prop_def(FloatAttr)
    beta = prop_def(FloatAttr)

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$a `,` $b `,` $c attr-dict `:` type($a) `,` type($b) `,` type($c)"

    def __init__(
        self,
        a: SSAValue | Operation,
        b: SSAValue | Operation,
        c: SSAValue | Operation,
        alpha: float = 1.0,
        beta: float = 0.0,
    ):
        super().__init__(operands=[a, b, c], properties=_scale_properties(alpha, beta))

    def verify_(self) -> None:
        element = _element_type(self)
        for value in (self.a, self.b, self.c):
            _verify_operand(self, value, 2, element)
        _verify_unit_inner_stride(self, self.c)


@irdl_op_definition
class GemvOp(IRDLOperation):
    """`y = alpha * a @ x + beta * y` for a matrix `a` (m, n), vectors `x` (n) and `y` (m).

    `a` and `x` have any strides, `y` has unit stride. Otherwise as `rt.gemm`.
    """

    name = "rt.gemv"

    a = operand_def(MemRefType)
    x = operand_def(MemRefType)
    y = operand_def(MemRefType)
    alpha = prop_def(FloatAttr)
    beta = prop_def(FloatAttr)

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$a `,` $x `,` $y attr-dict `:` type($a) `,` type($x) `,` type($y)"

    def __init__(
        self,
        a: SSAValue | Operation,
        x: SSAValue | Operation,
        y: SSAValue | Operation,
        alpha: float = 1.0,
        beta: float = 0.0,
    ):
        super().__init__(operands=[a, x, y], properties=_scale_properties(alpha, beta))

    def verify_(self) -> None:
        element = _element_type(self)
        for value, rank in ((self.a, 2), (self.x, 1), (self.y, 1)):
            _verify_operand(self, value, rank, element)
        _verify_unit_inner_stride(self, self.y)


@irdl_op_definition
class DotOp(IRDLOperation):
    """`out = alpha * (x . y) + beta * out` for vectors of any stride and a rank-0 `out`."""

    name = "rt.dot"

    x = operand_def(MemRefType)
    y = operand_def(MemRefType)
    out = operand_def(MemRefType)
    alpha = prop_def(FloatAttr)
    beta = prop_def(FloatAttr)

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$x `,` $y `,` $out attr-dict `:` type($x) `,` type($y) `,` type($out)"

    def __init__(
        self,
        x: SSAValue | Operation,
        y: SSAValue | Operation,
        out: SSAValue | Operation,
        alpha: float = 1.0,
        beta: float = 0.0,
    ):
        super().__init__(operands=[x, y, out], properties=_scale_properties(alpha, beta))

    def verify_(self) -> None:
        element = _element_type(self)
        for value, rank in ((self.x, 1), (self.y, 1), (self.out, 0)):
            _verify_operand(self, value, rank, element)


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
    from outside. Where the grain is at least 64 all bounds but the last are multiples of 64, so that vectors do not
    straddle them. One inside of another runs in the thread that comes there.
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
class StreamCopyOp(IRDLOperation):
    """Copies a vector to another of the same size with stores that go past the cache.

    Both are contiguous, and do not overlap. An `rt.stream_fence` has to follow before another thread reads.

        rt.stream_copy %scratch, %rows : memref<?xf32, strided<[1], offset: ?>>, memref<?xf32, strided<[1], offset: ?>>
    """

    name = "rt.stream_copy"

    source = operand_def(MemRefType)
    destination = operand_def(MemRefType)

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    assembly_format = "$source `,` $destination attr-dict `:` type($source) `,` type($destination)"

    def __init__(self, source: SSAValue | Operation, destination: SSAValue | Operation):
        super().__init__(operands=[source, destination])

    def verify_(self) -> None:
        source = self.source.type
        assert isinstance(source, MemRefType)
        for value in (self.source, self.destination):
            _verify_operand(self, value, 1, source.element_type)
            _verify_unit_inner_stride(self, value)


@irdl_op_definition
class StreamFenceOp(IRDLOperation):
    """Makes what `rt.stream_copy` has written visible to other threads, before what follows."""

    name = "rt.stream_fence"

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    assembly_format = "attr-dict"

    def __init__(self) -> None:
        super().__init__()


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
        TakeSharedOp,
        AllocArenaOp,
        GemmOp,
        GemvOp,
        DotOp,
        ReleaseGilOp,
        AcquireGilOp,
        ParallelOp,
        StreamCopyOp,
        StreamFenceOp,
        ParallelCallOp,
        YieldOp,
    ],
    [],
)
