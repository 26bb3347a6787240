"""Variables of every shape and dtype.

A prefix says the dtype: b, w, i, l are int8 to int64, f and d are float32 and float64; without one it is floatX. The
prefixed names are types, which make a variable when called: `dmatrix("x")`. The prefixes c and z, complex numbers,
raise `UnsupportedError` when called.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from tir.config import config
from tir.graph.tensor_type import TensorType
from tir.support.dtypes import unsupported_dtype
from tir.support.errors import UnsupportedError

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable

Pattern = tuple[bool, ...]


def tensor(dtype: Any, broadcastable: Any, name: str | None = None) -> TensorVariable:
    """A variable of any dtype and shape: `broadcastable` has a boolean for each dimension, true where it is 1.

    >>> tensor("uint8", (False, True), name="x").type
    TensorType(uint8, col)
    """
    return TensorType(dtype, broadcastable)(name)


def _unprefixed(pattern: Pattern, name: str | None, dtype: Any) -> Any:
    return TensorType(config.floatX if dtype is None else dtype, pattern)(name)


def scalar(name: str | None = None, dtype: Any = None) -> TensorVariable:
    """A variable for a scalar, of floatX by default."""
    return _unprefixed((), name, dtype)


def vector(name: str | None = None, dtype: Any = None) -> TensorVariable:
    """A variable for a vector, of floatX by default."""
    return _unprefixed((False,), name, dtype)


def row(name: str | None = None, dtype: Any = None) -> TensorVariable:
    """A variable for a matrix of one row, broadcastable, of floatX by default."""
    return _unprefixed((True, False), name, dtype)


def col(name: str | None = None, dtype: Any = None) -> TensorVariable:
    """A variable for a matrix of one column, broadcastable, of floatX by default."""
    return _unprefixed((False, True), name, dtype)


def matrix(name: str | None = None, dtype: Any = None) -> TensorVariable:
    """A variable for a matrix, of floatX by default.

    >>> matrix("x").type
    TensorType(float64, matrix)
    """
    return _unprefixed((False, False), name, dtype)


def tensor3(name: str | None = None, dtype: Any = None) -> TensorVariable:
    """A variable for a tensor of 3 dimensions, of floatX by default."""
    return _unprefixed((False,) * 3, name, dtype)


def tensor4(name: str | None = None, dtype: Any = None) -> TensorVariable:
    """A variable for a tensor of 4 dimensions, of floatX by default."""
    return _unprefixed((False,) * 4, name, dtype)


def tensor5(name: str | None = None, dtype: Any = None) -> TensorVariable:
    """A variable for a tensor of 5 dimensions, of floatX by default."""
    return _unprefixed((False,) * 5, name, dtype)


def tensor6(name: str | None = None, dtype: Any = None) -> TensorVariable:
    """A variable for a tensor of 6 dimensions, of floatX by default."""
    return _unprefixed((False,) * 6, name, dtype)


def tensor7(name: str | None = None, dtype: Any = None) -> TensorVariable:
    """A variable for a tensor of 7 dimensions, of floatX by default."""
    return _unprefixed((False,) * 7, name, dtype)


def _types(pattern: Pattern) -> list[TensorType]:
    dtypes = ("int8", "int16", "int32", "int64", "float32", "float64")
    return [TensorType(dtype, pattern) for dtype in dtypes]


bscalar, wscalar, iscalar, lscalar, fscalar, dscalar = _types(())
bvector, wvector, ivector, lvector, fvector, dvector = _types((False,))
brow, wrow, irow, lrow, frow, drow = _types((True, False))
bcol, wcol, icol, lcol, fcol, dcol = _types((False, True))
bmatrix, wmatrix, imatrix, lmatrix, fmatrix, dmatrix = _types((False, False))
btensor3, wtensor3, itensor3, ltensor3, ftensor3, dtensor3 = _types((False,) * 3)
btensor4, wtensor4, itensor4, ltensor4, ftensor4, dtensor4 = _types((False,) * 4)
btensor5, wtensor5, itensor5, ltensor5, ftensor5, dtensor5 = _types((False,) * 5)
btensor6, wtensor6, itensor6, ltensor6, ftensor6, dtensor6 = _types((False,) * 6)
btensor7, wtensor7, itensor7, ltensor7, ftensor7, dtensor7 = _types((False,) * 7)


@dataclass(frozen=True)
class ComplexConstructor:
    """Stands where the constructor of a complex tensor will be."""

    dtype: str

    def __call__(self, name: str | None = None) -> NoReturn:
        """Raise `UnsupportedError`."""
        raise UnsupportedError(unsupported_dtype(self.dtype))


cscalar = cvector = crow = ccol = cmatrix = ctensor3 = ctensor4 = ctensor5 = ctensor6 = ctensor7 = (
    ComplexConstructor("complex64")
)
zscalar = zvector = zrow = zcol = zmatrix = ztensor3 = ztensor4 = ztensor5 = ztensor6 = ztensor7 = (
    ComplexConstructor("complex128")
)
