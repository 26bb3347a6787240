"""func to the llvm dialect: signatures, calls and returns."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import func, llvm
from xdsl.dialects.builtin import (
    ArrayAttr,
    DenseArrayBase,
    DenseIntOrFPElementsAttr,
    DictionaryAttr,
    MemRefType,
    TensorType,
    UnitAttr,
    i32,
    i64,
)
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from tir.dialects import llvm_intrinsics, rt
from tir.dialects.math_ext import RARE_CASE, TABLE
from tir.support.errors import LoweringError, UnsupportedError

from .descriptor import POINTER, convert_type, exploded_types
from .emitter import FunctionEmitter, Handler, converted_types
from .module import VOID, ModuleEmitter, function_linkage, make_function
from .signature import count_outputs, count_updates, record_signature, taken_parameters
from .status import MAIN, find_failing

_UNIT = UnitAttr()
_NO_ATTRIBUTES = DictionaryAttr({})

PEAK_MEMORY = "tir_peak_memory"


def find_status_functions(module: ModuleEmitter, functions: Sequence[func.FuncOp]) -> None:
    """Records which functions return a status: those that may fail or call such, and `@main`."""
    failing = find_failing(functions)
    module.status_functions |= failing.names
    module.may_run_out_of_memory |= failing.runs_out_of_memory
    for name in module.status_functions:
        if module.functions[name].function_type.outputs.data:
            raise UnsupportedError(f"@{name} may fail, so it cannot return values")


def _output_type(function: func.FuncOp, status: bool) -> Attribute:
    outputs = converted_types(function.function_type.outputs.data)
    if status:
        return i32
    if not outputs:
        return VOID
    return outputs[0] if len(outputs) == 1 else llvm.LLVMStructType.from_type_list(outputs)


def _parameter_attributes(function: func.FuncOp, private: bool) -> ArrayAttr[DictionaryAttr] | None:
    # What other threads read counts as captured.
    shared = any(type(op) is rt.ParallelCallOp for op in function.walk())
    declared = function.arg_attrs
    result: list[DictionaryAttr] = []
    for position, type_ in enumerate(function.function_type.inputs.data):
        given = declared.data[position].data if declared is not None else {}
        attributes = {key: value for key, value in given.items() if key.startswith("llvm.")}
        if isinstance(type_, MemRefType) and private and not shared:
            attributes["llvm.nocapture"] = _UNIT
        result.append(DictionaryAttr(attributes) if attributes else _NO_ATTRIBUTES)
        result.extend(_NO_ATTRIBUTES for _ in exploded_types(type_)[1:])
    if not any(entry.data for entry in result):
        return None
    return ArrayAttr(result)


def convert_function(module: ModuleEmitter, function: func.FuncOp) -> llvm.FuncOp:
    """Converts one `func.func`, and returns what it became."""
    name = function.sym_name.data
    is_main = name == MAIN
    status = name in module.status_functions
    types = [exploded_types(type_) for type_ in function.function_type.inputs.data]
    inputs = [type_ for group in types for type_ in group]
    parameter_attributes = _parameter_attributes(
        function, function.sym_visibility is not None and not is_main
    )
    if is_main:
        inputs.append(POINTER)
        if parameter_attributes is not None:
            parameter_attributes = ArrayAttr([*parameter_attributes, DictionaryAttr({})])
    passthrough = ["nounwind"]
    if "always_inline" in function.attributes:
        passthrough.append("alwaysinline")
    elif "no_inline" in function.attributes:
        passthrough.append("noinline")
    is_rare = RARE_CASE in function.attributes
    if is_rare:
        passthrough += ["optnone", "willreturn", "memory(none)"]
    region = Region()
    converted = make_function(
        name,
        inputs,
        _output_type(function, status),
        function_linkage(function),
        region=region,
        passthrough=passthrough,
        arg_attrs=parameter_attributes,
    )
    for key in (RARE_CASE, TABLE):
        if key in function.attributes:
            converted.attributes[key] = function.attributes[key]
    module.block.add_op(converted)
    if is_main:
        record_signature(function, converted)
    if not function.body.blocks:
        return converted
    emitter = FunctionEmitter(module, region, status, is_main)
    if is_main:
        emitter.output_count = count_outputs(function)
        updates = count_updates(function)
        emitter.first_update = emitter.output_count - updates
        first = emitter.output_count + 2 * updates
        emitter.taken_slots = {
            function.body.block.args[number]: first + i
            for i, number in enumerate(taken_parameters(function))
        }
    for type_ in inputs:
        emitter.prologue.insert_arg(type_, len(emitter.prologue.args))
    arguments = list(emitter.prologue.args)
    start = 0
    for source, group in zip(function.body.blocks[0].args, types, strict=True):
        emitter.bind_parameter(source, arguments[start : start + len(group)])
        start += len(group)
    _convert_body(emitter, function)
    emitter.finish()
    return converted


def _convert_body(emitter: FunctionEmitter, function: func.FuncOp) -> None:
    first, *others = function.body.blocks
    for block in others:
        converted = Block(arg_types=converted_types(arg.type for arg in block.args))
        emitter.blocks[block] = converted
        emitter.values.update(zip(block.args, converted.args, strict=True))
    for block in (first, *others):
        if block is not first:
            emitter.begin(emitter.blocks[block])
        if emitter.emit_block(block) is not None:
            raise LoweringError("a structured terminator ends a block of a function")


def _return(emitter: FunctionEmitter, op: func.ReturnOp) -> None:
    values = emitter.scalars(op.arguments)
    if not values:
        if emitter.is_main:
            _record_peak_memory(emitter)
        emitter.return_success()
        return
    if len(values) == 1:
        returned = values[0]
    else:
        struct = llvm.LLVMStructType.from_type_list([value.type for value in values])
        returned = emitter.emit(llvm.UndefOp, (), struct)
        for position, value in enumerate(values):
            returned = emitter.emit(
                llvm.InsertValueOp, (returned, value), struct, {"position": _position(position)}
            )
    emitter.add(llvm.ReturnOp.create(operands=[returned]))


def _record_peak_memory(emitter: FunctionEmitter) -> None:
    """Keep the most bytes of outputs and temporaries of a call, for `Function.peak_memory`.

    Calls at the same time may lose one another's number; it is a report, not worth an atomic operation for each call.
    """
    zero = DenseIntOrFPElementsAttr.from_list(TensorType(i64, [1]), [0])
    emitter.module.block.add_op(
        llvm.GlobalOp(llvm.LLVMArrayType(1, i64), PEAK_MEMORY, "external", value=zero)
    )
    if emitter.memory_use == 0:
        return
    address = llvm.AddressOfOp(PEAK_MEMORY, POINTER)
    emitter.add(address)
    most = emitter.load(address.result, i64)
    use = emitter.materialize(emitter.memory_use)
    emitter.store(emitter.emit(llvm_intrinsics.UMaxOp, (most, use), i64), address.result)


def _position(index: int) -> DenseArrayBase:
    return DenseArrayBase.from_list(i64, [index])


def _call(emitter: FunctionEmitter, op: func.CallOp) -> None:
    name = op.callee.root_reference.data
    arguments: list[SSAValue] = []
    for argument in op.arguments:
        arguments.extend(emitter.exploded(argument))
    if name in emitter.module.status_functions:
        if name == MAIN:
            raise UnsupportedError("@main cannot be called from the module")
        status = emitter.call_value(name, arguments, i32)
        emitter.check(emitter.compare("eq", status, emitter.integer(0, i32)), status)
        return
    types = [convert_type(result.type) for result in op.results]
    if not types:
        emitter.call(name, arguments)
    elif len(types) == 1:
        emitter.values[op.results[0]] = emitter.call_value(name, arguments, types[0])
    else:
        struct = emitter.call_value(name, arguments, llvm.LLVMStructType.from_type_list(types))
        for position, (result, type_) in enumerate(zip(op.results, types, strict=True)):
            emitter.values[result] = emitter.emit(
                llvm.ExtractValueOp, (struct,), type_, {"position": _position(position)}
            )


HANDLERS: dict[type[Operation], Handler] = {func.ReturnOp: _return, func.CallOp: _call}
