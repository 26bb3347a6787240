"""The `tir` dialect: operations on whole tensors, with Theano's broadcasting and dtypes.

Tensors are immutable values of type `tensor<?x1xf64>`: a static 1 is a dimension that broadcasts, `?` is one that
does not, whatever its size turns out to be. Elementwise operations broadcast static 1s and missing leading dimensions.
"""

from __future__ import annotations

from xdsl.ir import Dialect

from tir.dialects.tir import (
    arithmetic,
    comparison,
    contraction,
    indexing,
    nnet,
    reduction,
    structural,
    transcendental,
)
from tir.dialects.tir.base import TirOp


def _operations() -> list[type[TirOp]]:
    families = (
        structural,
        arithmetic,
        transcendental,
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
