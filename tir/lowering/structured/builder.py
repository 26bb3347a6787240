"""Building loops: a cursor that moves into the bodies of the loops and branches it makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from xdsl.dialects import arith, memref, scf
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    DictionaryAttr,
    FloatAttr,
    IndexType,
    IntegerAttr,
    MemRefType,
    i1,
    i64,
)
from xdsl.dialects.linalg.ops import IndexOp, YieldOp
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from tir.dialects import rt

INDEX = IndexType()


@lru_cache(1024)
def _index_attribute(number: int) -> Attribute:
    return IntegerAttr(number, INDEX)


BodyBuilder = Callable[[SSAValue, Sequence[SSAValue]], Sequence[SSAValue]]
"""Builds the body of a loop from the induction variable and the carried values; gives the next ones."""


class LoopBuilder:
    """Adds operations at the end of a current block."""

    def __init__(self, block: Block, vectorized: bool = True) -> None:
        """Begins at the end of `block`; `vectorized` says whether vector instructions are made of its loops."""
        self.vectorized = vectorized
        self.entry = block
        self.block = block
        self._constants: dict[int, SSAValue] = {}
        self._sizes: dict[SSAValue, Sequence[SSAValue]] = {}

    def add(self, op: Operation) -> SSAValue | None:
        """Add an operation and give its first result, if it has one."""
        self.block.add_op(op)
        return op.results[0] if op.results else None

    def value(self, op: Operation) -> SSAValue:
        """Add an operation and give its first result."""
        self.block.add_op(op)
        return op.results[0]

    def index(self, number: int) -> SSAValue:
        """An index constant, made once at the start of the function."""
        known = self._constants.get(number)
        if known is None:
            op = arith.ConstantOp.create(
                result_types=[INDEX], properties={"value": _index_attribute(number)}
            )
            if (first := self.entry.first_op) is not None:
                self.entry.insert_op_before(op, first)
            else:
                self.entry.add_op(op)
            known = self._constants[number] = op.results[0]
        return known

    def scalar(self, attribute: FloatAttr | IntegerAttr) -> SSAValue:
        """A scalar constant."""
        return self.value(arith.ConstantOp(attribute))

    def binary(self, op_class: type[Operation], left: SSAValue, right: SSAValue) -> SSAValue:
        """An operation on two values of one type, which is the result's."""
        return self.value(op_class.create(operands=[left, right], result_types=[left.type]))

    def add_index(self, left: SSAValue, right: SSAValue) -> SSAValue:
        """The sum of two indices."""
        return self.binary(arith.AddiOp, left, right)

    def multiply(self, left: SSAValue, right: SSAValue) -> SSAValue:
        """The product of two indices."""
        return self.binary(arith.MuliOp, left, right)

    def spaced(self, first: SSAValue, step: SSAValue, count: int) -> list[SSAValue]:
        """So many indices, each a step behind the one before it."""
        indices = [first]
        while len(indices) < count:
            indices.append(self.add_index(indices[-1], step))
        return indices

    def ceil_divide(self, left: SSAValue, right: SSAValue) -> SSAValue:
        """The quotient of two indices, neither negative, the second not zero, rounded up."""
        above = self.binary(arith.SubiOp, self.add_index(left, right), self.index(1))
        return self.binary(arith.DivUIOp, above, right)

    def smaller(self, left: SSAValue, right: SSAValue) -> SSAValue:
        """The smaller one of two indices."""
        return self.binary(arith.MinSIOp, left, right)

    def larger(self, left: SSAValue, right: SSAValue) -> SSAValue:
        """The larger one of two indices."""
        return self.binary(arith.MaxSIOp, left, right)

    def equal(self, left: SSAValue, right: SSAValue) -> SSAValue:
        """Whether two indices are equal."""
        return self.value(arith.CmpiOp(left, right, "eq"))

    def both(self, left: SSAValue | None, right: SSAValue) -> SSAValue:
        """Conjunction, with None as true."""
        if left is None:
            return right
        return self.value(arith.AndIOp.create(operands=[left, right], result_types=[i1]))

    def for_(
        self,
        upper: SSAValue,
        carried: Sequence[SSAValue],
        body: BodyBuilder,
        *,
        lower: SSAValue | None = None,
        step: SSAValue | None = None,
        interleave: int | None = None,
        unroll: bool = True,
    ) -> Sequence[SSAValue]:
        """A loop from `lower` (0) up to `upper` by `step` (1); the final carried values.

        `interleave` is how many vectors at a time vector code works on; LLVM chooses where it is None. Without `unroll` there is no
        other copy of the body.
        """
        block = Block(arg_types=[INDEX, *(c.type for c in carried)])
        # Made without the constructor, which looks at every operand in search of its place.
        loop = scf.ForOp.create(
            operands=[lower or self.index(0), upper, step or self.index(1), *carried],
            result_types=[c.type for c in carried],
            regions=[Region(block)],
        )
        annotation: dict[str, Attribute] = {}
        if interleave is not None:
            annotation["interleave"] = IntegerAttr(interleave, i64)
        if not unroll:
            annotation["unroll"] = IntegerAttr(0, i64)
        if annotation:
            loop.attributes["loop_annotation"] = DictionaryAttr(annotation)
        outer, self.block = self.block, block
        results = body(block.args[0], block.args[1:])
        self.block.add_op(scf.YieldOp.create(operands=results))
        self.block = outer
        self.block.add_op(loop)
        return loop.results

    def parallel(
        self,
        count: SSAValue,
        grain: SSAValue,
        body: Callable[[SSAValue, SSAValue], None],
    ) -> None:
        """Ranges of 0 to `count` that threads may share; the body takes the two bounds of one."""
        block = Block(arg_types=[INDEX, INDEX])
        outer, self.block = self.block, block
        body(*block.args)
        self.block.add_op(rt.YieldOp())
        self.block = outer
        self.block.add_op(rt.ParallelOp(count, grain, block))

    def if_(self, condition: SSAValue, then: Callable[[], None]) -> None:
        """A branch that may be skipped."""
        outer, self.block = self.block, Block()
        then()
        self.block.add_op(scf.YieldOp())
        region = Region(self.block)
        self.block = outer
        self.block.add_op(scf.IfOp(condition, [], region))

    def if_else(
        self, condition: SSAValue, then: Callable[[], None], otherwise: Callable[[], None]
    ) -> None:
        """A branch without results."""
        regions = []
        outer = self.block
        for build in (then, otherwise):
            self.block = Block()
            build()
            self.block.add_op(scf.YieldOp())
            regions.append(Region(self.block))
        self.block = outer
        self.block.add_op(scf.IfOp(condition, [], regions[0], regions[1]))

    def alloca(self, type_: MemRefType) -> SSAValue:
        """A small buffer of static size on the stack."""
        return self.value(memref.AllocaOp.get(type_.element_type, shape=type_.get_shape()))

    def alloc(self, type_: MemRefType, sizes: Sequence[SSAValue]) -> SSAValue:
        """A buffer of a size known when run; `dealloc` frees it."""
        return self.value(memref.AllocOp(sizes, [], type_))

    def size(self, buffer: SSAValue, axis: int) -> SSAValue:
        """The size of one dimension of a memref."""
        if buffer in self._sizes:
            return self._sizes[buffer][axis]
        size = memref_type(buffer).get_shape()[axis]
        if size != DYNAMIC_INDEX:
            return self.index(size)
        return self.value(memref.DimOp(buffer, self.index(axis)))

    def declare_sizes(self, buffer: SSAValue, sizes: Sequence[SSAValue]) -> None:
        """Say how large a buffer would be that need not exist."""
        self._sizes[buffer] = sizes

    def load(self, buffer: SSAValue, indices: Sequence[SSAValue]) -> SSAValue:
        """One element."""
        return self.value(
            memref.LoadOp.create(
                operands=[buffer, *indices], result_types=[memref_type(buffer).element_type]
            )
        )

    def store(self, value: SSAValue, buffer: SSAValue, indices: Sequence[SSAValue]) -> None:
        """Write one element."""
        self.block.add_op(memref.StoreOp.create(operands=[value, buffer, *indices]))

    def inline(
        self, body: Block, arguments: Sequence[SSAValue], loops: Sequence[SSAValue]
    ) -> list[SSAValue]:
        """A copy of the body of a structured operation; what it yields."""
        mapping: dict[SSAValue, SSAValue] = dict(zip(body.args, arguments, strict=True))
        for op in body.ops:
            if isinstance(op, YieldOp):
                return [mapping.get(v, v) for v in op.operands]
            if isinstance(op, IndexOp):
                mapping[op.results[0]] = loops[op.dim.value.data]
            else:
                self.block.add_op(op.clone(mapping))
        raise AssertionError("the body of a structured operation ends with a yield")


def memref_type(value: SSAValue) -> MemRefType:
    """The type of a value that is a memref."""
    assert isinstance(value.type, MemRefType)
    return value.type
