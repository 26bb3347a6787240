"""Runs `@main` at the linalg level on NumPy arrays, one scalar at a time: slow, and independent of the back end.

Integers are signless: arrays hold them as signed NumPy integers, booleans as NumPy's.
"""

from __future__ import annotations

import builtins
import itertools
import math as pymath
from typing import Any

import numpy as np
from xdsl.dialects import arith, math, scf, tensor
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    DenseIntOrFPElementsAttr,
    Float32Type,
    Float64Type,
    IndexType,
    ModuleOp,
    TensorType,
)
from xdsl.dialects.func import ReturnOp
from xdsl.dialects.linalg import ops as linalg
from xdsl.ir import Attribute, Block, Operation, SSAValue

from tir.dialects import linalg_ext, math_ext, math_special, rt
from tir.dialects.tir import bessel_values, incomplete_gamma_values, special_values
from tir.graph.emit import main_function

Env = dict[SSAValue, Any]


def dtype_of(type_: Attribute) -> np.dtype:
    """The NumPy dtype in which values of a scalar type are held."""
    if isinstance(type_, IndexType):
        return np.dtype("int64")
    if isinstance(type_, Float32Type | Float64Type):
        return np.dtype("float32" if isinstance(type_, Float32Type) else "float64")
    return np.dtype("bool" if type_.width.data == 1 else f"int{type_.width.data}")


def _unsigned(x: Any) -> Any:
    return x if x.dtype == bool else x.view(f"u{x.dtype.name}")


def _signed(x: Any) -> Any:
    return x if x.dtype == bool else np.asarray(x).view(x.dtype.name.removeprefix("u"))[()]


def _on_unsigned(function: Any) -> Any:
    return lambda x, y: _signed(function(_unsigned(x), _unsigned(y)))


def _truncated_quotient(x: Any, y: Any) -> Any:
    if y == 0 or (y == -1 and x == np.iinfo(x.dtype).min):
        raise AssertionError("this division traps")
    quotient = abs(int(x)) // abs(int(y))
    return x.dtype.type(quotient if (x < 0) == (y < 0) else -quotient)


def _unsigned_quotient(x: Any, y: Any) -> Any:
    if y == 0:
        raise AssertionError("this division traps")
    return x // y


_BINARY: dict[type[Operation], Any] = {
    arith.AddiOp: lambda x, y: x ^ y if x.dtype == bool else x + y,
    arith.SubiOp: lambda x, y: x - y,
    arith.MuliOp: lambda x, y: x * y,
    arith.DivSIOp: _truncated_quotient,
    arith.RemSIOp: lambda x, y: x - y * _truncated_quotient(x, y),
    arith.DivUIOp: _on_unsigned(_unsigned_quotient),
    arith.RemUIOp: _on_unsigned(lambda x, y: x - y * _unsigned_quotient(x, y)),
    arith.AndIOp: lambda x, y: x & y,
    arith.OrIOp: lambda x, y: x | y,
    arith.XOrIOp: lambda x, y: x ^ y,
    arith.ShRUIOp: _on_unsigned(lambda x, y: x >> y),
    arith.MaxSIOp: max,
    arith.MinSIOp: min,
    arith.MaxUIOp: _on_unsigned(max),
    arith.MinUIOp: _on_unsigned(min),
    arith.AddfOp: lambda x, y: x + y,
    arith.SubfOp: lambda x, y: x - y,
    arith.MulfOp: lambda x, y: x * y,
    arith.DivfOp: lambda x, y: x / y,
    arith.MaximumfOp: np.maximum,
    arith.MinimumfOp: np.minimum,
    math.PowFOp: np.power,
    math.Atan2Op: np.arctan2,
    math.CopySignOp: np.copysign,
    math_ext.FmodOp: np.fmod,
}


def _sigmoid(x: Any) -> Any:
    small = np.exp(-abs(x))
    return (1 if x >= 0 else small) / (1 + small)


_UNARY: dict[type[Operation], Any] = {
    arith.NegfOp: np.negative,
    math.AbsFOp: np.abs,
    math.AbsIOp: np.abs,
    math.AcosOp: np.arccos,
    math.AcoshOp: np.arccosh,
    math.AsinOp: np.arcsin,
    math.AsinhOp: np.arcsinh,
    math.AtanOp: np.arctan,
    math.AtanhOp: np.arctanh,
    math.CbrtOp: np.cbrt,
    math.CeilOp: np.ceil,
    math.CosOp: np.cos,
    math.CoshOp: np.cosh,
    math.ErfOp: lambda x: x.dtype.type(pymath.erf(x)),
    math.Exp2Op: np.exp2,
    math.ExpM1Op: np.expm1,
    math_ext.ExpNonPositiveOp: np.exp,
    math_ext.ExpTermOp: np.exp,
    math.ExpOp: np.exp,
    math.FloorOp: np.floor,
    math.Log10Op: np.log10,
    math.Log1pOp: np.log1p,
    math.Log2Op: np.log2,
    math.LogOp: np.log,
    math.RoundEvenOp: np.rint,
    math.RoundOp: lambda x: np.copysign(np.trunc(abs(x)) + (abs(x) % 1 >= 0.5), x).astype(x.dtype),
    math.SinOp: np.sin,
    math.SinhOp: np.sinh,
    math.SqrtOp: np.sqrt,
    math.TanOp: np.tan,
    math.TanhOp: np.tanh,
    math.TruncOp: np.trunc,
    math_ext.ErfcOp: lambda x: x.dtype.type(pymath.erfc(x)),
    math_ext.SigmoidOp: _sigmoid,
    math_ext.SoftplusOp: lambda x: np.maximum(x, 0) + np.log1p(np.exp(-abs(x))),
}


def _special(name: str) -> Any:
    """A special function by its name, on numbers."""
    modules = (special_values, bessel_values, incomplete_gamma_values)
    (found,) = (getattr(m, name) for m in modules if hasattr(m, name))
    return lambda *operands: operands[0].dtype.type(found(*map(float, operands)))


_UNARY |= {op: _special(op.name.partition(".")[2]) for op in math_special.MathSpecial.operations}

_CASTS = (arith.ExtFOp, arith.TruncFOp, arith.ExtSIOp, arith.TruncIOp, arith.SIToFPOp)
_UNSIGNED_CASTS = (arith.ExtUIOp, arith.UIToFPOp)

_PREDICATES = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}


def _compare_integers(name: str, x: Any, y: Any) -> Any:
    if name in ("eq", "ne"):
        return _PREDICATES[name](x, y)
    if name[0] == "u":
        x, y = _unsigned(x), _unsigned(y)
    return _PREDICATES[name[1:]](x, y)


def _compare_floats(name: str, x: Any, y: Any) -> Any:
    unordered = np.isnan(x) | np.isnan(y)
    if name in ("ord", "uno"):
        return unordered == (name == "uno")
    result = _PREDICATES[name[1:]](x, y)
    return result | unordered if name[0] == "u" else result & ~unordered


def _to_integer(x: Any, dtype: np.dtype) -> Any:
    bounds = np.iinfo(dtype)
    # What x86 gives for numbers that do not fit.
    fits = np.isfinite(x) and bounds.min <= int(x) <= bounds.max
    return dtype.type(int(x) if fits else bounds.min)


def _scalar(op: Operation, env: Env) -> Any:
    kind = type(op)
    operands = [env[v] for v in op.operands]
    dtype = dtype_of(op.results[0].type)
    if kind in _BINARY:
        result = _BINARY[kind](*operands)
    elif kind in _UNARY:
        result = _UNARY[kind](*operands)
    elif kind in _CASTS or kind is arith.IndexCastOp:
        return operands[0].astype(dtype)
    elif kind in _UNSIGNED_CASTS:
        return _unsigned(operands[0]).astype(dtype)
    elif kind is arith.FPToSIOp:
        return _to_integer(operands[0], dtype)
    elif kind is arith.SelectOp:
        return operands[1] if operands[0] else operands[2]
    elif kind is arith.CmpiOp:
        result = _compare_integers(
            arith.CMPI_COMPARISON_OPERATIONS[op.predicate.value.data], *operands
        )
    elif kind is arith.CmpfOp:
        result = _compare_floats(
            arith.CMPF_COMPARISON_OPERATIONS[op.predicate.value.data], *operands
        )
    elif kind is arith.BitcastOp:
        result = np.asarray(operands[0]).view(dtype)[()]
    elif kind is arith.ConstantOp:
        return dtype.type(op.value.value.data)
    else:
        raise AssertionError(f"{op.name} is not expected at this level")
    assert result.dtype == dtype, (op, result.dtype)
    return result


def _run_body(block: Block, env: Env, indices: tuple[int, ...] = ()) -> list[Any]:
    for op in block.ops:
        if isinstance(op, linalg.YieldOp | scf.YieldOp):
            return [env[v] for v in op.operands]
        if isinstance(op, linalg.IndexOp):
            env[op.results[0]] = np.int64(indices[op.dim.value.data])
        elif isinstance(op, tensor.ExtractOp):
            source, *position = (env[v] for v in op.operands)
            assert all(0 <= i < n for i, n in zip(position, source.shape, strict=True))
            env[op.results[0]] = source[tuple(position)]
        elif isinstance(op, scf.ForOp):
            start, stop, step, *carried = (env[v] for v in op.operands)
            for i in range(start, stop, step):
                env.update(zip(op.body.block.args, [np.int64(i), *carried], strict=True))
                carried = _run_body(op.body.block, env, indices)
            env.update(zip(op.results, carried, strict=True))
        else:
            env[op.results[0]] = _scalar(op, env)
    raise AssertionError("a body must yield")


def _generic(op: linalg.GenericOp, env: Env) -> list[Any]:
    maps = [m.data for m in op.indexing_maps.data]
    arrays = [env[v] for v in op.inputs] + [env[v].copy() for v in op.outputs]
    count = len(op.iterator_types.data)
    sizes: list[int | None] = [None] * count
    for array, map_ in zip(arrays, maps, strict=True):
        for size, expr in zip(array.shape, map_.results, strict=True):
            if hasattr(expr, "position"):
                known = sizes[expr.position]
                assert known in (None, size), f"loop {expr.position} is {known} and {size}"
                sizes[expr.position] = size
    first_output = len(op.inputs)
    for indices in itertools.product(*(range(n) for n in sizes)):
        places = [tuple(m.eval(indices, [])) for m in maps]
        elements = [a[place] for a, place in zip(arrays, places, strict=True)]
        env.update(zip(op.body.block.args, elements, strict=True))
        results = _run_body(op.body.block, env, indices)
        for array, place, value in zip(
            arrays[first_output:], places[first_output:], results, strict=True
        ):
            array[place] = value
    return arrays[first_output:]


def _dynamic(static: Any, operands: Any, env: Env) -> list[int]:
    remaining = iter(operands)
    return [int(env[next(remaining)]) if v == DYNAMIC_INDEX else v for v in static.get_values()]


def _region(op: Any, env: Env, shape: tuple[int, ...]) -> tuple[Any, tuple[int, ...]]:
    offsets = _dynamic(op.static_offsets, op.offsets, env)
    sizes = _dynamic(op.static_sizes, op.sizes, env)
    strides = _dynamic(op.static_strides, op.strides, env)
    picked = []
    for offset, size, stride, n in zip(offsets, sizes, strides, shape, strict=True):
        positions = [offset + i * stride for i in range(size)]
        assert all(0 <= p < n for p in positions), "a slice reaches out of its tensor"
        picked.append(positions)
    return np.ix_(*picked), tuple(sizes)


def _scatter(op: linalg_ext.ScatterOp, env: Env) -> Any:
    updates, *indices = (env[v] for v in op.inputs)
    result = env[op.output].copy()
    count = max(len(i) for i in indices)
    assert all(len(i) in (1, count) for i in indices)
    rows = np.broadcast_to(updates, (count, *result.shape[len(indices) :]))
    for r in range(count):
        place = tuple(int(i[r % len(i)]) for i in indices)
        assert all(0 <= p < n for p, n in zip(place, result.shape, strict=False))
        if op.combiner.data == "set":
            result[place] = rows[r]
        else:
            result[place] += rows[r]
    return result


def _host(op: Operation, env: Env) -> list[Any]:
    operands = [env[v] for v in op.operands]
    if isinstance(op, arith.ConstantOp) and isinstance(op.value, DenseIntOrFPElementsAttr):
        type_ = op.result.type
        data = np.frombuffer(op.value.data.data, dtype_of(type_.element_type))
        return [data.reshape(type_.get_shape())]
    if isinstance(op, rt.AssertOp):
        if not operands[0]:
            raise getattr(builtins, op.kind.data)(op.message.data)
        return []
    if isinstance(op, tensor.DimOp):
        return [np.int64(operands[0].shape[operands[1]])]
    if isinstance(op, tensor.EmptyOp):
        sizes = iter(operands)
        shape = [next(sizes) if n == DYNAMIC_INDEX else n for n in op.tensor.type.get_shape()]
        return [np.full(shape, 77, dtype_of(op.tensor.type.element_type))]
    if isinstance(op, tensor.ExtractOp):
        return [operands[0][tuple(operands[1:])]]
    if isinstance(op, tensor.CastOp):
        return operands
    if isinstance(op, tensor.ExtractSliceOp):
        index, sizes = _region(op, env, operands[0].shape)
        picked = operands[0][index] if sizes else operands[0]
        return [picked.reshape(_kept_sizes(op, sizes, op.result.type.get_shape()))]
    if isinstance(op, tensor.InsertSliceOp):
        index, sizes = _region(op, env, operands[1].shape)
        result = operands[1].copy()
        result[index] = operands[0].reshape(sizes)
        return [result]
    if isinstance(op, linalg.FillOp):
        return [np.full_like(operands[1], operands[0])]
    if isinstance(op, linalg.GenericOp):
        return _generic(op, env)
    if isinstance(op, linalg_ext.ContractionOp):
        left, right, *scale, start = operands
        product = left @ right
        return [np.asarray(start + (scale[0] * product if scale else product))]
    if isinstance(op, linalg_ext.DimshuffleOp):
        x, order = operands[0], op.order
        kept = [a for a in order if a != -1]
        dropped = [a for a in range(x.ndim) if a not in kept]
        moved = x.transpose([*kept, *dropped]).reshape([x.shape[a] for a in kept])
        shape = iter(moved.shape)
        return [moved.reshape([1 if a == -1 else next(shape) for a in order])]
    if isinstance(op, linalg_ext.ReshapeOp):
        sizes = iter(operands[1:])
        shape = [next(sizes) if n == DYNAMIC_INDEX else n for n in op.result.type.get_shape()]
        return [operands[0].reshape(shape)]
    if isinstance(op, linalg_ext.ScatterOp):
        return [_scatter(op, env)]
    return [_scalar(op, env)]


def _kept_sizes(
    op: tensor.ExtractSliceOp, sizes: tuple[int, ...], wanted: tuple[int, ...]
) -> list[int]:
    """The sizes of a rank-reducing slice: static 1s are dropped until the rank fits."""
    static = op.static_sizes.get_values()
    excess = len(sizes) - len(wanted)
    kept = []
    for position, size in enumerate(sizes):
        following = wanted[len(kept)] if len(kept) < len(wanted) else None
        droppable = static[position] == 1 and excess > 0
        if droppable and following != 1:
            excess -= 1
        else:
            kept.append(size)
    return kept


def run(module: ModuleOp, arrays: list[Any]) -> list[Any]:
    """The results of `@main`; raises what a failed `rt.assert` asks for."""
    block = main_function(module).body.block
    env: Env = {}
    for argument, array in zip(block.args, arrays, strict=True):
        type_ = argument.type
        assert isinstance(type_, TensorType)
        env[argument] = np.asarray(array).view(dtype_of(type_.element_type))
    with np.errstate(all="ignore"):
        for op in block.ops:
            if isinstance(op, ReturnOp):
                return [env[v] for v in op.operands]
            for result, value in zip(op.results, _host(op, env), strict=True):
                env[result] = value
                if isinstance(result.type, TensorType):
                    _check_type(op, value, result.type)
    raise AssertionError("@main does not return")


def _check_type(op: Operation, value: Any, type_: TensorType) -> None:
    shape = type_.get_shape()
    assert value.dtype == dtype_of(type_.element_type), op
    assert len(shape) == value.ndim, op
    assert all(n in (DYNAMIC_INDEX, own) for n, own in zip(shape, value.shape, strict=True)), op
