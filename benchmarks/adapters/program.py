"""What an adapter makes of a workload."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

STEPS = 3
"""So many steps of a workload with a state are compared with the oracle."""


@dataclass(frozen=True)
class Program:
    """A statement to time, the names in it, and how to see what it computes.

    The statement is text, so that nothing stands between the clock and the framework's own function.
    """

    statement: str
    names: dict[str, Any]
    results: Callable[[], list[np.ndarray[Any, Any]]]
    """Computes once, or makes the first steps, and gives the arrays. Called before the statement is run."""


def letters(arguments: Sequence[Any]) -> dict[str, Any]:
    """Arguments by the names they have in statements: a, b, c, ..."""
    return dict(zip(string.ascii_lowercase, arguments, strict=False))


def call_of(arguments: Sequence[Any]) -> str:
    """The text of a call.

    >>> call_of([1, 2])
    'call(a, b)'
    """
    return f"call({', '.join(letters(arguments))})"


def as_list(outputs: Any) -> list[Any]:
    """One output or several as a list."""
    return list(outputs) if isinstance(outputs, list | tuple) else [outputs]


def descend(step: Callable[[], Any], parameters: Callable[[], list[Any]]) -> list[Any]:
    """The costs of the first steps, then the parameters they lead to."""
    return [np.asarray(step()) for _ in range(STEPS)] + parameters()
