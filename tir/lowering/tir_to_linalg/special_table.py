"""The scalar operations of the special functions, for the table of elementwise operations."""

from __future__ import annotations

from xdsl.ir import Operation

from tir.dialects import math_special
from tir.dialects.tir import special
from tir.dialects.tir.elementwise import ElementwiseOp
from tir.lowering.tir_to_linalg.scalar_table import Row, extended

_SCALARS: dict[type[ElementwiseOp], type[Operation]] = {
    special.GammalnOp: math_special.GammalnOp,
    special.GammaOp: math_special.GammaOp,
    special.PsiOp: math_special.PsiOp,
    special.TriGammaOp: math_special.TriGammaOp,
    special.ErfinvOp: math_special.ErfinvOp,
    special.ErfcinvOp: math_special.ErfcinvOp,
    special.ErfcxOp: math_special.ErfcxOp,
    special.GammaincOp: math_special.GammaincOp,
    special.GammainccOp: math_special.GammainccOp,
    special.JvOp: math_special.JvOp,
    special.IvOp: math_special.IvOp,
    special.J0Op: math_special.J0Op,
    special.J1Op: math_special.J1Op,
    special.I0Op: math_special.I0Op,
    special.I1Op: math_special.I1Op,
}


def row(op_class: type[ElementwiseOp]) -> Row | None:
    """The row of a special function; None for any other operation."""
    scalar = _SCALARS.get(op_class)
    return None if scalar is None else Row(extended(scalar))
