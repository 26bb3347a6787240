"""Indexing maps of structured operations, as plain tuples.

Every map at the linalg level picks, for each dimension of an operand, one loop or the constant 0. A tuple of loop
numbers, with `ZERO` for the constant, composes faster than an affine map and says no less.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from xdsl.dialects.builtin import AffineMapAttr
from xdsl.ir.affine import AffineConstantExpr, AffineDimExpr, AffineExpr, AffineMap

from tir.support.errors import LoweringError

ZERO = -1
"""In a projection: the index is 0 whatever the loops are at."""

Projection = tuple[int, ...]


@lru_cache(maxsize=4096)
def affine_map(loops: int, projection: Projection) -> AffineMapAttr:
    """The projection as an affine map over a number of loops.

    >>> print(affine_map(2, (1, ZERO)))
    affine_map<(d0, d1) -> (d1, 0)>
    """
    results: list[AffineExpr] = [
        AffineExpr.constant(0) if p == ZERO else AffineExpr.dimension(p) for p in projection
    ]
    return AffineMapAttr(AffineMap(loops, 0, tuple(results)))


@lru_cache(maxsize=4096)
def projection(attribute: AffineMapAttr) -> Projection:
    """The projection of an affine map; `LoweringError` if it is none."""
    found = []
    for result in attribute.data.results:
        if isinstance(result, AffineDimExpr):
            found.append(result.position)
        elif isinstance(result, AffineConstantExpr) and result.value == 0:
            found.append(ZERO)
        else:
            raise LoweringError(f"{attribute} is not a projection of the loops")
    return tuple(found)


def compose(outer: Projection, inner: Projection) -> Projection:
    """`outer` after `inner`: the index into a producer's operand, seen from the consumer's loops.

    >>> compose((1, 0), (2, ZERO))
    (-1, 2)
    """
    return tuple(ZERO if p == ZERO else inner[p] for p in outer)


def identity(loops: int) -> Projection:
    """Each loop in turn."""
    return tuple(range(loops))


def broadcast(shape: Sequence[int], result_shape: Sequence[int]) -> Projection:
    """How an operand is read that broadcasts to `result_shape`, aligned at the last dimension.

    Static 1s against larger dimensions stay at 0.

    >>> broadcast((1, 5), (3, 4, 5))
    (-1, 2)
    """
    missing = len(result_shape) - len(shape)
    return tuple(
        ZERO if size == 1 and result_shape[missing + axis] != 1 else missing + axis
        for axis, size in enumerate(shape)
    )
