"""Makes xDSL read the definition of an attribute or operation when it is first used.

While the class is made, xDSL derives constraints from the annotations of every attribute and from the fields of every
operation, and compiles the assembly format. That is most of what importing a dialect costs; a process that compiles
functions uses few of the classes that it imports, and prints or parses none. Importing this module makes it late, for all
classes that are made from then on; a mistake in a definition then shows when it is first used.
"""

from __future__ import annotations

import os
import threading
from inspect import get_annotations
from typing import Any

from xdsl.ir import Attribute, Operation, OpTraits, ParametrizedAttribute, TypedAttribute
from xdsl.irdl import operations
from xdsl.irdl.attributes import ParamAttrDef
from xdsl.irdl.operations import IRDLOperation, OpDef, OptionalDef

_read_attribute = ParamAttrDef.from_pyrdl
_read_operation = OpDef.from_pyrdl
_make_accessors = operations.get_accessors_from_op_def
_fill_in_from_definition = IRDLOperation.__post_init__
_Field: Any = operations._OpDefField  # pyright: ignore[reportPrivateUsage]
_PropertyField: Any = operations._PropertyFieldDef  # pyright: ignore[reportPrivateUsage]
_AttributeField: Any = operations._AttributeFieldDef  # pyright: ignore[reportPrivateUsage]

_READING = threading.RLock()
"""Held while the fields of an operation become accessors."""

# A child of a fork must not wait for a thread that it does not have.
os.register_at_fork(
    before=_READING.acquire, after_in_parent=_READING.release, after_in_child=_READING.release
)


class _LateAttribute(ParamAttrDef):
    """The definition of an attribute class, which becomes an ordinary one when it is first looked at."""

    def __init__(self, pyrdl_def: type[ParametrizedAttribute]) -> None:
        self._attribute = pyrdl_def
        self._is_being_made = issubclass(pyrdl_def, TypedAttribute)

    def __getattr__(self, name: str) -> Any:
        if name == "parameters":
            names = _annotations(self._attribute)
            if not names:
                # Most attributes that importing makes, the types of floats among them, have none.
                self.parameters = []
                return self.parameters
            if self._is_being_made:
                # The decorator looks where the type of a typed attribute is, and asks for no more.
                self._is_being_made = False
                return [(parameter, None) for parameter in names]
        # Two threads may both come here: they read the same.
        self.__dict__.update(_read_attribute(self._attribute).__dict__)
        self.__class__ = ParamAttrDef  # pyright: ignore[reportAttributeAccessIssue]
        return getattr(self, name)


def _annotations(attribute: type[ParametrizedAttribute]) -> list[str]:
    """What a class, or one between it and `ParametrizedAttribute`, says of the types of its parameters, in their order."""
    own = attribute.__mro__[: attribute.__mro__.index(ParametrizedAttribute)]
    annotated: dict[str, Any] = {}
    for cls in reversed(own):
        annotated |= get_annotations(cls)
    return [
        name
        for name, type_ in annotated.items()
        if name != "name" and not str(type_).startswith(("ClassVar", "typing.ClassVar"))
    ]


class _LateOperation(OpDef):
    """The definition of an operation class, which becomes an ordinary one when it is first looked at.

    The class has the fields that were written in it until then, and accessors afterwards.
    """

    def __init__(self, pyrdl_def: type[IRDLOperation]) -> None:
        self.name = pyrdl_def.name
        self.assembly_format = pyrdl_def.assembly_format
        self._operation = pyrdl_def

    def __getattr__(self, name: str) -> Any:
        with _READING:
            if name in self.__dict__:
                pass  # another thread was here
            elif name == "_defaults":
                self._defaults = _find_defaults(self._operation)
            elif isinstance(self, _LateOperation):
                self._read()
        return getattr(self, name)

    def _read(self) -> None:
        _ = self._defaults  # while the fields are there
        definition = _read_operation(self._operation)
        for name, accessor in _make_accessors(definition, None).items():
            if isinstance(getattr(self._operation, name, None), _Field):
                setattr(self._operation, name, accessor)
        definition.assembly_format = self.assembly_format
        definition.traits = self._operation.traits
        self.__dict__.update(definition.__dict__)
        self.__class__ = OpDef  # pyright: ignore[reportAttributeAccessIssue]


class _LateFormat:
    """The assembly format of an operation."""

    __slots__ = ("_definition", "_program")

    def __init__(self, definition: OpDef) -> None:
        self._definition = definition
        self._program: Any = None

    def program(self) -> Any:
        """The `FormatProgram`, read now if it has not been."""
        if self._program is None:
            # Importing it loads xDSL's parser.
            from xdsl.irdl.declarative_assembly_format import FormatProgram  # noqa: PLC0415

            text = self._definition.assembly_format
            assert text is not None
            self._program = FormatProgram.from_str(text, self._definition)
        return self._program


def _late_methods(definition: OpDef, custom_verify: Any) -> dict[str, Any]:
    """What `irdl_op_definition` adds to a class, without the accessors."""
    if not isinstance(definition, _LateOperation):
        return _make_accessors(definition, custom_verify)

    def get_irdl_definition(cls: type[IRDLOperation]) -> OpDef:
        return definition

    def verify(self: IRDLOperation) -> None:
        definition.verify(self)
        custom_verify(self)

    methods: dict[str, Any] = {
        "get_irdl_definition": classmethod(get_irdl_definition),
        "verify_": verify,
        "traits": _all_traits(definition._operation),
    }
    if definition.assembly_format is not None:
        late = _LateFormat(definition)

        def parse(cls: type[IRDLOperation], parser: Any) -> IRDLOperation:
            return late.program().parse(parser, cls)

        def print_(self: IRDLOperation, printer: Any) -> None:
            late.program().print(printer, self)

        # Reading the definition finds no format beside the methods.
        methods |= {"parse": classmethod(parse), "print": print_, "assembly_format": None}
    return methods


def _all_traits(operation: type[IRDLOperation]) -> OpTraits:
    """The traits of a class and those that it inherits."""
    found = [cls.__dict__["traits"] for cls in operation.__mro__ if "traits" in cls.__dict__]
    found = [traits for traits in found if isinstance(traits, OpTraits)]
    if len(found) == 1:
        return found[0]
    return OpTraits(lambda: tuple(trait for traits in found for trait in traits.gen_traits()))


def _find_defaults(operation: type[IRDLOperation]) -> list[tuple[bool, str, Attribute]]:
    """The properties (True) and attributes that every operation of a class has, with their default values."""
    fields: dict[str, Any] = {}
    for cls in reversed(operation.__mro__):
        fields.update(cls.__dict__)
    return [
        (isinstance(field, _PropertyField), field.ir_name or name, field.default_value)
        for name, field in fields.items()
        if isinstance(field, (_PropertyField, _AttributeField))
        and field.default_value is not None
        and not issubclass(field.cls, OptionalDef)
    ]


def _fill_in_defaults(self: IRDLOperation) -> None:
    """As xDSL does when an operation is made, without reading its definition."""
    defaults = getattr(self.get_irdl_definition(), "_defaults", None)
    if defaults is None:
        # A definition that was not written as a class.
        return _fill_in_from_definition(self)
    for is_property, name, default in defaults:
        (self.properties if is_property else self.attributes).setdefault(name, default)
    # xDSL's implicit builders put a function of their own there.
    Operation.__post_init__(self)


def _verify_attribute(self: Attribute) -> None:
    """As xDSL does when an attribute is made, without asking whether its class may be one of attributes."""
    self._verify()


def _remember_name(field: Any, owner: type, name: str) -> None:
    field.name = name


def _get(field: Any, instance: IRDLOperation | None, owner: type[IRDLOperation]) -> Any:
    if instance is None:
        return field
    _ = owner.get_irdl_definition().options  # puts an accessor before the field
    return getattr(instance, field.name)


def _set(field: Any, instance: IRDLOperation, value: Any) -> None:
    _ = instance.get_irdl_definition().options
    setattr(instance, field.name, value)


Attribute.__post_init__ = _verify_attribute
IRDLOperation.__post_init__ = _fill_in_defaults
_Field.__set_name__ = _remember_name
_Field.__get__ = _get
_Field.__set__ = _set
ParamAttrDef.from_pyrdl = staticmethod(_LateAttribute)
OpDef.from_pyrdl = staticmethod(_LateOperation)  # pyright: ignore[reportAttributeAccessIssue]
operations.get_accessors_from_op_def = _late_methods
