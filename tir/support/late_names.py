"""Names of a module that come from others, which are imported when a name is first asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def late_names(
    module: str, origins: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a module; `origins` maps other modules to the names that come from them.

    >>> getattr_, dir_ = late_names("sys", {"math": ["pi"]})
    >>> "pi" in dir_(), getattr_("pi")
    (True, 3.141592653589793)
    """
    origin_of = {name: origin for origin, names in origins.items() for name in names}

    def find(name: str) -> Any:
        origin = origin_of.get(name)
        if origin is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        value = getattr(import_module(origin), name)
        setattr(sys.modules[module], name, value)  # asked for once
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[module]), *origin_of})

    return find, names
