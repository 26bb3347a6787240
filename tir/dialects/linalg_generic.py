"""xDSL's `linalg` dialect with a `linalg.generic` of several results that reads back what it prints.

xDSL 0.74 prints `-> (tensor<?xf64>, tensor<?xf64>)`, as MLIR does, but parses one type only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from xdsl.dialects.builtin import ArrayAttr, StringAttr
from xdsl.dialects.linalg import Linalg as XdslLinalg
from xdsl.dialects.linalg import ops
from xdsl.dialects.linalg.attrs import IteratorType, IteratorTypeAttr
from xdsl.ir import Attribute, Block, Dialect, SSAValue
from xdsl.parser import Parser

MAY_SUM_NARROW = "tir.may_sum_narrow"
"""An attribute of the addition by which a reduction accumulates wider terms than its result will be: short blocks of them may
be added in the precision that the terms had."""

MAY_BE_NEAR = "tir.may_be_near"
"""An attribute of the maximum by which a reduction finds the largest of some numbers: another number will do that is not larger, and so
near that the sum of the exponentials of all distances from it is accurate."""


def clone_body(body: Block) -> Block:
    """A scalar body like another, to be changed."""
    copy = Block(arg_types=[a.type for a in body.args])
    mapper: dict[SSAValue, SSAValue] = dict(zip(body.args, copy.args, strict=True))
    for op in body.ops:
        copy.add_op(op.clone(mapper))
    return copy


class GenericOp(ops.GenericOp):
    """A structured operation: loops over indexing maps around a scalar body."""

    # The definition is inherited as it is: only the parser differs.
    @classmethod
    def parse(cls, parser: Parser) -> Self:
        position = parser.pos
        properties = parser.parse_optional_attr_dict()
        maps = properties.pop("indexing_maps", None)
        iterators = properties.pop("iterator_types", None)
        if not isinstance(maps, ArrayAttr) or not isinstance(iterators, ArrayAttr):
            parser.raise_error("linalg.generic needs indexing_maps and iterator_types", position)
        inputs = _parse_operands(parser, "ins")
        outputs = _parse_operands(parser, "outs")
        extra: dict[str, Attribute] = {}
        if parser.parse_optional_keyword("attrs") is not None:
            parser.parse_punctuation("=")
            extra = parser.parse_optional_attr_dict()
        body = parser.parse_region()
        op = cls(
            inputs,
            outputs,
            body,
            ArrayAttr(maps.data),
            ArrayAttr([_iterator(parser, item) for item in iterators.data]),
            _parse_result_types(parser),
        )
        op.properties |= properties
        op.attributes |= extra
        return op


def _parse_operands(parser: Parser, keyword: str) -> Sequence[SSAValue]:
    """Parse `ins(%a, %b : type, type)`, or nothing."""
    if parser.parse_optional_keyword(keyword) is None:
        return ()
    position = parser.pos
    parser.parse_punctuation("(")
    names = parser.parse_comma_separated_list(
        parser.Delimiter.NONE, parser.parse_unresolved_operand
    )
    parser.parse_punctuation(":")
    types = parser.parse_comma_separated_list(parser.Delimiter.NONE, parser.parse_type)
    parser.parse_punctuation(")")
    return parser.resolve_operands(names, types, position)


def _parse_result_types(parser: Parser) -> Sequence[Attribute]:
    if parser.parse_optional_punctuation("->") is None:
        return ()
    many = parser.parse_optional_comma_separated_list(parser.Delimiter.PAREN, parser.parse_type)
    return [parser.parse_type()] if many is None else many


def _iterator(parser: Parser, attribute: Attribute) -> IteratorTypeAttr:
    if isinstance(attribute, IteratorTypeAttr):
        return attribute
    if isinstance(attribute, StringAttr) and attribute.data in [str(t) for t in IteratorType]:
        return IteratorTypeAttr(IteratorType(attribute.data))
    parser.raise_error(f"{attribute} is not an iterator type")


Linalg = Dialect(
    "linalg",
    [GenericOp if op is ops.GenericOp else op for op in XdslLinalg.operations],
    list(XdslLinalg.attributes),
)
