"""What comes from modules that are imported when it is first asked for: names of a module, and functions."""

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


def late_function(reference: str) -> Callable[..., Any]:
    """A function that stands for the one that "module:name" refers to, which is imported when it is first called.

    >>> late_function("math:sqrt")(4)
    2.0
    """
    module, _, name = reference.partition(":")

    def call(*args: Any, **options: Any) -> Any:
        return getattr(import_module(module), name)(*args, **options)

    call.__name__ = call.__qualname__ = name
    call.__module__ = module
    return call
