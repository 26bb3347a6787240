"""Building operations of the llvm dialect: blocks, constants, arithmetic on extents, memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from xdsl.dialects import llvm
from xdsl.dialects.builtin import (
    AnyFloat,
    DenseArrayBase,
    FloatAttr,
    IntegerAttr,
    IntegerType,
    UnitAttr,
    i1,
    i32,
    i64,
)
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from tir.dialects import llvm_ext

from .descriptor import POINTER, Extent

NSW = {"overflowFlags": IntegerAttr(1, i32)}
_GEP_FLAGS: dict[str, Attribute] = {
    "rawConstantIndices": DenseArrayBase.from_list(i32, [llvm.GEP_USE_SSA_VAL]),
    "noWrapFlags": IntegerAttr(0, i32),
}
_INBOUNDS = _VOLATILE = UnitAttr()
_NOT_ATOMIC: dict[str, Attribute] = {"ordering": IntegerAttr(0, i64)}
_PREDICATES = {flag.value: IntegerAttr(flag.to_int(), i64) for flag in llvm.ICmpPredicateFlag}
_UNLIKELY_ELSE = DenseArrayBase.from_list(i32, [100000, 1])


@lru_cache(1024)
def _integer_attribute(value: int, type_: IntegerType) -> Attribute:
    return IntegerAttr(value, type_)


@cache
def segment_sizes(*sizes: int) -> Attribute:
    """How many of an operation's operands belong to each group."""
    return DenseArrayBase.from_list(i32, sizes)


def _slot_store(pointer: SSAValue, slot: SSAValue) -> Operation:
    # Volatile, so that the slot stays in memory: in registers, the exit of a function would merge every
    # slot from every check, which LLVM takes quadratic time and code for.
    return llvm.StoreOp.create(
        operands=(pointer, slot), properties=_NOT_ATOMIC | {"volatile_": _VOLATILE}
    )


class LLVMBuilder:
    """Appends operations to the blocks of one function.

    Constants and stack slots go to a prologue block, which precedes `body`.
    """

    def __init__(self, region: Region):
        self.region = region
        self.prologue = Block()
        region.add_block(self.prologue)
        self.body = self.begin(Block())
        self._constants: dict[tuple[Attribute, int | float], SSAValue] = {}
        self._known: dict[SSAValue, int] = {}

    # Blocks and operations

    def begin(self, block: Block) -> Block:
        """Adds `block` to the function and makes it the current one."""
        self.region.add_block(block)
        self.block = block
        return block

    def add(self, op: Operation) -> Operation:
        """Appends an operation to the current block."""
        self.block.add_op(op)
        return op

    def emit(
        self,
        op_class: type[Operation],
        operands: Sequence[SSAValue],
        result_type: Attribute,
        properties: Mapping[str, Attribute] | None = None,
    ) -> SSAValue:
        """Appends an operation of one result, and returns that."""
        op = op_class.create(
            operands=operands, result_types=(result_type,), properties=properties or {}
        )
        self.block.add_op(op)
        return op.results[0]

    def branch(
        self, block: Block, arguments: Sequence[SSAValue] = (), loop: Attribute | None = None
    ) -> None:
        """Ends the current block with a jump."""
        attributes = {} if loop is None else {"loop_annotation": loop}
        self.add(llvm.BrOp.create(operands=arguments, successors=[block], attributes=attributes))

    def cond_branch(
        self,
        condition: SSAValue,
        then_block: Block,
        else_block: Block,
        *,
        then_arguments: Sequence[SSAValue] = (),
        else_arguments: Sequence[SSAValue] = (),
        unlikely_else: bool = False,
    ) -> None:
        """Ends the current block with a conditional jump."""
        segments = segment_sizes(1, len(then_arguments), len(else_arguments))
        self.add(
            llvm.CondBrOp.create(
                operands=[condition, *then_arguments, *else_arguments],
                successors=[then_block, else_block],
                properties={"operandSegmentSizes": segments},
                attributes={"branch_weights": _UNLIKELY_ELSE} if unlikely_else else {},
            )
        )

    # Values

    def integer(self, value: int, type_: Attribute = i64) -> SSAValue:
        """An integer constant."""
        constant = self._constants.get((type_, value))
        if constant is None:
            assert isinstance(type_, IntegerType)
            op = llvm.ConstantOp.create(
                result_types=(type_,),
                properties={"value": _integer_attribute(value, type_)},
            )
            self.prologue.add_op(op)
            constant = self._constants[(type_, value)] = op.results[0]
            self._known[constant] = value
        return constant

    def real(self, value: float, type_: AnyFloat) -> SSAValue:
        """A float constant."""
        op = llvm.ConstantOp.create(
            result_types=(type_,),
            properties={"value": FloatAttr(value, type_)},
        )
        self.prologue.add_op(op)
        return op.results[0]

    def materialize(self, extent: Extent) -> SSAValue:
        """The i64 value of an extent."""
        return self.integer(extent) if isinstance(extent, int) else extent

    def known_integer(self, value: SSAValue) -> int | None:
        """The constant that a converted value is, if it is one."""
        return self._known.get(value)

    def multiply(self, left: Extent, right: Extent) -> Extent:
        """The product of extents, which does not overflow."""
        if isinstance(left, int):
            left, right = right, left
        if isinstance(right, int):
            if isinstance(left, int):
                return left * right
            if right == 1:
                return left
            if right == 0:
                return 0
            right = self.integer(right)
        assert isinstance(left, SSAValue)
        return self.emit(llvm.MulOp, (left, right), i64, NSW)

    def plus(self, left: Extent, right: Extent) -> Extent:
        """The sum of extents, which does not overflow."""
        if isinstance(left, int):
            left, right = right, left
        if isinstance(right, int):
            if isinstance(left, int):
                return left + right
            if right == 0:
                return left
            right = self.integer(right)
        assert isinstance(left, SSAValue)
        return self.emit(llvm.AddOp, (left, right), i64, NSW)

    def compare(self, predicate: str, left: SSAValue, right: SSAValue) -> SSAValue:
        """An integer comparison."""
        return self.emit(llvm_ext.ICmpOp, (left, right), i1, {"predicate": _PREDICATES[predicate]})

    def select(self, condition: SSAValue, then: SSAValue, otherwise: SSAValue) -> SSAValue:
        """A choice between two values."""
        return self.emit(llvm.SelectOp, (condition, then, otherwise), then.type)

    def identity_strides(self, sizes: Sequence[Extent]) -> list[Extent]:
        """The strides of a C-contiguous array."""
        strides: list[Extent] = []
        product: Extent = 1
        for size in reversed(sizes[1:]):
            strides.append(product)
            product = self.multiply(product, size)
        if sizes:
            strides.append(product)
        strides.reverse()
        return strides

    # Memory

    def offset_pointer(
        self, pointer: SSAValue, offset: Extent, element: Attribute, inbounds: bool = True
    ) -> SSAValue:
        """`pointer` plus `offset` elements of a type of memory."""
        if offset == 0:
            return pointer
        properties = _GEP_FLAGS | {"elem_type": element}
        if inbounds:
            properties["inbounds"] = _INBOUNDS
        return self.emit(llvm.GEPOp, (pointer, self.materialize(offset)), POINTER, properties)

    def stack_slot(self, count: int, element: Attribute, alignment: int = 8) -> SSAValue:
        """A slot of `count` elements in the frame, made once per call."""
        size = self.integer(count)
        op = llvm.AllocaOp.create(
            operands=(size,),
            result_types=(POINTER,),
            properties={"elem_type": element, "alignment": _integer_attribute(alignment, i64)},
        )
        self.prologue.add_op(op)
        return op.results[0]

    def pointer_slot(self) -> SSAValue:
        """A stack slot that holds a null pointer when the function starts."""
        slot = self.stack_slot(1, POINTER)
        self.prologue.add_op(_slot_store(self.null(), slot))
        return slot

    def set_slot(self, pointer: SSAValue, slot: SSAValue) -> None:
        """Writes to a `pointer_slot`."""
        self.add(_slot_store(pointer, slot))

    def null(self) -> SSAValue:
        """The null pointer."""
        null = self._constants.get((POINTER, 0))
        if null is None:
            op = llvm.ZeroOp.create(result_types=(POINTER,))
            self.prologue.add_op(op)
            null = self._constants[(POINTER, 0)] = op.results[0]
        return null

    def load(self, pointer: SSAValue, type_: Attribute) -> SSAValue:
        """A load of host data."""
        return self.emit(llvm.LoadOp, (pointer,), type_, _NOT_ATOMIC)

    def store(self, value: SSAValue, pointer: SSAValue) -> None:
        """A store of host data."""
        self.add(llvm.StoreOp.create(operands=(value, pointer), properties=_NOT_ATOMIC))
