"""What `@main` computes, kept on the llvm function after its memrefs have become pointers and integers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import func, llvm
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    ArrayAttr,
    DictionaryAttr,
    IntegerAttr,
    MemRefType,
    StringAttr,
    i64,
)
from xdsl.ir import Attribute, BlockArgument, TypeAttribute

from tir.dialects import rt
from tir.support.errors import LoweringError

from .descriptor import static_strides

PARAMETERS = "tir.parameters"
OUTPUTS = "tir.outputs"
UPDATES = "tir.updates"
PACKING = "tir.packing"
POSITIONAL = "tir.positional"
TAKEN = "tir.taken"


@dataclass(frozen=True)
class Parameter:
    """One array that `@main` reads: a user's input, or the value of a shared variable.

    `dynamic_sizes` and `dynamic_strides` tell for each dimension whether `@main` takes it as an argument. An array
    of which no stride is taken must be contiguous. Where some are, but not the last one, that must be 1 (`has_rows`).
    """

    dtype: str
    is_shared: bool
    dynamic_sizes: tuple[bool, ...]
    dynamic_strides: tuple[bool, ...]

    @property
    def is_contiguous(self) -> bool:
        """Whether `@main` expects the elements in row-major order without gaps."""
        return not any(self.dynamic_strides)

    @property
    def has_rows(self) -> bool:
        """Whether `@main` expects the elements along the last dimension to follow each other, and the others anywhere."""
        return any(self.dynamic_strides) and not self.dynamic_strides[-1]

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self.dynamic_sizes)


@dataclass(frozen=True)
class Signature:
    """The parameters of `@main`, how many arrays it makes, and which parameters the last of those replace.

    `taken` are the parameters whose memory it may take. `packing` is how the others reach the caller: `"array"`, `"list"`, `"none"`. `positional` tells how many inputs a
    call may give by position at most, where the rest have defaults; `None` where it gives all of them.
    """

    parameters: tuple[Parameter, ...]
    output_count: int
    updates: tuple[int, ...]
    packing: str
    positional: int | None = None
    taken: tuple[int, ...] = ()


def record_signature(source: func.FuncOp, converted: llvm.FuncOp) -> None:
    """Keep on the converted `@main` what its memref parameters and outputs were."""
    given = source.arg_attrs.data if source.arg_attrs is not None else ()
    entries: list[DictionaryAttr] = []
    for position, type_ in enumerate(source.function_type.inputs.data):
        own = given[position].data if given else {}
        entry: dict[str, Attribute] = {"type": type_}
        entry.update((key, own[key]) for key in ("tir.kind", "tir.dtype") if key in own)
        entries.append(DictionaryAttr(entry))
    converted.attributes[PARAMETERS] = ArrayAttr(entries)
    converted.attributes[OUTPUTS] = IntegerAttr(count_outputs(source), i64)
    for key in (UPDATES, PACKING, POSITIONAL):
        if key in source.attributes:
            converted.attributes[key] = source.attributes[key]
    if taken := taken_parameters(source):
        converted.attributes[TAKEN] = ArrayAttr([IntegerAttr(number, i64) for number in taken])


def count_outputs(source: func.FuncOp) -> int:
    """How many arrays `@main` makes, those of the updates included."""
    made = (rt.AllocOutputOp, rt.TakeSharedOp, rt.TakeInputOp)
    indices = (op.index for op in source.walk() if isinstance(op, made))
    return 1 + max((index.value.data for index in indices if index is not None), default=-1)


def taken_parameters(source: func.FuncOp) -> list[int]:
    """The numbers of the parameters whose memory `@main` may take, each once, in order."""
    sources = (op.source for op in source.walk() if isinstance(op, rt.TakeInputOp))
    return sorted({value.index for value in sources if isinstance(value, BlockArgument)})


def count_updates(source: func.FuncOp) -> int:
    """How many of these replace the values of shared parameters: the last ones."""
    return len(_integers(source.attributes.get(UPDATES)))


def read_signature(function: llvm.FuncOp) -> Signature:
    """The signature that `record_signature` kept; `LoweringError` if it cannot be called from Python."""
    parameters = function.attributes.get(PARAMETERS)
    outputs = function.attributes.get(OUTPUTS)
    if not isinstance(parameters, ArrayAttr) or not isinstance(outputs, IntegerAttr):
        raise LoweringError(f"@main has no {PARAMETERS} and {OUTPUTS}: convert-to-llvm sets them")
    updates = _integers(function.attributes.get(UPDATES))
    output_count = outputs.value.data
    packing = function.attributes.get(PACKING)
    positional = function.attributes.get(POSITIONAL)
    return Signature(
        tuple(_parameter(i, entry) for i, entry in enumerate(parameters.data)),
        output_count,
        updates,
        packing.data
        if isinstance(packing, StringAttr)
        else _default_packing(output_count - len(updates)),
        positional.value.data if isinstance(positional, IntegerAttr) else None,
        _integers(function.attributes.get(TAKEN)),
    )


def _default_packing(count: int) -> str:
    return ("none", "array")[count] if count < 2 else "list"


def _integers(attribute: Attribute | None) -> tuple[int, ...]:
    if not isinstance(attribute, ArrayAttr):
        return ()
    return tuple(item.value.data for item in attribute.data if isinstance(item, IntegerAttr))


def _parameter(position: int, entry: Attribute) -> Parameter:
    fields = entry.data if isinstance(entry, DictionaryAttr) else {}
    type_, dtype, kind = (fields.get(key) for key in ("type", "tir.dtype", "tir.kind"))
    if not isinstance(type_, MemRefType) or not isinstance(dtype, StringAttr):
        raise LoweringError(
            f"parameter {position} of @main must be a memref with tir.dtype, to come from Python"
        )
    if rt.ELEMENT_TYPE_OF_DTYPE.get(dtype.data) != str(type_.element_type):
        raise LoweringError(
            f"parameter {position} of @main is {type_}, which does not hold {dtype.data}"
        )
    sizes = type_.get_shape()
    dynamic_sizes = tuple(size == DYNAMIC_INDEX for size in sizes)
    if any(size not in (1, DYNAMIC_INDEX) for size in sizes):
        raise LoweringError(f"parameter {position} of @main is {type_}: sizes must be 1 or ?")
    return Parameter(
        dtype.data,
        isinstance(kind, StringAttr) and kind.data == "shared",
        dynamic_sizes,
        _dynamic_strides(position, type_, dynamic_sizes),
    )


def _dynamic_strides(
    position: int, type_: MemRefType[TypeAttribute], dynamic_sizes: Sequence[bool]
) -> tuple[bool, ...]:
    strides = static_strides(type_)
    if strides is None:
        return (False,) * len(dynamic_sizes)
    has_rows = len(strides) > 1 and strides[-1] == 1
    for stride, dynamic in zip(strides[:-1] if has_rows else strides, dynamic_sizes, strict=False):
        if stride is not None and dynamic:
            raise LoweringError(
                f"parameter {position} of @main is {type_}: the stride of a dimension of any size "
                "must be dynamic, or 1 for the last of several"
            )
    return tuple(stride is None for stride in strides)
