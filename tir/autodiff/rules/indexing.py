"""Gradients of reading and writing parts of tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tir.autodiff.registry import FIRST_INPUT, gradient
from tir.autodiff.shapes import sum_to, zeros_like
from tir.dialects.tir import indexing as ops
from tir.dialects.tir.base import strings
from tir.graph.build import (
    advanced_inc_subtensor,
    advanced_set_subtensor,
    advanced_subtensor,
    alloc,
    arange,
    dim,
    dimshuffle,
    eq,
    inc_subtensor,
    scalar_like,
    set_subtensor,
    shape_scalars,
    subtensor,
    switch,
)
from tir.graph.constants import constant
from tir.graph.variable import Apply, Variable

TARGET_AND_VALUE = slice(2)
"""The connected inputs of a write; the others are indices."""


def _pattern(node: Apply) -> tuple[str, ...]:
    op: Any = node.op
    return strings(op.properties["pattern"])


@gradient(ops.SubtensorOp, connected=FIRST_INPUT)
def subtensor_(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """The gradient at its place among zeros."""
    x, *indices = node.inputs
    return [inc_subtensor(zeros_like(x), gradients[0], _pattern(node), indices)]


@gradient(ops.SetSubtensorOp, connected=TARGET_AND_VALUE)
def set_subtensor_(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """To the value what was written, to the target the rest."""
    (_, value, *indices), (g,), pattern = node.inputs, gradients, _pattern(node)
    return [
        lambda: set_subtensor(g, scalar_like(0, node.outputs[0]), pattern, indices),
        lambda: sum_to(subtensor(g, pattern, indices), value),
    ]


@gradient(ops.IncSubtensorOp, connected=TARGET_AND_VALUE)
def inc_subtensor_(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """All to the target, the region to the value."""
    (_, value, *indices), (g,), pattern = node.inputs, gradients, _pattern(node)
    return [g, lambda: sum_to(subtensor(g, pattern, indices), value)]


@gradient(ops.AdvancedSubtensorOp, connected=FIRST_INPUT)
def advanced_subtensor_(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """The gradient added at its places among zeros: an element read twice gets both."""
    x, *indices = node.inputs
    return [advanced_inc_subtensor(zeros_like(x), gradients[0], *indices)]


@gradient(ops.AdvancedSetSubtensorOp, connected=TARGET_AND_VALUE)
def advanced_set_subtensor_(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """To the value what was written and not overwritten by a duplicate, to the target the rest."""
    (target, value, *indices), (g,) = node.inputs, gradients

    def by_value() -> Any:
        region = advanced_subtensor(g, *indices)
        return sum_to(_without_overwritten(region, target, indices), value)

    return [
        lambda: advanced_set_subtensor(g, scalar_like(0, node.outputs[0]), *indices),
        by_value,
    ]


def _without_overwritten(region: Any, target: Variable, indices: Sequence[Variable]) -> Any:
    """`region`, zero where a later duplicate index wrote to the same place.

    Each place remembers the number of the write that came last; a write whose number is not there was overwritten.
    """
    if region.type.broadcastable[0]:
        return region
    zero, one = constant(np.int64(0)), constant(np.int64(1))
    numbers = arange(zero, dim(region, 0), one)
    places = alloc(zero, shape_scalars(target)[: len(indices)])
    last = advanced_subtensor(advanced_set_subtensor(places, numbers, *indices), *indices)
    order = [0, *["x"] * (region.type.ndim - 1)]
    return switch(dimshuffle(eq(last, numbers), order), region, scalar_like(0, region))


@gradient(ops.AdvancedIncSubtensorOp, connected=TARGET_AND_VALUE)
def advanced_inc_subtensor_(node: Apply, gradients: Sequence[Any]) -> list[Any]:
    """All to the target, what was read to the value."""
    (_, value, *indices), (g,) = node.inputs, gradients
    return [g, lambda: sum_to(advanced_subtensor(g, *indices), value)]
