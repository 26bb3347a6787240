"""The pass `emit-python-entry`: a function that CPython can call, around `@main`."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import llvm
from xdsl.dialects.builtin import ModuleOp, i8, i32, i64
from xdsl.ir import Block, Region, SSAValue
from xdsl.passes import ModulePass

from tir.lowering.python_entry import layout
from tir.lowering.python_entry.checks import (
    address_of,
    call_array_check,
    cell_check,
    field,
    item,
    require,
    scalar_check,
)
from tir.lowering.to_llvm.descriptor import POINTER
from tir.lowering.to_llvm.emitter import EXCEPTION_IS_SET, FunctionEmitter
from tir.lowering.to_llvm.module import ModuleEmitter, make_function
from tir.lowering.to_llvm.signature import Parameter, Signature, read_signature
from tir.lowering.to_llvm.status import MAIN
from tir.support.errors import LoweringError

ENTRY = "tir_entry"
MEMORY_BOUNDS, UNTOUCHED = "tir_memory_bounds", "tir_untouched"


@dataclass(frozen=True)
class EmitPythonEntryPass(ModulePass):
    """Adds `@tir_entry`, which CPython calls as METH_FASTCALL | METH_KEYWORDS.

        llvm.func @main(%x: !llvm.ptr, %size: i64, %stride: i64, %outs: !llvm.ptr) -> i32
            attributes {tir.parameters = [{type = memref<?xf64, strided<[?], offset: ?>>, ...}], ...}

        llvm.func @tir_entry(%self: !llvm.ptr, %args: !llvm.ptr, %nargs: i64, %kwnames: !llvm.ptr) -> !llvm.ptr

    `%self` is a tuple: the slow path, the failure handler, a one-item list for each shared parameter, then the default of
    each input or None, if any has one (`tir.positional` is set on `@main`), and what keeps the code alive. The
    function takes positional arguments that are arrays of exactly the right dtype and rank, aligned, with strides
    of whole elements, of one element in the last dimension if `@main` does not ask for that stride; numbers, too, for rank 0. For anything else it calls the slow path, with the same
    arguments, and returns what that returns. Where `@main` reports failure n, it calls the
    handler with n, the arguments and the shared values. New values of shared variables are stored when
    all else has succeeded. No Python runs from when the shared values are read until their new values are stored, so
    that the updates of calls at the same time follow each other, unless `@main` releases the GIL.

    Invariants: every reference that the function takes it gives back, on every way out; `@main` runs with a
    reference held to every array it reads (the caller holds those to the arguments); no object code
    depends on addresses of this process. `@main` becomes internal.
    """

    name = "emit-python-entry"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        main = _find_main(op)
        signature = read_signature(main)
        main.properties["linkage"] = llvm.LinkageAttr("internal")
        module = ModuleEmitter.extending(op)
        _EntryEmitter(module, signature).emit()
        module.append()


def _find_main(module: ModuleOp) -> llvm.FuncOp:
    for op in module.body.block.ops:
        if isinstance(op, llvm.FuncOp) and op.sym_name.data == MAIN:
            return op
    raise LoweringError("the module has no llvm function @main")


class _EntryEmitter:
    """Emits `@tir_entry`. Arrays are named by the number of their parameter throughout."""

    def __init__(self, module: ModuleEmitter, signature: Signature):
        self.module = module
        self.signature = signature
        self.inputs = [i for i, p in enumerate(signature.parameters) if not p.is_shared]
        self.shared = [i for i, p in enumerate(signature.parameters) if p.is_shared]
        region = Region()
        function = make_function(
            ENTRY,
            [POINTER, POINTER, i64, POINTER],
            POINTER,
            llvm.LinkageAttr("external"),
            region=region,
            passthrough=["nounwind"],
        )
        module.block.add_op(function)
        self.emitter = FunctionEmitter(module, region, status=False)
        for type_ in (POINTER, POINTER, i64, POINTER):
            self.emitter.prologue.insert_arg(type_, len(self.emitter.prologue.args))
        self.self_items = self.emitter.offset_pointer(
            self.emitter.prologue.args[0], layout.TUPLE_ITEMS // 8, i64
        )
        self.slow = Block()
        self.arguments = self.emitter.prologue.args[1]
        self.objects: dict[int, SSAValue] = {}
        self.data: dict[int, SSAValue] = {}

    def emit(self) -> None:
        """Emits the whole function."""
        emitter, slow = self.emitter, self.slow
        _, arguments, count, keywords = emitter.prologue.args
        require(emitter, emitter.compare("eq", keywords, emitter.null()), self.slow)
        if self.signature.positional is None:
            expected = emitter.integer(len(self.inputs))
            require(emitter, emitter.compare("eq", count, expected), self.slow)
        else:
            arguments = self._with_defaults(self.signature.positional)
        self.arguments = arguments
        packed = self._new_list()
        for position, parameter in enumerate(self.inputs):
            self._check_input(position, parameter)
        for position, parameter in enumerate(self.shared):
            self._check_shared(position, parameter)
        for parameter in self.shared:
            self._call_void("Py_IncRef", self.objects[parameter])
        leave = Block(arg_types=[POINTER])
        outputs = self._output_slots()
        status = emitter.call_value(MAIN, [*self._main_arguments(), outputs], i32)
        succeed, fail = Block(), Block()
        emitter.cond_branch(
            emitter.compare("eq", status, emitter.integer(0, i32)),
            succeed,
            fail,
            unlikely_else=True,
        )
        emitter.begin(succeed)
        self._succeed(outputs, packed, leave)
        emitter.begin(fail)
        if packed is not None:
            self._call_void("Py_DecRef", packed)
        self._fail(status, outputs, leave)
        emitter.begin(leave)
        for parameter in self.shared:
            self._call_void("Py_DecRef", self.objects[parameter])
        emitter.add(llvm.ReturnOp.create(operands=[leave.args[0]]))
        emitter.begin(slow)
        self._call_slow_path()
        emitter.finish()

    def _with_defaults(self, positional: int) -> SSAValue:
        """The arguments, followed by the defaults of the inputs that the call leaves out.

        A function that is bound without defaults takes all inputs by position.
        """
        emitter = self.emitter
        total = len(self.inputs)
        self_object, given, count, _ = emitter.prologue.args
        first = layout.SELF_FIRST_CELL + len(self.shared)
        ready, plain, short = Block(arg_types=[POINTER]), Block(), Block()
        # The tuple ends with what keeps the code alive.
        length = emitter.integer(first + total + 1)
        bound = field(emitter, self_object, layout.VAR_SIZE, i64)
        emitter.cond_branch(emitter.compare("eq", bound, length), short, plain)
        emitter.begin(plain)
        all_given = emitter.compare("eq", count, emitter.integer(total))
        emitter.cond_branch(all_given, ready, self.slow, then_arguments=[given])
        emitter.begin(short)
        require(emitter, emitter.compare("ule", count, emitter.integer(positional)), self.slow)
        defaults = emitter.offset_pointer(self.self_items, first, POINTER)
        slots = emitter.stack_slot(max(total, 1), POINTER)
        head, body, done = Block(arg_types=[i64]), Block(), Block()
        emitter.branch(head, [emitter.integer(0)])
        emitter.begin(head)
        (position,) = head.args
        emitter.cond_branch(emitter.compare("slt", position, emitter.integer(total)), body, done)
        emitter.begin(body)
        source = emitter.select(emitter.compare("slt", position, count), given, defaults)
        value = emitter.load(emitter.offset_pointer(source, position, POINTER), POINTER)
        emitter.store(value, emitter.offset_pointer(slots, position, POINTER))
        emitter.branch(head, [emitter.plus(position, 1)])  # pyright: ignore[reportArgumentType]
        emitter.begin(done)
        emitter.branch(ready, [slots])
        emitter.begin(ready)
        return ready.args[0]

    def _check_input(self, position: int, parameter: int) -> None:
        emitter = self.emitter
        spec = self.signature.parameters[parameter]
        obj = item(emitter, self.arguments, position)
        if spec.rank:
            self._check_array(obj, parameter)
            return
        slot = emitter.stack_slot(1, i64)
        data = emitter.call_value(scalar_check(self.module, spec.dtype), [obj, slot], POINTER)
        require(emitter, emitter.compare("ne", data, emitter.null()), self.slow)
        self.objects[parameter], self.data[parameter] = obj, data

    def _check_shared(self, position: int, parameter: int) -> None:
        emitter = self.emitter
        cell = item(emitter, self.self_items, layout.SELF_FIRST_CELL + position)
        content = emitter.call_value(cell_check(self.module), [cell], POINTER)
        require(emitter, emitter.compare("ne", content, emitter.null()), self.slow)
        self._check_array(content, parameter)

    def _check_array(self, obj: SSAValue, parameter: int) -> None:
        emitter = self.emitter
        spec = self.signature.parameters[parameter]
        data = call_array_check(emitter, obj, spec.dtype, spec.rank, spec.is_contiguous)
        require(emitter, emitter.compare("ne", data, emitter.null()), self.slow)
        if spec.has_rows:
            strides = field(emitter, obj, layout.ARRAY_STRIDES, POINTER)
            last = emitter.load(emitter.offset_pointer(strides, spec.rank - 1, i64), i64)
            size = emitter.integer(layout.item_size(spec.dtype))
            require(emitter, emitter.compare("eq", last, size), self.slow)
        if not all(spec.dynamic_sizes):
            sizes = field(emitter, obj, layout.ARRAY_SIZES, POINTER)
            for axis, dynamic in enumerate(spec.dynamic_sizes):
                if not dynamic:
                    size = emitter.load(emitter.offset_pointer(sizes, axis, i64), i64)
                    require(emitter, emitter.compare("eq", size, emitter.integer(1)), self.slow)
        self.objects[parameter], self.data[parameter] = obj, data

    def _main_arguments(self) -> list[SSAValue]:
        arguments: list[SSAValue] = []
        for parameter, spec in enumerate(self.signature.parameters):
            arguments.append(self.data[parameter])
            arguments.extend(self._extents(parameter, spec))
        return arguments

    def _extents(self, parameter: int, spec: Parameter) -> list[SSAValue]:
        emitter = self.emitter
        obj = self.objects[parameter]
        result: list[SSAValue] = []
        if any(spec.dynamic_sizes):
            sizes = field(emitter, obj, layout.ARRAY_SIZES, POINTER)
            for axis, dynamic in enumerate(spec.dynamic_sizes):
                if dynamic:
                    result.append(emitter.load(emitter.offset_pointer(sizes, axis, i64), i64))
        if any(spec.dynamic_strides):
            strides = field(emitter, obj, layout.ARRAY_STRIDES, POINTER)
            shift = layout.item_size(spec.dtype).bit_length() - 1
            for axis, dynamic in enumerate(spec.dynamic_strides):
                if dynamic:
                    stride = emitter.load(emitter.offset_pointer(strides, axis, i64), i64)
                    if shift:
                        stride = emitter.emit(llvm.AShrOp, (stride, emitter.integer(shift)), i64)
                    result.append(stride)
        return result

    def _output_slots(self) -> SSAValue:
        """Null for each output, then the old array and the cell for each that replaces a shared value.

        Last, for each input whose memory may be taken, the array if that is free to take, else null.
        """
        emitter = self.emitter
        values = [emitter.null()] * self.signature.output_count
        for parameter in self.signature.updates:
            values += [self.objects[parameter], self._cell(parameter)]
        values += self._arrays_to_take()
        slots = emitter.stack_slot(max(len(values), 1), POINTER)
        for index, value in enumerate(values):
            emitter.store(value, emitter.offset_pointer(slots, index, POINTER))
        return slots

    def _arrays_to_take(self) -> list[SSAValue]:
        emitter = self.emitter
        if not self.signature.taken:
            return []
        self.module.declare(MEMORY_BOUNDS, [POINTER, i64, POINTER])
        self.module.declare(UNTOUCHED, [POINTER, POINTER, i64, i64], POINTER)
        count = len(self.signature.parameters)
        bounds = emitter.stack_slot(2 * count, i64)
        for parameter, spec in enumerate(self.signature.parameters):
            place = emitter.offset_pointer(bounds, 2 * parameter, i64)
            size = emitter.integer(layout.item_size(spec.dtype))
            if spec.rank:
                emitter.call(MEMORY_BOUNDS, [self.objects[parameter], size, place])
            else:
                # What holds a number need not be an array.
                data = self.data[parameter]
                end = emitter.offset_pointer(data, layout.item_size(spec.dtype), i8)
                emitter.store(data, place)
                emitter.store(end, emitter.offset_pointer(place, 1, i64))
        return [
            emitter.call_value(
                UNTOUCHED,
                [self.objects[number], bounds, emitter.integer(count), emitter.integer(number)],
                POINTER,
            )
            for number in self.signature.taken
        ]

    def _cell(self, parameter: int) -> SSAValue:
        """The list that holds the value of a shared parameter."""
        if parameter not in self.shared:
            raise LoweringError(f"parameter {parameter} of @main is updated but not shared")
        number = layout.SELF_FIRST_CELL + self.shared.index(parameter)
        return item(self.emitter, self.self_items, number)

    def _new_list(self) -> SSAValue | None:
        """The list for the outputs, if they come in one.

        It is made before anything is read: a new list may start a collection of garbage, which runs Python, and with it
        other threads, that may change the shared values and the arguments.
        """
        emitter = self.emitter
        if self.signature.packing != "list":
            return None
        count = self.signature.output_count - len(self.signature.updates)
        self.module.declare("PyList_New", [i64], POINTER)
        packed = emitter.call_value("PyList_New", [emitter.integer(count)], POINTER)
        ready, failed, unused = Block(), Block(), Block()
        made = emitter.compare("ne", packed, emitter.null())
        emitter.cond_branch(made, ready, failed, unlikely_else=True)
        emitter.begin(failed)
        emitter.add(llvm.ReturnOp.create(operands=[packed]))
        emitter.begin(unused)
        self._call_void("Py_DecRef", packed)
        emitter.branch(self.slow)
        self.slow = unused
        emitter.begin(ready)
        return packed

    def _succeed(self, outputs: SSAValue, packed: SSAValue | None, leave: Block) -> None:
        """Pack the outputs, store the updates, and leave with the packed outputs."""
        emitter = self.emitter
        signature = self.signature
        count = signature.output_count - len(signature.updates)
        arrays = [item(emitter, outputs, i) for i in range(signature.output_count)]
        if packed is not None:
            if count:
                items = field(emitter, packed, layout.LIST_ITEMS, POINTER)
                for position, array in enumerate(arrays[:count]):
                    emitter.store(array, emitter.offset_pointer(items, position, POINTER))
        elif signature.packing == "array" and count == 1:
            packed = arrays[0]
        elif signature.packing == "none" and count == 0:
            packed = address_of(emitter, "_Py_NoneStruct")
            self._call_void("Py_IncRef", packed)
        else:
            raise LoweringError(f"{count} outputs cannot be packed as {signature.packing!r}")
        self._store_updates(arrays[count:], packed, leave)

    def _store_updates(self, values: list[SSAValue], packed: SSAValue, leave: Block) -> None:
        """Put the new values into their cells, and leave; somebody may have emptied a list meanwhile."""
        emitter = self.emitter
        failed: list[Block] = []
        for parameter, value in zip(self.signature.updates, values, strict=True):
            self.module.declare("PyList_SetItem", [POINTER, i64, POINTER], i32)
            cell = self._cell(parameter)
            # The call takes over the reference to the new value, even where it fails.
            status = emitter.call_value("PyList_SetItem", [cell, emitter.integer(0), value], i32)
            failed.append(Block())
            require(emitter, emitter.compare("eq", status, emitter.integer(0, i32)), failed[-1])
        emitter.branch(leave, [packed])
        # Each failure gives up the next value, and goes on as the failure of that one.
        for position, block in enumerate(failed):
            emitter.begin(block)
            if block is failed[-1]:
                self._call_void("Py_DecRef", packed)
                emitter.branch(leave, [emitter.null()])
            else:
                self._call_void("Py_DecRef", values[position + 1])
                emitter.branch(failed[position + 1])

    def _fail(self, status: SSAValue, outputs: SSAValue, leave: Block) -> None:
        """Give up the outputs; leave with the exception that is set, or that the handler raises."""
        emitter = self.emitter
        for index in range(self.signature.output_count):
            self._call_void("Py_DecRef", item(emitter, outputs, index))
        report = Block()
        is_set = emitter.compare("eq", status, emitter.integer(EXCEPTION_IS_SET, i32))
        emitter.cond_branch(is_set, leave, report, then_arguments=[emitter.null()])
        emitter.begin(report)
        self.module.declare("PyLong_FromLongLong", [i64], POINTER)
        wide = emitter.emit(llvm.SExtOp, (status,), i64)
        code = emitter.call_value("PyLong_FromLongLong", [wide], POINTER)
        call = Block()
        emitter.cond_branch(
            emitter.compare("ne", code, emitter.null()),
            call,
            leave,
            else_arguments=[emitter.null()],
        )
        emitter.begin(call)
        objects = [code, *(self.objects[i] for i in (*self.inputs, *self.shared))]
        slots = emitter.stack_slot(len(objects), POINTER)
        for position, obj in enumerate(objects):
            emitter.store(obj, emitter.offset_pointer(slots, position, POINTER))
        handler = item(emitter, self.self_items, layout.SELF_ON_FAILURE)
        result = self._vectorcall([handler, slots, emitter.integer(len(objects)), emitter.null()])
        self._call_void("Py_DecRef", code)
        emitter.branch(leave, [result])

    def _call_slow_path(self) -> None:
        emitter = self.emitter
        _, arguments, count, keywords = emitter.prologue.args
        slow_path = item(emitter, self.self_items, layout.SELF_SLOW_PATH)
        result = self._vectorcall([slow_path, arguments, count, keywords])
        emitter.add(llvm.ReturnOp.create(operands=[result]))

    def _vectorcall(self, arguments: list[SSAValue]) -> SSAValue:
        self.module.declare("PyObject_Vectorcall", [POINTER, POINTER, i64, POINTER], POINTER)
        return self.emitter.call_value("PyObject_Vectorcall", arguments, POINTER)

    def _call_void(self, callee: str, argument: SSAValue) -> None:
        self.module.declare(callee, [POINTER])
        self.emitter.call(callee, [argument])
