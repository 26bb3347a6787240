"""The gradient rules of the dialect's operations; importing this package registers them."""

from __future__ import annotations

from tir.autodiff.rules import (
    arithmetic,
    comparison,
    contraction,
    indexing,
    nnet,
    reduction,
    structural,
    transcendental,
)

__all__ = [
    "arithmetic",
    "comparison",
    "contraction",
    "indexing",
    "nnet",
    "reduction",
    "structural",
    "transcendental",
]
