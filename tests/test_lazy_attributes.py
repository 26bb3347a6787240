"""Definitions of attributes are read late, and mean the same."""

from __future__ import annotations

import pytest
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, StringAttr, i32
from xdsl.ir import ParametrizedAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.irdl.attributes import ParamAttrDef, PyRDLAttrDefinitionError, param_def
from xdsl.utils.exceptions import VerifyException

import tir


@irdl_attr_definition
class PairAttr(ParametrizedAttribute):
    """An attribute with two parameters."""

    name = "late.pair"
    first: StringAttr
    rest: ArrayAttr[IntegerAttr] = param_def()


@irdl_attr_definition
class WrongAttr(ParametrizedAttribute):
    """An attribute with something that is no parameter."""

    name = "late.wrong"
    first: StringAttr = 3  # pyright: ignore[reportAssignmentType]


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
