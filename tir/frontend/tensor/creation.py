"""New tensors: filled with a value, or counting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tir.config import config
from tir.frontend.tensor.operands import integer_scalar
from tir.frontend.tensor.vectors import scalars_of
from tir.graph import build
from tir.graph.constants import constant
from tir.graph.tensor_type import resolve_dtype
from tir.support.dtypes import UNSIGNED_DTYPES, upcast

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable


def alloc(value: Any, *shape: Any) -> TensorVariable:
    """`value` broadcast to a shape of integers and integer scalars, in the dtype of `value`.

    A constant 1 makes a broadcastable dimension. `TypeError` if `value` has more dimensions than the shape.

    >>> from tir import tensor as T
    >>> T.alloc(T.fscalar(), 1, T.iscalar()).type
    TensorType(float32, row)
    """
    if len(shape) == 1 and not isinstance(shape[0], int):
        return build.alloc(value, scalars_of(shape[0], "alloc"))
    return build.alloc(value, scalars_of(shape, "alloc"))


def _filled(value: int, shape: Any, dtype: Any, name: str) -> Any:
    scalar = constant(value, dtype=config.floatX if dtype is None else dtype)
    return build.alloc(scalar, scalars_of(shape, name))


def zeros(shape: Any, dtype: Any = None) -> TensorVariable:
    """Zeros; `shape` is an integer, a tuple or a vector of known length. The default dtype is floatX."""
    return _filled(0, shape, dtype, "zeros")


def ones(shape: Any, dtype: Any = None) -> TensorVariable:
    """Ones; `shape` is an integer, a tuple or a vector of known length. The default dtype is floatX."""
    return _filled(1, shape, dtype, "ones")


def zeros_like(model: Any, dtype: Any = None, opt: bool = False) -> TensorVariable:
    """Zeros in the shape of `model`, in its dtype by default. `opt` changes nothing."""
    return _filled_like(0, model, dtype)


def ones_like(model: Any, dtype: Any = None, opt: bool = False) -> TensorVariable:
    """Ones in the shape of `model`, in its dtype by default. `opt` changes nothing."""
    return _filled_like(1, model, dtype)


def _filled_like(value: int, model: Any, dtype: Any) -> Any:
    model = build.as_tensor_variable(model)
    return build.second(
        model, constant(value, dtype=model.type.dtype if dtype is None else resolve_dtype(dtype))
    )


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> TensorVariable:
    """start, start + step... before stop; `arange(n)` starts at 0. A zero step raises when run.

    Without `dtype`, integers give int64, or uint64 if all are unsigned; floats their common dtype.

    >>> from tir import tensor as T
    >>> T.arange(T.iscalar()).dtype
    'int64'
    """
    if stop is None:
        start, stop = 0, start
    limits = [build.as_tensor_variable(v) for v in (start, stop, step)]
    for name, limit in zip(("start", "stop", "step"), limits, strict=True):
        if limit.type.ndim != 0:
            raise TypeError(f"arange: {name} must be a scalar, got {limit} : {limit.type}")
    name = _arange_dtype([v.type.dtype for v in limits]) if dtype is None else resolve_dtype(dtype)
    if name == "bool":
        raise TypeError("arange: the dtype must be a number's, not bool")
    return build.arange(*(_converted(v, name) for v in limits))


def _arange_dtype(dtypes: list[str]) -> str:
    common = upcast(*dtypes)
    if common == "bool" or common.startswith("int"):
        return "int64"
    if common in UNSIGNED_DTYPES:
        return "uint64"
    if config.cast_policy == "numpy+floatX" and "float64" not in dtypes:
        return config.floatX
    return common


def _converted(limit: Any, dtype: str) -> Any:
    """`limit` in a dtype; a constant stays one."""
    data = getattr(limit, "data", None)
    return build.cast(limit, dtype) if data is None else constant(data.astype(dtype))


def eye(n: Any, m: Any = None, k: Any = 0, dtype: Any = None) -> TensorVariable:
    """An `n` by `m` matrix (square by default) of ones on diagonal `k`, zeros elsewhere; floatX by default."""
    rows = build.dimshuffle(arange(integer_scalar(n, "eye: n")), [0, "x"])
    columns = arange(integer_scalar(n if m is None else m, "eye: m"))
    diagonal = build.add(rows, integer_scalar(k, "eye: k"))
    return build.cast(build.eq(diagonal, columns), config.floatX if dtype is None else dtype)
