"""Products of erfc and an exponential, of which one underflows where the other overflows."""

from __future__ import annotations

from xdsl.ir import SSAValue

from tir.dialects.tir.arithmetic import MulOp, NegOp, ReciprocalOp, SqrOp
from tir.dialects.tir.base import TirOp
from tir.dialects.tir.canonicalization.matching import operand_of, producer
from tir.dialects.tir.canonicalization.pattern import Rewriter
from tir.dialects.tir.transcendental import ErfcOp, ExpOp
from tir.transforms.stabilization.logarithms import float_argument


def match_scaled_erfc(
    rewriter: Rewriter, factors: list[tuple[int, SSAValue]]
) -> tuple[set[int], SSAValue] | None:
    """`exp(-x**2) / erfc(x)`, as in the gradient of `log(erfc(x))`, and `exp(x**2) * erfc(x)`.

    Gives the numbers of the factors, and `1 / erfcx(x)` or `erfcx(x)`.
    """
    for first, (exponent, value) in enumerate(factors):
        x = operand_of(value, ErfcOp)
        if x is None or abs(exponent) != 1:
            continue
        for second, (other_exponent, other) in enumerate(factors):
            argument = operand_of(other, ExpOp)
            if other_exponent != 1 or argument is None:
                continue
            square = argument if exponent == 1 else operand_of(argument, NegOp)
            if square is not None and _is_square(square, x):
                scaled = rewriter.create(_erfcx(), float_argument(rewriter, value))
                if exponent == -1:
                    scaled = rewriter.create(ReciprocalOp, scaled)
                return {first, second}, scaled
    return None


def _is_square(value: SSAValue, x: SSAValue) -> bool:
    product = producer(value, MulOp)
    if product is not None:
        return all(operand is x for operand in product.operands)
    return operand_of(value, SqrOp) is x


def _erfcx() -> type[TirOp]:
    # Its family is imported for the few programs that need it.
    from tir.dialects.tir.special import ErfcxOp  # noqa: PLC0415

    return ErfcxOp
