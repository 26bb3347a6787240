"""What the conversion of one function to the llvm dialect keeps and shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from xdsl.dialects import llvm
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    DenseArrayBase,
    IntegerType,
    MemRefType,
    SymbolRefAttr,
    i32,
    i64,
)
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from tir.support.errors import LoweringError, UnsupportedError

from .builder import LLVMBuilder, segment_sizes
from .descriptor import POINTER, Extent, MemRefDescriptor, convert_type, static_strides

if TYPE_CHECKING:
    from .module import ModuleEmitter


EXCEPTION_IS_SET = -1
OUT_OF_MEMORY = -2
TOO_LARGE = -3

_CALL_PROPERTIES: dict[str, Attribute] = {
    "CConv": llvm.CallingConventionAttr("ccc"),
    "TailCallKind": llvm.TailCallKindAttr(llvm.TailCallKind.NONE),
    "fastmathFlags": llvm.FastMathAttr(None),
    "op_bundle_sizes": DenseArrayBase.from_list(i32, ()),
}


@lru_cache(1024)
def _symbol_reference(name: str) -> Attribute:
    return SymbolRefAttr(name)


Handler: TypeAlias = Callable[["FunctionEmitter", Any], None]


class FunctionEmitter(LLVMBuilder):
    """Converts the body of one function.

    A function that may fail (`status`) returns an i32 and leaves through one exit block, which takes the
    status and runs `exit_actions`.
    """

    def __init__(self, module: ModuleEmitter, region: Region, status: bool, is_main: bool = False):
        super().__init__(region)
        self.module = module
        self.status = status
        self.is_main = is_main
        self.values: dict[SSAValue, SSAValue] = {}
        self.memrefs: dict[SSAValue, MemRefDescriptor] = {}
        self.blocks: dict[Block, Block] = {}
        self.exit = Block(arg_types=[i32]) if status else None
        self.exit_actions: list[Callable[[], None]] = []
        self.gil_slot: SSAValue | None = None
        self.dims_slot: SSAValue | None = None
        self.alloc_slots: dict[SSAValue, SSAValue] = {}
        self.access_groups: list[int] = []
        self.loop_depth = 0
        self.memory_use: Extent = 0
        self.output_count = 0
        self.first_update = 0
        self.taken_slots: dict[SSAValue, int] = {}
        """Where behind the outputs the array of an input stands whose memory is free to take, or null."""
        self._groups_attribute: Attribute | None = None

    # Converted operations and values

    def emit_block(self, block: Block) -> Operation | None:
        """Converts the operations of `block`; its terminator is returned where the parent handles it."""
        handlers = self.module.handlers
        terminators = self.module.structured_terminators
        for op in block.ops:
            handler = handlers.get(type(op))
            if handler is None:
                if type(op) in terminators:
                    return op
                self._copy(op)
            else:
                handler(self, op)
        return None

    def _copy(self, op: Operation) -> None:
        if not op.name.startswith("llvm.") or op.regions or op.successors:
            raise UnsupportedError(f"{op.name} has no lowering to LLVM")
        copy = op.clone(value_mapper=dict(self.values))
        self.add(copy)
        self.values.update(zip(op.results, copy.results, strict=True))

    def value(self, source: SSAValue) -> SSAValue:
        """The converted value of a scalar."""
        converted = self.values.get(source)
        if converted is None:
            raise LoweringError(f"a value of {source.type} is used before it is converted")
        return converted

    def scalars(self, sources: Iterable[SSAValue]) -> list[SSAValue]:
        """The converted values of scalars."""
        return [self.value(source) for source in sources]

    def memref(self, source: SSAValue) -> MemRefDescriptor:
        """The descriptor of a memref."""
        descriptor = self.memrefs.get(source)
        if descriptor is None:
            raise LoweringError("a memref here must come from a parameter or an operation")
        return descriptor

    def extent(self, source: SSAValue) -> Extent:
        """The converted value of an index: an int where it is known."""
        converted = self.value(source)
        return self._known.get(converted, converted)

    def call(
        self, callee: str, arguments: Sequence[SSAValue], result: Attribute | None = None
    ) -> SSAValue | None:
        """A call of a function of the module; an external one must be declared."""
        op = llvm.CallOp.create(
            operands=arguments,
            result_types=() if result is None else (result,),
            properties=_CALL_PROPERTIES
            | {
                "callee": _symbol_reference(callee),
                "operandSegmentSizes": segment_sizes(len(arguments), 0),
            },
        )
        if self.access_groups:
            op.attributes["access_groups"] = self.groups_attribute()
        self.add(op)
        return op.results[0] if op.results else None

    def call_value(self, callee: str, arguments: Sequence[SSAValue], result: Attribute) -> SSAValue:
        """A call that returns a value."""
        returned = self.call(callee, arguments, result)
        assert returned is not None
        return returned

    # Loops whose iterations are independent

    def push_access_group(self) -> int:
        """Starts a loop with independent iterations, and returns its number."""
        group = self.module.new_access_group()
        self.access_groups.append(group)
        self._groups_attribute = None
        return group

    def pop_access_group(self) -> None:
        """Ends what `push_access_group` started."""
        self.access_groups.pop()
        self._groups_attribute = None

    def groups_attribute(self) -> Attribute:
        """The attribute that accesses carry inside such loops."""
        if self._groups_attribute is None:
            self._groups_attribute = DenseArrayBase.from_list(i64, self.access_groups)
        return self._groups_attribute

    # Failure

    def check(self, ok: SSAValue, status: SSAValue) -> None:
        """Leaves the function with `status` where `ok` is false."""
        if self.exit is None:
            raise LoweringError("a check in a function that returns no status")
        proceed = Block()
        self.cond_branch(ok, proceed, self.exit, else_arguments=[status], unlikely_else=True)
        self.begin(proceed)

    # Functions

    def bind_parameter(self, source: SSAValue, arguments: Sequence[SSAValue]) -> None:
        """Maps a parameter of the source function to those that it became."""
        type_ = source.type
        if not isinstance(type_, MemRefType):
            self.values[source] = arguments[0]
            return
        rest = iter(arguments[1:])
        sizes = [next(rest) if size == DYNAMIC_INDEX else size for size in type_.get_shape()]
        explicit = static_strides(type_)
        if explicit is None:
            strides = self.identity_strides(sizes)
        else:
            strides = [next(rest) if stride is None else stride for stride in explicit]
        self.memrefs[source] = MemRefDescriptor(
            arguments[0], type_.element_type, list(sizes), list(strides)
        )

    def exploded(self, source: SSAValue) -> list[SSAValue]:
        """The arguments that a call passes for `source`."""
        type_ = source.type
        if not isinstance(type_, MemRefType):
            return [self.value(source)]
        descriptor = self.memref(source)
        arguments = [descriptor.pointer]
        for size, static in zip(descriptor.sizes, type_.get_shape(), strict=True):
            if static == DYNAMIC_INDEX:
                arguments.append(self.materialize(size))
        explicit = static_strides(type_)
        if explicit is not None:
            for stride, known in zip(descriptor.strides, explicit, strict=True):
                if known is None:
                    arguments.append(self.materialize(stride))
        return arguments

    def return_success(self) -> None:
        """Ends the current block with the return of a function without results."""
        if self.exit is not None:
            self.branch(self.exit, [self.integer(0, i32)])
        else:
            self.add(llvm.ReturnOp.create())

    def finish(self) -> None:
        """Emits the exit block, and closes the prologue."""
        if self.exit is not None:
            self.begin(self.exit)
            for action in self.exit_actions:
                action()
            self.add(llvm.ReturnOp.create(operands=[self.exit_status()]))
        self.prologue.add_op(llvm.BrOp.create(successors=[self.body]))

    def exit_status(self) -> SSAValue:
        """The status to return: in `@main`, -1 with MemoryError set where memory ran out."""
        assert self.exit is not None
        status = self.exit.args[0]
        if not self.is_main or not self.module.may_run_out_of_memory:
            return status
        no_memory = Block()
        done = Block(arg_types=[i32])
        is_no_memory = self.compare("eq", status, self.integer(OUT_OF_MEMORY, i32))
        self.cond_branch(is_no_memory, no_memory, done, else_arguments=[status])
        self.begin(no_memory)
        self.module.declare("PyErr_NoMemory", [], POINTER)
        self.call("PyErr_NoMemory", [], POINTER)
        self.branch(done, [self.integer(EXCEPTION_IS_SET, i32)])
        self.begin(done)
        return done.args[0]


def converted_types(types: Iterable[Attribute]) -> list[Attribute]:
    """The LLVM types of scalars."""
    return [convert_type(type_) for type_ in types]


def is_bool(type_: Attribute) -> bool:
    """Whether a type is i1."""
    return isinstance(type_, IntegerType) and type_.width.data == 1
