"""Lets xDSL's finder of dialects in `.irdl` files load when an import finds nothing else.

xDSL puts it last among Python's finders. What it needs of Python's library takes longer to import than most dialects do.
Importing this module makes it late, if xDSL's dialects have not been imported.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_NAME = "xdsl.utils.dialect_loader"


class _LateFinder:
    """Stands for xDSL's `IRDLDialectFinder`, and gives way to it when it is first asked."""

    def __init__(self, get_all_dialects: Any) -> None:
        self._get_all_dialects = get_all_dialects
        self._is_loading = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What xDSL's finder finds."""
        if self._is_loading:
            # What xDSL's finder imports may look in vain for modules of other systems.
            return None
        self._is_loading = True
        finder = _loaded().IRDLDialectFinder(self._get_all_dialects)
        sys.meta_path[:] = [finder if other is self else other for other in sys.meta_path]
        return finder.find_spec(fullname, path, target)


def _loaded() -> ModuleType:
    if sys.modules.get(_NAME) is _STAND_IN:
        del sys.modules[_NAME]
    return import_module(_NAME)


def _get(name: str) -> Any:
    # Python asks a module for such names when it imports from it.
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(_loaded(), name)


_STAND_IN = ModuleType(_NAME, "Loaded when it is used.")
_STAND_IN.IRDLDialectFinder = _LateFinder  # pyright: ignore[reportAttributeAccessIssue]
_STAND_IN.__getattr__ = _get  # pyright: ignore[reportAttributeAccessIssue]

if "xdsl.dialects" not in sys.modules:
    sys.modules.setdefault(_NAME, _STAND_IN)
