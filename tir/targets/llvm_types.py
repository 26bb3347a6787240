"""Types and constants of the llvm dialect as LLVM assembly."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

from xdsl.dialects import llvm
from xdsl.dialects.builtin import (
    BFloat16Type,
    DenseIntOrFPElementsAttr,
    Float16Type,
    Float32Type,
    Float64Type,
    FloatAttr,
    IntegerAttr,
    IntegerType,
    NoneAttr,
    StringAttr,
    SymbolRefAttr,
    VectorType,
)
from xdsl.ir import Attribute, Block, Operation, SSAValue

from tir.support.errors import UnsupportedError


def type_text(type_: Attribute) -> str:
    """A type, such as `{ i64, ptr }`.

    >>> from xdsl.dialects.builtin import VectorType, f64
    >>> type_text(VectorType(f64, [4]))
    '<4 x double>'
    """
    match type_:
        case IntegerType():
            return f"i{type_.width.data}"
        case Float64Type():
            return "double"
        case Float32Type():
            return "float"
        case Float16Type():
            return "half"
        case BFloat16Type():
            return "bfloat"
        case llvm.LLVMPointerType(addr_space=space):
            if isinstance(space, NoneAttr) or space.data == 0:
                return "ptr"
            return f"ptr addrspace({space.data})"
        case llvm.LLVMVoidType():
            return "void"
        case llvm.LLVMStructType():
            return "{ " + ", ".join(map(type_text, type_.types)) + " }"
        case llvm.LLVMArrayType():
            return f"[{type_.size.data} x {type_text(type_.type)}]"
        case VectorType():
            if any(scalable.value.data for scalable in type_.scalable_dims):
                raise UnsupportedError(
                    f"scalable vectors such as {type_} have no LLVM assembly here"
                )
            (count,) = type_.get_shape()
            return f"<{count} x {type_text(type_.element_type)}>"
        case llvm.LLVMFunctionType():
            return function_type_text(type_)
        case _:
            raise UnsupportedError(f"the type {type_} has no counterpart in LLVM")


def function_type_text(type_: llvm.LLVMFunctionType) -> str:
    """A function type, such as `i32 (ptr, ...)`."""
    inputs = [type_text(item) for item in type_.inputs]
    if type_.is_variadic:
        inputs.append("...")
    return f"{type_text(type_.output)} ({', '.join(inputs)})"


def type_suffix(type_: Attribute) -> str:
    """What the name of an overloaded intrinsic ends with: `f64`, `v4i32`, `p0`."""
    match type_:
        case IntegerType():
            return f"i{type_.width.data}"
        case Float64Type():
            return "f64"
        case Float32Type():
            return "f32"
        case Float16Type():
            return "f16"
        case BFloat16Type():
            return "bf16"
        case VectorType():
            (count,) = type_.get_shape()
            return f"v{count}{type_suffix(type_.element_type)}"
        case llvm.LLVMPointerType(addr_space=space):
            return f"p{0 if isinstance(space, NoneAttr) else space.data}"
        case _:
            raise UnsupportedError(f"no LLVM intrinsic is overloaded on {type_}")


def float_text(value: float, type_: Attribute) -> str:
    """A float constant in the hexadecimal form, which is exact; infinities and NaN included."""
    match type_:
        case Float64Type():
            return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"
        case Float32Type():
            # A float is written as the double of the same value.
            try:
                single = struct.unpack("<f", struct.pack("<f", value))[0]
            except OverflowError:
                single = float("inf") if value > 0 else float("-inf")
            return f"0x{struct.unpack('<Q', struct.pack('<d', single))[0]:016X}"
        case Float16Type():
            return f"0xH{struct.unpack('<H', struct.pack('<e', value))[0]:04X}"
        case _:
            raise UnsupportedError(f"constants of type {type_} have no LLVM assembly here")


def constant_text(value: Attribute, type_: Attribute) -> str:
    """A constant without its type."""
    match value:
        case IntegerAttr():
            if isinstance(type_, IntegerType) and type_.width.data == 1:
                return "true" if value.value.data else "false"
            if isinstance(type_, VectorType):
                return _splat(constant_text(value, type_.element_type), type_)
            return str(value.value.data)
        case FloatAttr():
            if isinstance(type_, VectorType):
                return _splat(float_text(value.value.data, type_.element_type), type_)
            return float_text(value.value.data, type_)
        case DenseIntOrFPElementsAttr():
            return _dense_text(value, type_)
        case StringAttr():
            return string_text(value.data)
        case _:
            raise UnsupportedError(f"the constant {value} has no LLVM assembly here")


def _splat(element: str, type_: VectorType) -> str:
    (count,) = type_.get_shape()
    return f"<{', '.join([f'{type_text(type_.element_type)} {element}'] * count)}>"


def _dense_text(value: DenseIntOrFPElementsAttr, type_: Attribute) -> str:
    if isinstance(type_, llvm.LLVMArrayType):
        element, brackets = type_.type, "[]"
    elif isinstance(type_, VectorType):
        element, brackets = type_.element_type, "<>"
    else:
        raise UnsupportedError(f"a dense constant of type {type_} has no LLVM assembly here")
    if isinstance(element, llvm.LLVMArrayType | VectorType):
        raise UnsupportedError("nested dense constants have no LLVM assembly here")
    prefix = type_text(element)
    values: Sequence[int | float] = value.get_values()  # pyright: ignore[reportAssignmentType]
    integral = isinstance(element, IntegerType)
    items = [str(int(x)) if integral else float_text(float(x), element) for x in values]
    if len(items) == 1:
        count = type_.size.data if isinstance(type_, llvm.LLVMArrayType) else type_.get_shape()[0]
        items *= count
    return brackets[0] + ", ".join(f"{prefix} {item}" for item in items) + brackets[1]


def string_text(text: str) -> str:
    r"""A string of bytes, `c"..."`.

    >>> string_text('a"b')
    'c"a\\22b"'
    """
    data = text.encode("utf-8", "surrogateescape")
    escaped = "".join(
        chr(byte) if 32 <= byte < 127 and byte not in (34, 92) else f"\\{byte:02X}" for byte in data
    )
    return f'c"{escaped}"'


def symbol_text(name: str) -> str:
    """A global name, quoted where it must be."""
    if name.replace("_", "a").replace(".", "a").replace("$", "a").isalnum() and name.isascii():
        return f"@{name}" if not name[0].isdigit() else f'@"{name}"'
    return '@"' + name.replace("\\", "\\5C").replace('"', "\\22") + '"'


def _zero_text(op: llvm.ZeroOp) -> str:
    return "null" if isinstance(op.res.type, llvm.LLVMPointerType) else "zeroinitializer"


def _address_text(op: llvm.AddressOfOp) -> str:
    reference = op.global_name
    assert isinstance(reference, SymbolRefAttr)
    return symbol_text(reference.root_reference.data)


_INLINE: dict[type, Callable[[Any], str]] = {
    llvm.ConstantOp: lambda op: constant_text(op.value, op.result.type),
    llvm.ZeroOp: _zero_text,
    llvm.UndefOp: lambda op: "undef",
    llvm.AddressOfOp: _address_text,
}


def inline_constant(owner: Operation | Block) -> str | None:
    """The text that stands for the result of a constant-like operation, None for all other values."""
    text = _INLINE.get(type(owner))
    return None if text is None else text(owner)


def initializer_text(block: Block) -> str:
    """The value that the initializer region of a global returns, folded to one constant."""
    values: dict[SSAValue, str | list[str | None]] = {}

    def render(value: SSAValue) -> str:
        known = values[value]
        if isinstance(known, str):
            return known
        type_ = value.type
        elements = _element_types(type_)
        items = [
            f"{type_text(element)} {'undef' if item is None else item}"
            for element, item in zip(elements, known, strict=True)
        ]
        opening, closing = ("[", "]") if isinstance(type_, llvm.LLVMArrayType) else ("{ ", " }")
        return opening + ", ".join(items) + closing

    for op in block.ops:
        text = inline_constant(op)
        if text is not None:
            values[op.results[0]] = text
        elif isinstance(op, llvm.InsertValueOp):
            base = values[op.container]
            count = len(_element_types(op.res.type))
            items: list[str | None] = list(base) if isinstance(base, list) else [None] * count
            (position,) = op.position.iter_values()
            items[int(position)] = render(op.value)
            values[op.res] = items
        elif isinstance(op, llvm.ReturnOp):
            assert op.arg is not None
            return render(op.arg)
        else:
            raise UnsupportedError(f"{op.name} cannot initialize a global")
    raise UnsupportedError("the initializer of a global must end with llvm.return")


def _element_types(type_: Attribute) -> list[Attribute]:
    if isinstance(type_, llvm.LLVMStructType):
        return list(type_.types)
    if isinstance(type_, llvm.LLVMArrayType):
        return [type_.type] * type_.size.data
    raise UnsupportedError(f"{type_} has no elements to initialize")
