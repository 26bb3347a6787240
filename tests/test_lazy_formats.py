"""Assembly formats are read late, and mean the same."""

from __future__ import annotations

import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, i64
from xdsl.dialects.test import Test
from xdsl.ir import Dialect
from xdsl.irdl import IRDLOperation, irdl_op_definition, operand_def, result_def
from xdsl.parser import Parser
from xdsl.utils.exceptions import ParseError

import tir


@irdl_op_definition
class TwiceOp(IRDLOperation):
    """An operation with a format."""

    name = "late.twice"
    value = operand_def(i64)
    result = result_def(i64)
    assembly_format = "$value attr-dict"


@irdl_op_definition
class WrongOp(IRDLOperation):
    """An operation whose format is wrong."""

    name = "late.wrong"
    value = operand_def(i64)
    assembly_format = "$no_such_operand attr-dict"


def parse(text: str):
    context = Context()
    for dialect in (Builtin, Test, Dialect("late", [TwiceOp, WrongOp])):
        context.load_dialect(dialect)
    return Parser(context, text).parse_module()


def test_what_is_printed_is_read_back() -> None:
    assert tir.__version__
    text = '%0 = "test.op"() : () -> i64\n%1 = late.twice %0 {mark}'
    module = parse(text)
    module.verify()
    assert "late.twice %0 {mark}" in str(module)
    assert str(parse(str(module))) == str(module)


def test_a_mistake_in_a_format_shows_when_it_is_used() -> None:
    with pytest.raises(ParseError, match="no_such_operand"):
        parse('%0 = "test.op"() : () -> i64\nlate.wrong %0')
