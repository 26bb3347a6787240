"""Makes Python compile the methods of xDSL's dataclasses when each is first used.

Every attribute, constraint and operation of xDSL is a dataclass. Python writes five methods for each as text and compiles
them, which was a third of what `import tir` cost; a process that compiles functions uses few of them. Importing this
module does it, for the dataclasses that xDSL and tir make from then on. Python 3.13 and later compile all methods of a
class at once, which costs less, and are left as they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import FunctionType
from typing import Any

_PACKAGES = ("xdsl.", "tir.")

_create_function: Callable[..., FunctionType] | None = getattr(dataclasses, "_create_fn", None)
_process_class: Callable[..., type] = dataclasses._process_class  # pyright: ignore[reportAttributeAccessIssue]


class _LateMethod:
    """A generated method of a dataclass, compiled when it is first looked up."""

    __slots__ = ("__name__", "_create", "_function")

    def __init__(self, name: str, create: Callable[[], FunctionType]) -> None:
        self.__name__ = name
        self._create = create
        self._function: FunctionType | None = None

    def __get__(self, instance: object, owner: type) -> Any:
        function = self._compiled()
        for cls in owner.__mro__:
            # Two threads may both come here: either's function does.
            if cls.__dict__.get(self.__name__) is self:
                function.__qualname__ = f"{cls.__qualname__}.{self.__name__}"
                setattr(cls, self.__name__, function)
        return function.__get__(instance, owner)

    def __call__(self, *args: Any) -> Any:
        # The printed form of a dataclass is a function around the generated one.
        return self._compiled()(*args)

    def _compiled(self) -> FunctionType:
        if self._function is None:
            self._function = self._create()
        return self._function


def _nothing(self: object) -> None:
    pass


def _create_late(name: str, args: Any, body: Any, **scope: Any) -> FunctionType | _LateMethod:
    assert _create_function is not None
    create = _create_function
    if not (scope.get("globals") or {}).get("__name__", "").startswith(_PACKAGES):
        return create(name, args, body, **scope)
    if args == ["self"] and body == ["pass"]:
        # The constructor of a class without fields, as most passes are.
        return FunctionType(_nothing.__code__, {}, name)
    return _LateMethod(name, lambda: create(name, args, body, **scope))


def _process_documented(cls: type, *args: Any, **options: Any) -> type:
    # Without a docstring Python writes one, which needs the constructor and its signature.
    if not cls.__doc__ and cls.__module__.startswith(_PACKAGES):
        cls.__doc__ = cls.__name__
    return _process_class(cls, *args, **options)


if _create_function is not None:
    dataclasses._create_fn = _create_late  # pyright: ignore[reportAttributeAccessIssue]
dataclasses._process_class = _process_documented  # pyright: ignore[reportAttributeAccessIssue]
