"""Helper functions of the entry: whether a Python object can be used as it is, and where its data lies."""

from __future__ import annotations

from xdsl.dialects import llvm
from xdsl.dialects.builtin import IntegerType, SymbolRefAttr, f64, i8, i32, i64
from xdsl.ir import Attribute, Block, SSAValue

from tir.lowering.to_llvm.descriptor import POINTER
from tir.lowering.to_llvm.emitter import FunctionEmitter
from tir.lowering.to_llvm.module import ModuleEmitter
from tir.support.dtypes import INTEGER_DTYPES, UNSIGNED_DTYPES

from . import layout

_EXACT_IN_DOUBLE = 1 << 53


def address_of(emitter: FunctionEmitter, symbol: str) -> SSAValue:
    """The address of external data."""
    emitter.module.declare_global(symbol, i8)
    name: dict[str, Attribute] = {"global_name": SymbolRefAttr(symbol)}
    return emitter.emit(llvm.AddressOfOp, (), POINTER, name)


def field(emitter: FunctionEmitter, base: SSAValue, offset: int, type_: object) -> SSAValue:
    """The value of a field at an offset in bytes."""
    return emitter.load(emitter.offset_pointer(base, offset, i8), type_)  # pyright: ignore[reportArgumentType]


def item(emitter: FunctionEmitter, items: SSAValue, index: int) -> SSAValue:
    """A pointer out of an array of pointers."""
    return emitter.load(emitter.offset_pointer(items, index, POINTER), POINTER)


def require(emitter: FunctionEmitter, condition: SSAValue, otherwise: Block) -> None:
    """Go on only where the condition holds."""
    proceed = Block()
    emitter.cond_branch(condition, proceed, otherwise, unlikely_else=True)
    emitter.begin(proceed)


def array_check(module: ModuleEmitter) -> str:
    """`data(object, dtype, rank, item size - 1, flags)`: the data of a usable array, else null.

    Usable is an exact ndarray of that very dtype object and that rank that has the flags (aligned, perhaps contiguous),
    its strides whole multiples of the item size (a power of two).
    """
    name = "tir_array_data"
    emitter = module.helper(name, [POINTER, POINTER, i32, i64, i32], POINTER)
    if emitter is None:
        return name
    obj, dtype, rank, mask, wanted = emitter.prologue.args
    refuse = Block()
    array_type = address_of(emitter, layout.ARRAY_TYPE_SYMBOL)
    require(
        emitter,
        emitter.compare("eq", field(emitter, obj, layout.OBJECT_TYPE, POINTER), array_type),
        refuse,
    )
    require(
        emitter,
        emitter.compare("eq", field(emitter, obj, layout.ARRAY_DTYPE, POINTER), dtype),
        refuse,
    )
    require(
        emitter, emitter.compare("eq", field(emitter, obj, layout.ARRAY_RANK, i32), rank), refuse
    )
    flags = field(emitter, obj, layout.ARRAY_FLAGS, i32)
    present = emitter.emit(llvm.AndOp, (flags, wanted), i32)
    require(emitter, emitter.compare("eq", present, wanted), refuse)
    strides = field(emitter, obj, layout.ARRAY_STRIDES, POINTER)
    wide_rank = emitter.emit(llvm.SExtOp, (rank,), i64)
    zero = emitter.integer(0)
    head, body, done = Block(arg_types=[i64, i64]), Block(), Block()
    emitter.branch(head, [zero, zero])
    emitter.begin(head)
    axis, bits = head.args
    emitter.cond_branch(emitter.compare("slt", axis, wide_rank), body, done)
    emitter.begin(body)
    stride = emitter.load(emitter.offset_pointer(strides, axis, i64), i64)
    bits_so_far = emitter.emit(llvm.OrOp, (bits, stride), i64)
    emitter.branch(head, [emitter.plus(axis, 1), bits_so_far])  # pyright: ignore[reportArgumentType]
    emitter.begin(done)
    odd = emitter.emit(llvm.AndOp, (bits, mask), i64)
    require(emitter, emitter.compare("eq", odd, zero), refuse)
    emitter.add(llvm.ReturnOp.create(operands=[field(emitter, obj, layout.ARRAY_DATA, POINTER)]))
    _return_null(emitter, refuse)
    emitter.finish()
    return name


def call_array_check(
    emitter: FunctionEmitter, obj: SSAValue, dtype: str, rank: int, contiguous: bool = False
) -> SSAValue:
    """The data of an array of this dtype and rank, or null."""
    flags = layout.ARRAY_IS_ALIGNED | (layout.ARRAY_IS_CONTIGUOUS if contiguous else 0)
    arguments = [
        obj,
        address_of(emitter, layout.dtype_symbol(dtype)),
        emitter.integer(rank, i32),
        emitter.integer(layout.item_size(dtype) - 1),
        emitter.integer(flags, i32),
    ]
    return emitter.call_value(array_check(emitter.module), arguments, POINTER)


def scalar_check(module: ModuleEmitter, dtype: str) -> str:
    """`data(object, slot)`: where the value of a number of this dtype lies, else null.

    A number is a 0-d array, NumPy's scalar, a Python float (for float64), or a Python int that the dtype
    holds exactly, whose value goes to the slot.
    """
    name = f"tir_{dtype}_data"
    emitter = module.helper(name, [POINTER, POINTER], POINTER)
    if emitter is None:
        return name
    obj = emitter.prologue.args[0]
    type_ = field(emitter, obj, layout.OBJECT_TYPE, POINTER)
    in_object = Block()
    in_object_types = [layout.scalar_type_symbol(dtype)]
    if dtype == "float64":
        in_object_types.insert(0, "PyFloat_Type")
    for symbol in in_object_types:
        other = Block()
        emitter.cond_branch(
            emitter.compare("eq", type_, address_of(emitter, symbol)), in_object, other
        )
        emitter.begin(other)
    if dtype == "float64" or dtype in INTEGER_DTYPES or dtype in UNSIGNED_DTYPES:
        _python_int(emitter, type_, dtype)
    emitter.add(llvm.ReturnOp.create(operands=[call_array_check(emitter, obj, dtype, 0)]))
    emitter.begin(in_object)
    value = emitter.offset_pointer(obj, layout.SCALAR_VALUE, i8)
    emitter.add(llvm.ReturnOp.create(operands=[value]))
    emitter.finish()
    return name


def _python_int(emitter: FunctionEmitter, type_: SSAValue, dtype: str) -> None:
    """Return the slot with the value of a Python int, null where it does not fit; go on for other objects."""
    obj, slot = emitter.prologue.args
    is_int, other, refuse = Block(), Block(), Block()
    emitter.cond_branch(
        emitter.compare("eq", type_, address_of(emitter, "PyLong_Type")), is_int, other
    )
    emitter.begin(is_int)
    emitter.module.declare("PyLong_AsLongLongAndOverflow", [POINTER, POINTER], i64)
    overflow = emitter.stack_slot(1, i32, alignment=4)
    value = emitter.call_value("PyLong_AsLongLongAndOverflow", [obj, overflow], i64)
    zero = emitter.integer(0, i32)
    require(emitter, emitter.compare("eq", emitter.load(overflow, i32), zero), refuse)
    low, high = _exact_range(dtype)
    if low is not None:
        require(emitter, emitter.compare("sge", value, emitter.integer(low)), refuse)
    if high is not None:
        require(emitter, emitter.compare("sle", value, emitter.integer(high)), refuse)
    if dtype == "float64":
        stored = emitter.emit(llvm.SIToFPOp, (value,), f64)
    elif layout.item_size(dtype) == 8:
        stored = value
    else:
        width = IntegerType(8 * layout.item_size(dtype))
        stored = emitter.emit(llvm.TruncOp, (value,), width)
    emitter.store(stored, slot)
    emitter.add(llvm.ReturnOp.create(operands=[slot]))
    _return_null(emitter, refuse)
    emitter.begin(other)


def _exact_range(dtype: str) -> tuple[int | None, int | None]:
    """The bounds, beyond those of int64, of the integers that a dtype holds exactly."""
    bits = 8 * layout.item_size(dtype)
    if dtype == "float64":
        return -_EXACT_IN_DOUBLE, _EXACT_IN_DOUBLE
    if dtype in UNSIGNED_DTYPES:
        return 0, None if bits == 64 else (1 << bits) - 1
    return (None, None) if bits == 64 else (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)


def cell_check(module: ModuleEmitter) -> str:
    """`content(cell)`: the first item of a list that is not empty, else null. A borrowed reference."""
    name = "tir_cell_content"
    emitter = module.helper(name, [POINTER], POINTER)
    if emitter is None:
        return name
    (cell,) = emitter.prologue.args
    refuse = Block()
    list_type = address_of(emitter, "PyList_Type")
    require(
        emitter,
        emitter.compare("eq", field(emitter, cell, layout.OBJECT_TYPE, POINTER), list_type),
        refuse,
    )
    size = field(emitter, cell, layout.VAR_SIZE, i64)
    require(emitter, emitter.compare("sgt", size, emitter.integer(0)), refuse)
    items = field(emitter, cell, layout.LIST_ITEMS, POINTER)
    emitter.add(llvm.ReturnOp.create(operands=[emitter.load(items, POINTER)]))
    _return_null(emitter, refuse)
    emitter.finish()
    return name


def _return_null(emitter: FunctionEmitter, block: Block) -> None:
    emitter.begin(block)
    emitter.add(llvm.ReturnOp.create(operands=[emitter.null()]))
