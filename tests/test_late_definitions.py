"""Definitions of attributes and operations are read late, and mean the same."""

from __future__ import annotations

import sys
import threading
from abc import ABC

import pytest
from xdsl.builder import ImplicitBuilder
from xdsl.context import Context
from xdsl.dialects import test
from xdsl.dialects.builtin import (
    ArrayAttr,
    Builtin,
    DenseArrayBase,
    IntegerAttr,
    StringAttr,
    i32,
    i64,
)
from xdsl.ir import Block, Dialect, Operation, ParametrizedAttribute, TypedAttribute
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    irdl_attr_definition,
    irdl_op_definition,
    opt_operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.irdl import operand_def as required_operand_def
from xdsl.irdl.attributes import ParamAttrDef, param_def
from xdsl.irdl.operations import OpDef
from xdsl.parser import Parser
from xdsl.traits import Commutative, Pure
from xdsl.utils.exceptions import (
    ParseError,
    PyRDLAttrDefinitionError,
    PyRDLOpDefinitionError,
    VerifyException,
)

import tir


@irdl_attr_definition
class PairAttr(ParametrizedAttribute):
    """An attribute with two parameters."""

    name = "late.pair"
    first: StringAttr
    rest: ArrayAttr[IntegerAttr] = param_def()


@irdl_attr_definition
class NothingAttr(ParametrizedAttribute):
    """An attribute without parameters."""

    name = "late.nothing"


class SomethingAttr(ParametrizedAttribute, ABC):
    """What others inherit a parameter from."""

    something: StringAttr


@irdl_attr_definition
class InheritingAttr(SomethingAttr):
    """An attribute with no parameter of its own."""

    name = "late.inheriting"


@irdl_attr_definition
class WrongAttr(ParametrizedAttribute):
    """An attribute with something that is no parameter."""

    name = "late.wrong"
    first: StringAttr = 3  # pyright: ignore[reportAssignmentType]


@irdl_op_definition
class TwiceOp(IRDLOperation):
    """An operation with a format."""

    name = "late.twice"
    value = required_operand_def(i64)
    result = result_def(i64)
    assembly_format = "$value attr-dict"


@irdl_op_definition
class WrongFormatOp(IRDLOperation):
    """An operation whose format is wrong."""

    name = "late.wrong_format"
    value = required_operand_def(i64)
    assembly_format = "$no_such_operand attr-dict"


@irdl_op_definition
class WrongFieldOp(IRDLOperation):
    """An operation with something that is no field."""

    name = "late.wrong_field"
    value = 3


class PickOp(IRDLOperation, ABC):
    """What operations share: fields and a trait."""

    index = required_operand_def(i64)
    choices = var_operand_def(i64)
    otherwise = opt_operand_def(i64)
    size = prop_def(IntegerAttr, default_value=IntegerAttr(8, i64))
    note = opt_prop_def(StringAttr)
    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    traits = traits_def(Pure())


def make_pick() -> type[PickOp]:
    """An operation class of which nothing has been used."""

    @irdl_op_definition
    class NamedPickOp(PickOp):
        name = "late.pick"
        picked = result_def(i64)
        traits = traits_def(Commutative())

    return NamedPickOp


def parse(text: str):
    context = Context()
    for dialect in (Builtin, test.Test, Dialect("late", [TwiceOp, WrongFormatOp])):
        context.load_dialect(dialect)
    return Parser(context, text).parse_module()


def test_parameters_are_checked() -> None:
    assert tir.__version__
    pair = PairAttr(StringAttr("a"), ArrayAttr([IntegerAttr(1, i32)]))
    assert pair == PairAttr(StringAttr("a"), ArrayAttr([IntegerAttr(1, i32)]))
    with pytest.raises(VerifyException, match="parameter 'first' does not verify"):
        PairAttr(i32, ArrayAttr([]))  # pyright: ignore[reportArgumentType]
    with pytest.raises(VerifyException, match="parameter 'rest' does not verify"):
        PairAttr(StringAttr("a"), ArrayAttr([StringAttr("b")]))  # pyright: ignore[reportArgumentType]


def test_a_definition_is_an_ordinary_one_once_it_is_used() -> None:
    definition = PairAttr.get_irdl_definition()
    assert [name for name, _ in definition.parameters] == ["first", "rest"]
    assert type(definition) is ParamAttrDef
    assert definition.name == "late.pair"
    assert definition is PairAttr.get_irdl_definition()


def test_a_mistake_shows_when_the_attribute_is_used() -> None:
    with pytest.raises(PyRDLAttrDefinitionError, match="first is not a parameter definition"):
        WrongAttr(StringAttr("a"))


def test_attributes_without_parameters() -> None:
    assert NothingAttr().parameters == ()
    assert NothingAttr() == NothingAttr()
    with pytest.raises(ValueError, match="argument 2 is longer"):
        NothingAttr(StringAttr("a"))  # pyright: ignore[reportCallIssue]
    definition = NothingAttr.get_irdl_definition()
    assert definition.name == "late.nothing"
    assert definition.parameters == []


def test_parameters_are_inherited() -> None:
    assert InheritingAttr(StringAttr("a")).parameters == (StringAttr("a"),)
    with pytest.raises(VerifyException, match="something"):
        InheritingAttr(i32)  # pyright: ignore[reportArgumentType]


def test_where_the_type_of_a_typed_attribute_is() -> None:
    def typed(cls: type[TypedAttribute]) -> list[type[TypedAttribute]]:
        return [cls, *(found for sub in cls.__subclasses__() for found in typed(sub))]

    classes = [cls for cls in typed(TypedAttribute) if "get_type_index" in vars(cls)]
    assert IntegerAttr in classes
    for cls in classes[1:]:
        names = [name for name, _ in cls.get_irdl_definition().parameters]
        assert cls.get_type_index() == names.index("type"), cls
    assert IntegerAttr(1, i32).get_type() == i32


def test_what_is_printed_is_read_back() -> None:
    text = '%0 = "test.op"() : () -> i64\n%1 = late.twice %0 {mark}'
    module = parse(text)
    module.verify()
    assert "late.twice %0 {mark}" in str(module)
    assert str(parse(str(module))) == str(module)


def test_a_mistake_in_a_format_shows_when_it_is_used() -> None:
    with pytest.raises(ParseError, match="no_such_operand"):
        parse('%0 = "test.op"() : () -> i64\nlate.wrong_format %0')


def test_a_mistake_in_an_operation_shows_when_it_is_used() -> None:
    with pytest.raises(PyRDLOpDefinitionError, match="value is neither a function"):
        WrongFieldOp.create().verify()


def pick(cls: type[PickOp], *, choices: int = 2) -> tuple[PickOp, list[Operation]]:
    """An operation made without the builder that looks at definitions, and the operations that give its operands."""
    operands = [test.TestOp(result_types=[i64]) for _ in range(choices + 1)]
    op = cls.create(
        operands=[operand.results[0] for operand in operands],
        result_types=[i64],
        properties={"operandSegmentSizes": DenseArrayBase.from_list(i32, [1, choices, 0])},
    )
    return op, list(operands)


def test_fields_of_an_operation_are_found() -> None:
    op, operands = pick(make_pick())
    assert op.index.owner is operands[0]
    assert [choice.owner for choice in op.choices] == operands[1:]
    assert op.otherwise is None
    assert op.note is None
    assert op.size == IntegerAttr(8, i64)  # the default
    op.verify()


def test_defaults_are_filled_in_before_and_after_the_definition_is_read() -> None:
    cls = make_pick()
    size = IntegerAttr(8, i64)
    assert cls.create().properties == {"size": size}
    assert type(cls.get_irdl_definition()) is not OpDef  # making an operation reads nothing
    assert cls.create(properties={"size": IntegerAttr(9, i64)}).size == IntegerAttr(9, i64)
    assert type(cls.get_irdl_definition()) is OpDef
    assert cls.create().properties == {"size": size}
    assert not cls.create().attributes


def test_implicit_builders_see_what_is_made() -> None:
    block = Block()
    with ImplicitBuilder(block):
        op = make_pick().create()
    assert block.first_op is op


def test_the_first_use_of_a_field_may_set_it() -> None:
    op, _ = pick(make_pick())
    op.note = StringAttr("a")
    op.size = IntegerAttr(9, i64)
    assert op.properties["note"] == StringAttr("a")
    assert op.properties["size"] == IntegerAttr(9, i64)
    op.note = None
    assert "note" not in op.properties
    with pytest.raises(NotImplementedError):
        op.index = op.index


def test_an_operation_is_verified() -> None:
    op, _ = pick(make_pick())
    op.properties["size"] = StringAttr("no integer")
    with pytest.raises(VerifyException, match="should be of base attribute integer"):
        op.verify()


def test_traits_are_those_of_the_class_and_inherited_ones() -> None:
    cls = make_pick()
    assert cls.traits.traits == {Pure(), Commutative()}
    definition = cls.get_irdl_definition()
    assert dict(definition.operands).keys() == {"index", "choices", "otherwise"}
    assert type(definition) is OpDef
    assert definition.traits is cls.traits
    assert cls.traits.traits == {Pure(), Commutative()}


def test_classes_that_share_fields_do_not_share_definitions() -> None:
    first, second = make_pick(), make_pick()
    assert [name for name, _ in first.get_irdl_definition().results] == ["picked"]
    assert "index" in vars(first)
    assert "index" not in vars(second)
    op, operands = pick(second)
    assert op.index.owner is operands[0]


def test_threads_may_come_at_once() -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(10):
            cls = make_pick()
            start = threading.Barrier(4)
            found: list[bool] = []

            def use(
                cls: type[PickOp] = cls, start: threading.Barrier = start, to: list[bool] = found
            ) -> None:
                start.wait()
                op, operands = pick(cls)
                to.append(op.index.owner is operands[0] and len(op.choices) == 2)

            threads = [threading.Thread(target=use) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert found == [True] * 4
    finally:
        sys.setswitchinterval(interval)
