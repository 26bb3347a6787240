"""One thin function per operation of the dialect: what gradients and the front end build graphs from.

Each takes variables, numbers or arrays, and gives a variable. Names follow the dialect; a trailing underscore marks a
name that Python has taken.
"""

# One name per line would make this file longer than all it names.
# fmt: off
# ruff: noqa: F401, I001

from __future__ import annotations

from tir.graph.builders.elementwise import (
    abs_, add, and_, arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh, cbrt, ceil, clip,
    cos, cosh, deg2rad, eq, erf, erfc, exp, exp2, expm1, floor, ge, gt, int_div, invert, isinf,
    isnan, le, log, log10, log1p, log2, lt, maximum, minimum, mod, mul, neg, neq, or_, pow_,
    rad2deg, reciprocal, round_half_away_from_zero, round_half_to_even, second, sgn, sigmoid, sin,
    sinh, softplus, sqr, sqrt, sub, switch, tan, tanh, true_div, trunc, xor,
)
from tir.graph.builders.nodes import (
    apply, as_tensor_variable, cast, make_vector, scalar_like,
)
from tir.graph.builders.reduction import (
    all_, any_, argmax, argmin, batched_dot, dot, log_softmax, log_sum_exp, max_, min_, prod,
    softmax, softmax_cross_entropy, softmax_cross_entropy_grad, sum_,
)
from tir.graph.builders.structural import (
    advanced_inc_subtensor, advanced_set_subtensor, advanced_subtensor, alloc, arange,
    consider_constant, dim, dimshuffle, disconnected_grad, inc_subtensor, rebroadcast, reshape,
    set_subtensor, shape_scalars, subtensor, tensor_copy, zero_grad,
)
