"""Tensor variables and constants."""

from __future__ import annotations

import numpy as np

from tir.frontend.tensor.operators import TensorOperators
from tir.graph.tensor_type import TensorType
from tir.graph.variable import Constant, Variable


class TensorVariable(TensorOperators, Variable):
    """A symbolic tensor: an input, or the result of an operation."""


class TensorConstant(TensorOperators, Constant):
    """A tensor whose value is known: `data`, a read-only array."""

    @property
    def value(self) -> np.ndarray:
        """A copy of the value."""
        return self.data.copy()

    def __str__(self) -> str:
        return self.name if self.name is not None else f"TensorConstant{{{_shown(self.data)}}}"


def _shown(data: np.ndarray) -> str:
    """A constant in a few characters: `2.0`, `(3,) of 0.5`, `[1 2 3]`."""
    if data.size > 0 and data.ndim > 0 and np.all(data == data.flat[0]):
        return f"{data.shape} of {data.flat[0]}"
    text = str(data)
    if len(text) <= 20:
        return text
    return f"{text[:10]}..{text[-9:]}".replace("\n", "")


TensorType.variable_class = TensorVariable
TensorType.constant_class = TensorConstant
