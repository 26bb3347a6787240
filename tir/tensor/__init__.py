"""Symbolic tensors and the functions on them: `from tir import tensor as T`."""

# One name per line would make this file longer than all it names.
# fmt: off
# ruff: noqa: I001, RUF022

from __future__ import annotations

from typing import TYPE_CHECKING

from tir.support.late_names import late_names

from tir.frontend.tensor.operands import (
    as_tensor_variable,
)
from tir.frontend.tensor.comparison import (
    allclose, and_, eq, ge, gt, invert, isclose, isinf, isnan, le, lt, neq, or_, xor,
)
from tir.frontend.tensor.constructors import (
    bcol, bmatrix, brow, bscalar, btensor3, btensor4, btensor5, btensor6, btensor7, bvector, ccol,
    cmatrix, col, crow, cscalar, ctensor3, ctensor4, ctensor5, ctensor6, ctensor7, cvector, dcol,
    dmatrix, drow, dscalar, dtensor3, dtensor4, dtensor5, dtensor6, dtensor7, dvector, fcol,
    fmatrix, frow, fscalar, ftensor3, ftensor4, ftensor5, ftensor6, ftensor7, fvector, icol,
    imatrix, irow, iscalar, itensor3, itensor4, itensor5, itensor6, itensor7, ivector, lcol,
    lmatrix, lrow, lscalar, ltensor3, ltensor4, ltensor5, ltensor6, ltensor7, lvector, matrix,
    row, scalar, tensor, tensor3, tensor4, tensor5, tensor6, tensor7, vector, wcol, wmatrix, wrow,
    wscalar, wtensor3, wtensor4, wtensor5, wtensor6, wtensor7, wvector, zcol, zmatrix, zrow,
    zscalar, ztensor3, ztensor4, ztensor5, ztensor6, ztensor7, zvector,
)
from tir.frontend.tensor.creation import (
    alloc, arange, eye, ones, ones_like, zeros, zeros_like,
)
from tir.frontend.tensor.elementwise import (
    abs_, add, cast, ceil, ceil_intdiv, clip, divmod, floor, int_div, inv, iround, largest,
    maximum, minimum, mod, mod_check, mul, neg, pow, round, round_half_away_from_zero,
    round_half_to_even, second, sgn, smallest, sqr, sqrt, sub, switch, tensor_copy, true_div,
    trunc,
)
from tir.frontend.tensor.functions import (
    arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh, cbrt, cos, cosh, deg2rad, erf,
    erfc, exp, exp2, expm1, log, log10, log1p, log2, rad2deg, sin, sinh, tan, tanh,
)
from tir.frontend.tensor.indexing import (
    inc_subtensor, set_subtensor, take,
)
from tir.frontend.tensor.linear_algebra import (
    batched_dot, batched_tensordot, dot, matmul, outer, tensordot,
)
from tir.frontend.tensor.plurals import (
    cols, dcols, dmatrices, drows, dscalars, dtensor3s, dtensor4s, dtensor5s, dtensor6s,
    dtensor7s, dvectors, fcols, fmatrices, frows, fscalars, ftensor3s, ftensor4s, ftensor5s,
    ftensor6s, ftensor7s, fvectors, icols, imatrices, irows, iscalars, itensor3s, itensor4s,
    itensor5s, itensor6s, itensor7s, ivectors, lcols, lmatrices, lrows, lscalars, ltensor3s,
    ltensor4s, ltensor5s, ltensor6s, ltensor7s, lvectors, matrices, rows, scalars, tensor3s,
    tensor4s, tensor5s, tensor6s, tensor7s, vectors,
)
from tir.frontend.tensor.reductions import (
    all, any, argmax, argmin, max, max_and_argmax, mean, min, prod, ptp, std, sum, var,
)
from tir.frontend.tensor.shape import (
    addbroadcast, dimshuffle, flatten, get_vector_length, patternbroadcast, reshape, shape,
    shape_padaxis, shape_padleft, shape_padright, squeeze, swapaxes, transpose, unbroadcast,
)
from tir.frontend.tensor.variable import (
    TensorConstant, TensorVariable,
)
from tir.graph.build import consider_constant, disconnected_grad, zero_grad
from tir.graph.constants import AsTensorError, constant
from tir.graph.tensor_type import TensorType
from tir.support.dtypes import (
    ALL_DTYPES, DISCRETE_DTYPES, FLOAT_DTYPES, INTEGER_DTYPES, UNSIGNED_DTYPES,
)
from tir.tensor import nnet

Tensor = TensorType
as_tensor = as_tensor_variable
bitwise_and = and_
bitwise_not = invert
bitwise_or = or_
bitwise_xor = xor
fill = second
floor_div = int_div
power = pow
square = sqr
where = switch

all_dtypes = ALL_DTYPES
int_dtypes = INTEGER_DTYPES
uint_dtypes = UNSIGNED_DTYPES
discrete_dtypes = DISCRETE_DTYPES
integer_dtypes = (*INTEGER_DTYPES, *UNSIGNED_DTYPES)
float_dtypes = FLOAT_DTYPES
continuous_dtypes = FLOAT_DTYPES

if TYPE_CHECKING:
    from tir.autodiff.gradient import grad
    from tir.autodiff.operators import Lop, Rop, hessian, jacobian, subgraph_grad
    from tir.frontend.tensor.special import (
        chi2sf, erfcinv, erfcx, erfinv, gamma, gammainc, gammaincc, gammal, gammaln, gammau, i0,
        i1, iv, j0, j1, jv, psi, tri_gamma,
    )
    from tir.frontend.verify_grad import verify_grad

# Programs that only evaluate need no gradients, and few need special functions.
__getattr__, __dir__ = late_names(
    __name__,
    {
        "tir.autodiff.gradient": ["grad"],
        "tir.autodiff.operators": ["Lop", "Rop", "hessian", "jacobian", "subgraph_grad"],
        "tir.frontend.tensor.special": [
            "chi2sf", "erfcinv", "erfcx", "erfinv", "gamma", "gammainc", "gammaincc", "gammal",
            "gammaln", "gammau", "i0", "i1", "iv", "j0", "j1", "jv", "psi", "tri_gamma",
        ],
        "tir.frontend.verify_grad": ["verify_grad"],
    },
)

__all__ = [
    "AsTensorError", "Lop", "Rop", "Tensor", "TensorConstant", "TensorType", "TensorVariable",
    "abs_", "add", "addbroadcast", "all", "all_dtypes", "allclose", "alloc", "and_", "any",
    "arange", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax",
    "argmin", "as_tensor", "as_tensor_variable", "batched_dot", "batched_tensordot", "bcol",
    "bitwise_and", "bitwise_not",
    "bitwise_or", "bitwise_xor", "bmatrix", "brow", "bscalar", "btensor3", "btensor4", "btensor5",
    "btensor6", "btensor7", "bvector", "cast", "ccol", "cbrt", "ceil", "ceil_intdiv", "chi2sf", "clip", "cmatrix",
    "col", "cols", "consider_constant", "constant", "continuous_dtypes", "cos", "cosh", "crow",
    "cscalar", "ctensor3", "ctensor4", "ctensor5", "ctensor6", "ctensor7", "cvector", "dcol",
    "dcols", "deg2rad", "dimshuffle", "disconnected_grad", "discrete_dtypes", "divmod",
    "dmatrices", "dmatrix", "dot", "drow", "drows", "dscalar", "dscalars", "dtensor3",
    "dtensor3s", "dtensor4", "dtensor4s", "dtensor5", "dtensor5s", "dtensor6", "dtensor6s",
    "dtensor7", "dtensor7s", "dvector", "dvectors", "eq", "erf", "erfc", "erfcinv", "erfcx", "erfinv", "exp", "exp2", "expm1",
    "eye", "fcol", "fcols", "fill", "flatten", "float_dtypes", "floor", "floor_div", "fmatrices",
    "fmatrix", "frow", "frows", "fscalar", "fscalars", "ftensor3", "ftensor3s", "ftensor4",
    "ftensor4s", "ftensor5", "ftensor5s", "ftensor6", "ftensor6s", "ftensor7", "ftensor7s",
    "fvector", "fvectors", "gamma", "gammainc", "gammaincc", "gammal", "gammaln",
    "gammau", "ge", "get_vector_length", "grad", "gt", "hessian", "i0", "i1", "icol", "icols",
    "imatrices", "imatrix", "inc_subtensor", "int_div", "int_dtypes", "integer_dtypes", "inv",
    "invert", "iround", "irow", "irows", "iscalar", "iscalars", "isclose", "isinf", "isnan",
    "itensor3", "itensor3s", "itensor4", "itensor4s", "itensor5", "itensor5s", "itensor6",
    "itensor6s", "itensor7", "itensor7s", "iv", "ivector", "ivectors", "j0", "j1", "jacobian", "jv", "largest", "lcol",
    "lcols", "le", "lmatrices", "lmatrix", "log", "log10", "log1p", "log2", "lrow", "lrows",
    "lscalar", "lscalars", "lt", "ltensor3", "ltensor3s", "ltensor4", "ltensor4s", "ltensor5",
    "ltensor5s", "ltensor6", "ltensor6s", "ltensor7", "ltensor7s", "lvector", "lvectors",
    "matmul", "matrices", "matrix", "max", "max_and_argmax", "maximum", "mean", "min", "minimum",
    "mod", "mod_check", "mul", "neg", "neq", "nnet", "ones", "ones_like", "or_", "outer",
    "patternbroadcast", "pow", "power", "prod", "psi", "ptp", "rad2deg", "reshape", "round",
    "round_half_away_from_zero", "round_half_to_even", "row", "rows", "scalar", "scalars",
    "second", "set_subtensor", "sgn", "shape", "shape_padaxis", "shape_padleft", "shape_padright",
    "sin", "sinh", "smallest", "sqr", "sqrt", "square", "squeeze", "std", "sub", "subgraph_grad",
    "sum", "swapaxes", "switch", "take", "tan", "tanh", "tensor", "tensor3",
    "tensor3s",
    "tensor4", "tensor4s", "tensor5", "tensor5s", "tensor6", "tensor6s", "tensor7", "tensor7s",
    "tensordot",
    "tensor_copy", "transpose", "tri_gamma", "true_div", "trunc", "uint_dtypes", "unbroadcast", "var",
    "vector", "vectors", "verify_grad", "wcol", "where", "wmatrix", "wrow", "wscalar", "wtensor3",
    "wtensor4", "wtensor5", "wtensor6", "wtensor7", "wvector", "xor", "zcol", "zero_grad",
    "zeros", "zeros_like", "zmatrix", "zrow", "zscalar", "ztensor3", "ztensor4", "ztensor5",
    "ztensor6", "ztensor7", "zvector",
]
