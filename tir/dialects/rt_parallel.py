"""What kernels, the functions of loops that `@main` calls, ask of the run time: threads, and what the cache is to hold.

`rt.parallel` marks iterations that threads may share; `outline-parallel` turns it into `rt.parallel_call`.
`rt.stream_copy` writes what will not stay in the cache, `rt.prefetch` asks for what will be read next.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import IndexType, MemRefType, NoneAttr, StridedLayoutAttr
from xdsl.dialects.utils import AbstractYieldOperation
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    lazy_traits_def,
    operand_def,
    region_def,
    traits_def,
    var_operand_def,
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
        types = [self.source.type, self.destination.type]
        if any(not _is_contiguous_vector(type_) for type_ in types):
            raise VerifyException("rt.stream_copy: the operands must be vectors of stride 1")
        if len({type_.element_type for type_ in types if isinstance(type_, MemRefType)}) > 1:
            raise VerifyException("rt.stream_copy: operands of different element types")


def _is_contiguous_vector(type_: Attribute) -> bool:
    if not isinstance(type_, MemRefType) or type_.get_num_dims() != 1:
        return False
    layout = type_.layout
    return isinstance(layout, NoneAttr) or (
        isinstance(layout, StridedLayoutAttr) and layout.get_strides() == (1,)
    )


@irdl_op_definition
class StreamFenceOp(IRDLOperation):
    """Makes what `rt.stream_copy` has written visible to other threads, before what follows."""

    name = "rt.stream_fence"

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    assembly_format = "attr-dict"

    def __init__(self) -> None:
        super().__init__()


@irdl_op_definition
class PrefetchOp(IRDLOperation):
    """Asks for the line of the cache with an element that will be read soon. It may lie outside the buffer: then nothing happens.

    rt.prefetch %x[%row, %column] : memref<?x?xf32>
    """

    name = "rt.prefetch"

    buffer = operand_def(MemRefType)
    indices = var_operand_def(IndexType())

    # Nobody else may see it, but it must not be removed.
    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    assembly_format = "$buffer `[` $indices `]` attr-dict `:` type($buffer)"

    def __init__(self, buffer: SSAValue, indices: Sequence[SSAValue]):
        super().__init__(operands=[buffer, indices])

    def verify_(self) -> None:
        assert isinstance(self.buffer.type, MemRefType)
        rank = self.buffer.type.get_num_dims()
        if len(self.indices) != rank:
            raise VerifyException(f"rt.prefetch: expected {rank} indices, got {len(self.indices)}")


@irdl_op_definition
class YieldOp(AbstractYieldOperation[Attribute]):
    """Ends the body of an `rt.parallel`."""

    name = "rt.yield"

    traits = traits_def(HasParent(ParallelOp), IsTerminator())
