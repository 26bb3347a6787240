"""Gradients of comparisons, predicates and bitwise operations: zero, their results are discrete."""

from __future__ import annotations

from tir.autodiff.elementwise import zero_gradient
from tir.dialects.tir import comparison as ops

zero_gradient(
    ops.EqOp,
    ops.NeqOp,
    ops.LtOp,
    ops.LeOp,
    ops.GtOp,
    ops.GeOp,
    ops.IsnanOp,
    ops.IsinfOp,
    ops.AndOp,
    ops.OrOp,
    ops.XorOp,
    ops.InvertOp,
)
