"""Makes xDSL read the definition of an attribute when the first one is made.

xDSL derives constraints from the annotations of every attribute class while the class is made; a process uses few of the
classes that it imports. Importing this module does it, for all attribute classes that are made from then on; a mistake in
a definition then shows when it is first used.
"""

from __future__ import annotations

from typing import Any

from xdsl.ir import ParametrizedAttribute
from xdsl.irdl.attributes import ParamAttrDef

_read_definition = ParamAttrDef.from_pyrdl


class _LateDefinition(ParamAttrDef):
    """The definition of one attribute class, which becomes an ordinary one when it is first looked at."""

    def __init__(self, pyrdl_def: type[ParametrizedAttribute]) -> None:
        self._attribute_class = pyrdl_def

    def __getattr__(self, name: str) -> Any:
        # Two threads may both come here: they read the same.
        self.__dict__.update(_read_definition(self._attribute_class).__dict__)
        self.__class__ = ParamAttrDef  # pyright: ignore[reportAttributeAccessIssue]
        return getattr(self, name)


ParamAttrDef.from_pyrdl = staticmethod(_LateDefinition)
