"""One structured operation of a kernel region as one function of the GPU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from xdsl.dialects import gpu
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    FunctionType,
    IntegerAttr,
    MemRefType,
    NoneAttr,
    UnitAttr,
    i64,
)
from xdsl.dialects.linalg.attrs import IteratorType
from xdsl.dialects.linalg.ops import FillOp, GenericOp, IndexOp
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.traits import MemoryEffectKind, get_effects

from tir.dialects import kernel
from tir.dialects.linalg_ext import ScatterOp
from tir.dialects.projections import identity, projection
from tir.lowering.kernels_to_gpu.grid import for_all
from tir.lowering.structured.builder import LoopBuilder, memref_type
from tir.lowering.structured.operands import Operand, read_elements
from tir.lowering.to_llvm.descriptor import element_size
from tir.support.cost_model import WIDE_ACCESS_BYTES, elements_per_thread
from tir.support.errors import UnsupportedError

THREADS_PER_BLOCK = 256

Message = Callable[[Operation, str], str]
"""The text of an error about an operation and the kind of operations that cannot be lowered."""


@dataclass(frozen=True)
class Kernel:
    """A function of the GPU, what the host passes to it, and the buffers whose sizes are its iteration space."""

    function: gpu.FuncOp
    arguments: Sequence[SSAValue]
    operands: Sequence[Operand]
    """The operands of the structured operation, as values of the host."""
    loops: int
    width: int
    """How many neighbouring elements a thread takes at a time."""


@dataclass(frozen=True)
class Structured:
    """An elementwise operation of a region, with the scalar operations that it depends on."""

    region: kernel.RegionOp
    op: GenericOp | FillOp
    scalars: Sequence[Operation]

    @property
    def loops(self) -> int:
        """The number of loops."""
        if isinstance(self.op, GenericOp):
            return len(self.op.iterator_types.data)
        return len(memref_type(self.op.operands[1]).get_shape())

    def _operands(self, values: dict[SSAValue, SSAValue]) -> list[Operand]:
        """The buffers, inputs first, seen through what their values have become."""
        if isinstance(self.op, FillOp):
            return [Operand(values[self.op.operands[1]], identity(self.loops))]
        maps = [projection(m) for m in self.op.indexing_maps.data]
        return [Operand(values.get(v, v), m) for v, m in zip(self.op.operands, maps, strict=True)]

    @property
    def may_flatten(self) -> bool:
        """Whether the place of an element in row-major order is all that the operation needs to know of it."""
        return self.loops == 1 or not any(isinstance(op, IndexOp) for op in self.body)

    @property
    def body(self) -> Sequence[Operation]:
        """What is computed for each element."""
        return tuple(self.op.body.block.ops) if isinstance(self.op, GenericOp) else ()

    @cached_property
    def width(self) -> int:
        """How many neighbouring elements a thread takes at a time, so that it reads and writes them by one instruction."""
        values: dict[SSAValue, SSAValue] = {v: v for v in self.op.operands}
        walked = [o for o in self._operands(values) if not o.is_scalar]
        if not self.may_flatten or not all(
            o.is_full(self.loops) and is_aligned(memref_type(o.buffer)) for o in walked
        ):
            return 1
        sizes = [element_size(memref_type(o.buffer).element_type) for o in walked]
        names = [inner.name for op in self.body for inner in op.walk()]
        return elements_per_thread(names, max(sizes, default=WIDE_ACCESS_BYTES))

    def outline(self, name: str) -> Kernel:
        """A new function that does what the operation does, for all elements."""
        arguments = self.region.body.block.args
        mine = {self.op, *self.scalars}
        used = [a for a in arguments if _is_used_by(mine, a)]
        block = Block(arg_types=[a.type for a in used])
        inside: dict[SSAValue, SSAValue] = dict(zip(used, block.args, strict=True))
        for old, new in inside.items():
            new.name_hint = old.name_hint
        builder = LoopBuilder(block)
        for scalar in self.scalars:
            copy = scalar.clone(inside)
            builder.add(copy)
            inside.update(zip(scalar.results, copy.results, strict=True))
        self._build(builder, inside)
        block.add_op(gpu.ReturnOp([]))
        outer: dict[SSAValue, SSAValue] = dict(zip(arguments, self.region.operands, strict=True))
        return Kernel(
            self._function(name, block, used),
            [outer[a] for a in used],
            [o for o in self._operands(outer) if isinstance(o.buffer.type, MemRefType)],
            self.loops,
            self.width,
        )

    def _function(self, name: str, block: Block, arguments: Sequence[SSAValue]) -> gpu.FuncOp:
        function = gpu.FuncOp(
            name,
            FunctionType.from_lists([a.type for a in arguments], []),
            Region(block),
            kernel=True,
            known_block_size=[THREADS_PER_BLOCK, 1, 1],
        )
        written = self.op.operands[len(self.op.inputs) :]
        attributes = []
        for argument in arguments:
            own: dict[str, Attribute] = {}
            if isinstance(argument.type, MemRefType):
                own["llvm.noalias"] = UnitAttr()
                if argument not in written:
                    own["llvm.readonly"] = UnitAttr()
                if self.width > 1 and is_aligned(argument.type):
                    own["llvm.align"] = IntegerAttr(WIDE_ACCESS_BYTES, i64)
            attributes.append(DictionaryAttr(own))
        function.attributes["arg_attrs"] = ArrayAttr(attributes)
        function.location = self.region.location
        return function

    def _build(self, builder: LoopBuilder, inside: dict[SSAValue, SSAValue]) -> None:
        operands = self._operands(inside)
        if isinstance(self.op, FillOp):
            value = inside[self.op.operands[0]]

            def visit(operands: Sequence[Operand], elements: Sequence[Sequence[SSAValue]]) -> None:
                for indices in elements:
                    operands[0].store(builder, value, indices)

            for_all(builder, operands, self.loops, visit, may_flatten=True, width=self.width)
            return
        body = self.op.body.block
        split = len(self.op.inputs)
        for inner in body.walk():
            for number, operand in enumerate(inner.operands):
                if operand in inside:
                    inner.operands[number] = inside[operand]

        def run(operands: Sequence[Operand], elements: Sequence[Sequence[SSAValue]]) -> None:
            # Loads stay together, and stores: LLVM makes one of those of neighbours.
            read = [read_elements(builder, body, operands, indices) for indices in elements]
            results = [
                builder.inline(body, values, indices)
                for values, indices in zip(read, elements, strict=True)
            ]
            for number, operand in enumerate(operands[split:]):
                for values, indices in zip(results, elements, strict=True):
                    operand.store(builder, values[number], indices)

        for_all(builder, operands, self.loops, run, may_flatten=self.may_flatten, width=self.width)


def is_aligned(type_: MemRefType) -> bool:
    """Whether the first element is at the start of memory that was allocated, or passed to `@main`: views have layouts."""
    return isinstance(type_.layout, NoneAttr)


def _is_used_by(operations: set[Operation], argument: SSAValue) -> bool:
    """Whether one of the operations, or anything within it, uses a value."""
    for use in argument.uses:
        op: Operation | None = use.operation
        while op is not None and op not in operations:
            op = op.parent_op()
        if op is not None:
            return True
    return False


def split_region(region: kernel.RegionOp, message: Message) -> list[Structured]:
    """The elementwise operations of a region; `UnsupportedError` where it holds anything else."""
    found: list[Structured] = []
    scalars: list[Operation] = []
    for op in region.body.block.ops:
        if isinstance(op, GenericOp):
            if any(t.data is not IteratorType.PARALLEL for t in op.iterator_types.data):
                raise UnsupportedError(message(op, "reductions"))
            found.append(Structured(region, op, tuple(scalars)))
        elif isinstance(op, FillOp):
            found.append(Structured(region, op, tuple(scalars)))
        elif _is_scalar(op):
            scalars.append(op)
        elif not isinstance(op, kernel.YieldOp):
            what = "scatters" if isinstance(op, ScatterOp) else "such operations"
            raise UnsupportedError(message(op, what))
    return found


def _is_scalar(op: Operation) -> bool:
    effects = get_effects(op)
    return (
        effects is not None
        and all(e.kind is MemoryEffectKind.READ for e in effects)
        and not any(isinstance(r.type, MemRefType) for r in op.results)
        and not op.regions
    )
