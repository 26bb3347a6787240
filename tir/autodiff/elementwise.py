"""Rules of elementwise operations, as partial derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

from tir.autodiff.registry import ZERO, NoGradient, Undefined, gradient
from tir.autodiff.shapes import sum_to
from tir.dialects.tir.base import TirOp, type_dtype
from tir.dialects.tir.elementwise import ElementwiseOp
from tir.graph import build
from tir.graph.constants import constant
from tir.graph.variable import Apply, Constant, Op, Variable

Partial = Callable[..., Any]
"""From the output's gradient, the output and the inputs to one input's gradient, before it is summed to its shape."""


def elementwise(
    op_class: type[ElementwiseOp], *partials: Partial | Literal[NoGradient.ZERO] | Undefined
) -> None:
    """Register the gradient of an elementwise operation: one function (g, z, x, y, ...) for each input.

    `g` is the gradient of the output `z`; the inputs come converted to the dtypes in which the operation computes.
    The result is summed over what was broadcast.

        elementwise(arithmetic.MulOp, lambda g, z, x, y: mul(g, y), lambda g, z, x, y: mul(g, x))
    """

    def rule(node: Apply, gradients: Sequence[Any]) -> list[Any]:
        return [
            one
            if isinstance(one, NoGradient | Undefined)
            else partial(_pull_back, node, index, one, gradients[0])
            for index, one in enumerate(partials)
        ]

    gradient(op_class)(rule)


def _pull_back(node: Apply, index: int, derivative: Partial, output_gradient: Variable) -> Any:
    inputs = _converted_inputs(node)
    result = derivative(output_gradient, node.outputs[0], *inputs)
    return sum_to(result, node.inputs[index])


def _converted_inputs(node: Apply) -> list[Any]:
    """The inputs in the dtypes in which the operation computes, so that the square of an int8 cannot overflow."""
    op: Any = node.op
    dtypes = op.op_class.operand_dtypes(
        [type_dtype(v.type.ir_type) for v in node.inputs], op.properties
    )
    return [_convert(v, dtype) for v, dtype in zip(node.inputs, dtypes, strict=True)]


def _convert(variable: Variable, dtype: str) -> Any:
    # A constant stays one, for the rules that look at values.
    if isinstance(variable, Constant) and variable.type.dtype != dtype:
        return constant(variable.data, dtype=dtype)
    return build.cast(variable, dtype)


def zero_gradient(*op_classes: type[TirOp] | type[Op]) -> None:
    """Register operations that are constant almost everywhere: their gradients are zero."""

    @gradient(*op_classes)
    def rule(node: Apply, gradients: Sequence[Any]) -> list[Any]:
        return [ZERO] * len(node.inputs)
