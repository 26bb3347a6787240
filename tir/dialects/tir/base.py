"""What all operations of the `tir` dialect share: types, syntax, verification, meaning.

An operation is pure and works on whole tensors. Its class answers three questions, all from operand types and
properties alone, so that graph building, the verifier, the constant folder and the interpreter ask the same code:

* `infer_types(operand_types, properties)`: the result types, or an error that tells the user what is wrong;
* `evaluate(arrays, properties)`: the results on NumPy arrays, which is the definition of the operation's meaning;
* `format`: one syntax for all, `%z = tir.add %x, %y : tensor<?xf64>`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    ArrayAttr,
    BoolAttr,
    DenseIntOrFPElementsAttr,
    IntegerAttr,
    NoneAttr,
    StringAttr,
    TensorType,
    i64,
)
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import IRDLOperation, traits_def, var_operand_def, var_result_def
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from tir.support.dtypes import dtype_of, ir_type, is_float, is_tir_element_type

if TYPE_CHECKING:
    from xdsl.parser import Parser
    from xdsl.printer import Printer

Properties = Mapping[str, Attribute]
Array = np.ndarray[Any, Any]


class TypeInferenceError(TypeError):
    """Operands that an operation does not accept; the message is meant for the user."""


@lru_cache(maxsize=4096)
def tensor_type(dtype: str, broadcastable: Sequence[bool]) -> TensorType:
    """The IR type of a tensor: `1` for each broadcastable dimension, `?` for any other.

    `broadcastable` must be a tuple.

    >>> print(tensor_type("float64", (True, False)))
    tensor<1x?xf64>
    """
    return TensorType(ir_type(dtype), [1 if b else DYNAMIC_INDEX for b in broadcastable])


@lru_cache(maxsize=4096)
def broadcastable_of(type_: TensorType) -> tuple[bool, ...]:
    """Which dimensions of an IR tensor type are statically 1."""
    return tuple(size == 1 for size in type_.get_shape())


def rank(type_: TensorType) -> int:
    """The number of dimensions of an IR tensor type."""
    return len(type_.shape.data)


def type_dtype(type_: TensorType) -> str:
    """The NumPy dtype name of an IR tensor type."""
    return dtype_of(type_.element_type)


def int_array(values: Sequence[int]) -> ArrayAttr[IntegerAttr]:
    """A list of integers as a property, printed `[0, 1]`."""
    return ArrayAttr([IntegerAttr(int(v), i64) for v in values])


def ints(attribute: Attribute) -> tuple[int, ...]:
    """The integers of a property made by `int_array`."""
    assert isinstance(attribute, ArrayAttr)
    return tuple(item.value.data for item in attribute.data)


def bool_array(values: Sequence[bool]) -> ArrayAttr[BoolAttr]:
    """A list of booleans as a property, printed `[true, false]`."""
    return ArrayAttr([BoolAttr.from_bool(bool(v)) for v in values])


def bools(attribute: Attribute) -> tuple[bool, ...]:
    """The booleans of a property made by `bool_array`."""
    assert isinstance(attribute, ArrayAttr)
    return tuple(bool(item.value.data) for item in attribute.data)


def strings(attribute: Attribute) -> tuple[str, ...]:
    """The strings of a property that is an array of strings."""
    assert isinstance(attribute, ArrayAttr)
    return tuple(item.data for item in attribute.data)


def string_array(values: Sequence[str]) -> ArrayAttr[StringAttr]:
    """A list of strings as a property."""
    return ArrayAttr([StringAttr(v) for v in values])


def check_tensor_type(type_: Attribute, what: str) -> TensorType:
    """Check that a type is one the dialect allows: ranked, dimensions `1` or `?`, a known element type."""
    if not isinstance(type_, TensorType):
        raise VerifyException(f"{what} must be a tensor, got {type_}")
    if not is_tir_element_type(type_.element_type):
        raise VerifyException(f"{what} has the element type {type_.element_type}, which tir lacks")
    if any(size not in (1, DYNAMIC_INDEX) for size in type_.get_shape()):
        raise VerifyException(f"{what} has type {type_}: each dimension must be 1 or ?")
    return type_


class TirOp(IRDLOperation, ABC):
    """Base of the operations of the `tir` dialect."""

    inputs = var_operand_def()
    outputs = var_result_def()

    traits = traits_def(Pure())

    PROPERTY_NAMES: ClassVar[tuple[str, ...]] = ()
    """The properties of the operation, in the order in which they are printed."""

    @classmethod
    @abstractmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        """The result types; `TypeInferenceError` if the operands are not acceptable."""

    @classmethod
    @abstractmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        """The results on NumPy arrays: the operation's meaning, slow and obvious.

        Operands have the dtypes and ranks of their types. Raises what a NumPy user expects for bad values
        (`ValueError` for shapes, `IndexError`, `ZeroDivisionError`). Results may be views of the operands.
        """

    @classmethod
    def check(
        cls,
        arrays: Sequence[Array],
        operand_types: Sequence[TensorType],
        properties: Properties,
    ) -> None:
        """Raise for run-time shapes that the operand types do not allow, before `evaluate`."""

    @classmethod
    def build_on(
        cls, operands: Sequence[SSAValue], properties: Properties | None = None, **kwargs: Any
    ) -> Self:
        """A new operation on these operands, its result types inferred."""
        properties = properties or {}
        types = cls.infer_types([o.type for o in operands], properties)  # pyright: ignore
        return cls.create(operands=operands, result_types=types, properties=properties, **kwargs)

    def verify_(self) -> None:
        types = [check_tensor_type(o.type, f"operand {i}") for i, o in enumerate(self.operands)]
        for i, result in enumerate(self.results):
            check_tensor_type(result.type, f"result {i}")
        if missing := [n for n in self.PROPERTY_NAMES if n not in self.properties]:
            raise VerifyException(f"{self.name} needs the property {missing[0]}")
        try:
            inferred = self.infer_types(types, self.properties)
        except TypeInferenceError as error:
            raise VerifyException(f"{self.name}: {error}") from error
        if tuple(inferred) != self.result_types:
            expected = ", ".join(map(str, inferred))
            raise VerifyException(
                f"{self.name} has result type {', '.join(map(str, self.result_types))}, "
                f"but its operands give {expected}"
            )

    # One syntax for all operations; the result types are inferred and printed only for the reader.

    def print(self, printer: Printer) -> None:
        if self.operands:
            printer.print_string(" ")
            printer.print_list(self.operands, printer.print_ssa_value)
        shown = {n: self.properties[n] for n in self.PROPERTY_NAMES if n in self.properties}
        if shown:
            printer.print_string(" ")
            with printer.in_braces():
                printer.print_list(
                    shown.items(), lambda item: _print_property(printer, item[0], item[1])
                )
        if self.attributes:
            printer.print_op_attributes(self.attributes, print_keyword=True)
        printer.print_string(" : ")
        types = [*self.operand_types, *self.result_types]
        if self.operands and all(t == types[0] for t in types) and len(self.results) == 1:
            printer.print_attribute(types[0])
            return
        if self.operands:
            with printer.in_parens():
                printer.print_list(self.operand_types, printer.print_attribute)
            printer.print_string(" -> ")
        if len(self.results) == 1:
            printer.print_attribute(self.result_types[0])
        else:
            with printer.in_parens():
                printer.print_list(self.result_types, printer.print_attribute)

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        names = []
        if (first := parser.parse_optional_unresolved_operand()) is not None:
            names.append(first)
            while parser.parse_optional_punctuation(",") is not None:
                names.append(parser.parse_unresolved_operand())
        properties: dict[str, Attribute] = {}
        position = parser.pos
        if parser.parse_optional_punctuation("{") is not None:
            properties = dict(
                parser.parse_comma_separated_list(
                    parser.Delimiter.NONE, lambda: cls._parse_property(parser)
                )
            )
            parser.parse_punctuation("}")
        attributes = parser.parse_optional_attr_dict_with_keyword()
        for name in cls.PROPERTY_NAMES:
            if name not in properties:
                parser.raise_error(f"{cls.name} needs the property '{name}'", position)
        parser.parse_punctuation(":")
        position = parser.pos
        operand_types, result_types = _parse_types(parser, len(names))
        operands = parser.resolve_operands(names, operand_types, position)
        try:
            for number, type_ in enumerate(operand_types):
                check_tensor_type(type_, f"operand {number}")
            inferred = cls.infer_types(operand_types, properties)  # pyright: ignore
        except (TypeInferenceError, VerifyException) as error:
            parser.raise_error(f"{cls.name}: {error}", position)
        if result_types is not None and result_types != inferred:
            parser.raise_error(
                f"{cls.name} gives {', '.join(map(str, inferred))}, "
                f"not {', '.join(map(str, result_types))}",
                position,
            )
        return cls.create(
            operands=operands,
            result_types=inferred,
            properties=properties,
            attributes=attributes.data if attributes is not None else {},
        )

    @classmethod
    def _parse_property(cls, parser: Parser) -> tuple[str, Attribute]:
        position = parser.pos
        name = parser.parse_identifier("property name")
        if name not in cls.PROPERTY_NAMES:
            known = ", ".join(cls.PROPERTY_NAMES) or "none"
            parser.raise_error(f"{cls.name} has no property '{name}' (it has: {known})", position)
        parser.parse_punctuation("=")
        return name, parser.parse_attribute()


def _print_property(printer: Printer, name: str, attribute: Attribute) -> None:
    printer.print_string(f"{name} = ")
    if isinstance(attribute, ArrayAttr) and attribute.data:
        with printer.in_square_brackets():
            printer.print_list(attribute.data, lambda item: _print_item(printer, item))
    else:
        _print_item(printer, attribute)


def _print_item(printer: Printer, attribute: Attribute) -> None:
    # `[0, 1]` reads better than `[0 : i64, 1 : i64]`; i64 is what the parser assumes.
    if isinstance(attribute, IntegerAttr) and attribute.type == i64:
        printer.print_string(str(attribute.value.data))
    elif isinstance(attribute, DenseIntOrFPElementsAttr) and not _is_finite(attribute):
        # xDSL prints NaN and infinity as bit patterns that it reads back as integers; not so bytes.
        printer.print_string(f'dense<"0x{attribute.data.data.hex().upper()}"> : {attribute.type}')
    else:
        printer.print_attribute(attribute)


def _is_finite(attribute: DenseIntOrFPElementsAttr) -> bool:
    element_type = attribute.get_element_type()
    if not is_float(element_type):
        return True
    return bool(np.isfinite(np.frombuffer(attribute.data.data, dtype_of(element_type))).all())


def _parse_types(
    parser: Parser, operand_count: int
) -> tuple[list[Attribute], list[Attribute] | None]:
    """Parse `t`, `(t, ...) -> t` or `(t, ...) -> (t, ...)`; without operands the types are results."""
    many = parser.parse_optional_comma_separated_list(parser.Delimiter.PAREN, parser.parse_type)
    if many is None:
        one = parser.parse_type()
        if operand_count == 0:
            return [], [one]
        return [one] * operand_count, None
    if operand_count == 0:
        return [], list(many)
    parser.parse_punctuation("->")
    results = parser.parse_optional_comma_separated_list(parser.Delimiter.PAREN, parser.parse_type)
    return list(many), [parser.parse_type()] if results is None else list(results)


def broadcast_types(types: Sequence[TensorType]) -> tuple[bool, ...]:
    """The broadcastable pattern of an elementwise result: a dimension is 1 only if it is in all operands.

    Missing leading dimensions broadcast, as in NumPy.
    """
    patterns = [broadcastable_of(t) for t in types]
    if len(set(patterns)) == 1:
        return patterns[0]
    result_rank = max(len(p) for p in patterns)
    padded = [(True,) * (result_rank - len(p)) + p for p in patterns]
    return tuple(all(column) for column in zip(*padded, strict=True))


def check_broadcast(arrays: Sequence[Array], types_broadcastable: Sequence[Sequence[bool]]) -> None:
    """Raise Theano's error if two arrays differ in a dimension that is not declared broadcastable."""
    result_rank = max(a.ndim for a in arrays)
    for axis in range(result_rank):
        first: tuple[int, int, int] | None = None
        for i, (array, pattern) in enumerate(zip(arrays, types_broadcastable, strict=True)):
            own_axis = axis - (result_rank - array.ndim)
            if own_axis < 0 or pattern[own_axis]:
                continue
            size = array.shape[own_axis]
            if first is None:
                first = (i, own_axis, size)
            elif first[2] != size:
                raise ValueError(
                    f"Input dimension mis-match. (input[{first[0]}].shape[{first[1]}] = {first[2]}, "
                    f"input[{i}].shape[{own_axis}] = {size})"
                )


def optional_int(attribute: Attribute | None) -> int | None:
    """The value of an optional integer property."""
    if attribute is None or isinstance(attribute, NoneAttr):
        return None
    assert isinstance(attribute, IntegerAttr)
    return attribute.value.data


def check_axis(operand: TensorType, properties: Properties) -> None:
    """Raise `TypeInferenceError` if the property `axis` does not number a dimension."""
    axis = optional_int(properties["axis"])
    if axis is None or not 0 <= axis < rank(operand):
        raise TypeInferenceError(f"axis {axis} of a tensor of rank {rank(operand)}")
