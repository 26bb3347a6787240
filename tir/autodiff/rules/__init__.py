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

FAMILIES = (
    structural,
    arithmetic,
    transcendental,
    comparison,
    reduction,
    indexing,
    contraction,
    nnet,
)
"""The modules with the rules, named as the modules of the dialect."""
