"""From whole-tensor operations to linalg on tensors, family by family."""

from tir.lowering.tir_to_linalg.tir_to_linalg import TirToLinalgPass

__all__ = ["TirToLinalgPass"]
