"""All operations of the `tir` dialect, for those who read its text; others import the families that they need."""

from __future__ import annotations

from xdsl.ir import Dialect

from tir.dialects.tir import (
    arithmetic,
    comparison,
    contraction,
    indexing,
    nnet,
    reduction,
    special,
    structural,
    transcendental,
)
from tir.dialects.tir.base import TirOp


def _operations() -> list[type[TirOp]]:
    families = (
        structural,
        arithmetic,
        transcendental,
        special,
        comparison,
        reduction,
        indexing,
        contraction,
        nnet,
    )
    return [
        member
        for family in families
        for member in vars(family).values()
        # `issubclass` asks an abstract class for all its subclasses each time.
        if isinstance(member, type)
        and TirOp in member.__mro__
        and member.__module__ == family.__name__
        and "name" in vars(member)
    ]


OPERATIONS: tuple[type[TirOp], ...] = tuple(_operations())
"""Every operation of the dialect, family by family."""

Tir = Dialect("tir", list(OPERATIONS))
