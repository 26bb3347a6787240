"""Elementary functions as straight-line scalar code: the pass `expand-math`."""

from tir.lowering.expand_math.expand_math import ExpandMathPass

__all__ = ["ExpandMathPass"]
