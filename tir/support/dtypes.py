"""Element types: NumPy's dtype names on one side, xDSL's builtin types on the other.

The `tir` dialect keeps signedness in the type (`i8` is signed, `ui8` is not); booleans are `i1`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from xdsl.dialects.builtin import (
    Float32Type,
    Float64Type,
    IntegerType,
    Signedness,
    f32,
    f64,
    i1,
)
from xdsl.ir import Attribute

from tir.support.errors import UnsupportedError

INTEGER_DTYPES = ("int8", "int16", "int32", "int64")
UNSIGNED_DTYPES = ("uint8", "uint16", "uint32", "uint64")
FLOAT_DTYPES = ("float32", "float64")
DISCRETE_DTYPES = ("bool", *INTEGER_DTYPES, *UNSIGNED_DTYPES)
ALL_DTYPES = (*DISCRETE_DTYPES, *FLOAT_DTYPES)

_TO_IR: dict[str, Attribute] = {
    "bool": i1,
    **{name: IntegerType(int(name[3:])) for name in INTEGER_DTYPES},
    **{name: IntegerType(int(name[4:]), Signedness.UNSIGNED) for name in UNSIGNED_DTYPES},
    "float32": f32,
    "float64": f64,
}
_FROM_IR: dict[Attribute, str] = {attribute: name for name, attribute in _TO_IR.items()}


def ir_type(dtype: str) -> Attribute:
    """The element type in the IR of the NumPy dtype `dtype`.

    >>> print(ir_type("uint8"))
    ui8
    """
    try:
        return _TO_IR[dtype]
    except KeyError:
        raise UnsupportedError(unsupported_dtype(dtype)) from None


def dtype_of(element_type: Attribute) -> str:
    """The NumPy dtype name of an element type of the IR.

    >>> dtype_of(f32)
    'float32'
    """
    try:
        return _FROM_IR[element_type]
    except KeyError:
        raise UnsupportedError(f"tir has no tensors of element type {element_type}") from None


def is_tir_element_type(element_type: Attribute) -> bool:
    """Whether tensors of the `tir` dialect may have this element type."""
    return element_type in _FROM_IR


def unsupported_dtype(dtype: object) -> str:
    """The text of the error about a dtype that tir does not handle."""
    if str(dtype) in ("float16", "complex64", "complex128"):
        return f"dtype {dtype} is not supported yet; tir handles {', '.join(ALL_DTYPES)}"
    return f"{dtype!r} is not a dtype that tir knows; it handles {', '.join(ALL_DTYPES)}"


def is_float(element_type: Attribute) -> bool:
    """Whether the element type is a floating-point one."""
    return isinstance(element_type, Float32Type | Float64Type)


def is_bool(element_type: Attribute) -> bool:
    """Whether the element type is the boolean one."""
    return element_type == i1


@cache
def upcast(*dtypes: str) -> str:
    """NumPy's common dtype of arrays of these dtypes.

    >>> upcast("int32", "float32")
    'float64'
    """
    return np.result_type(*(np.dtype(dtype) for dtype in dtypes)).name


@cache
def upgrade_to_float(*dtypes: str) -> str:
    """The float dtype in which a float function of these operands is computed.

    8- and 16-bit integers and booleans fit float32; wider integers need float64.

    >>> upgrade_to_float("int16"), upgrade_to_float("int32")
    ('float32', 'float64')
    """
    converted = []
    for dtype in dtypes:
        if dtype in FLOAT_DTYPES:
            converted.append(dtype)
        elif dtype in ("bool", "int8", "uint8", "int16", "uint16"):
            converted.append("float32")
        else:
            converted.append("float64")
    return upcast(*converted)
