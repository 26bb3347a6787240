"""The remainder in integer arithmetic, against C's, which is exact."""

from __future__ import annotations

import numpy as np
import pytest
from xdsl.parser import Parser

from tests.lowering.native_module import NativeModule
from tir.lowering.expand_fmod import ExpandFmodPass
from tir.pipelines import new_context


def compiled(type_: str) -> NativeModule:
    """A module whose `@f` fills its third argument with remainders of the first two."""
    text = f"""
    func.func @f(%x: memref<?x{type_}>, %y: memref<?x{type_}>, %r: memref<?x{type_}>) {{
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %n = memref.dim %x, %zero : memref<?x{type_}>
      scf.for %i = %zero to %n step %one {{
        %a = memref.load %x[%i] : memref<?x{type_}>
        %b = memref.load %y[%i] : memref<?x{type_}>
        %c = math_ext.fmod %a, %b : {type_}
        memref.store %c, %r[%i] : memref<?x{type_}>
      }}
      func.return
    }}"""
    module = Parser(new_context(), text).parse_module()
    ExpandFmodPass().apply(new_context(), module)
    module.verify()
    assert "math_ext" not in str(module)
    return NativeModule(str(module))


def samples(dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of any bits at all, pairs of like exponents, and all pairs of special values."""
    rng = np.random.default_rng(3)
    info = np.finfo(dtype)
    bits = {"float64": np.uint64, "float32": np.uint32}[dtype]
    anything = rng.integers(0, np.iinfo(bits).max, (2, 20000), bits, endpoint=True).view(dtype)
    close = rng.normal(size=(2, 5000)).astype(dtype)
    tiny, least = info.tiny, info.smallest_subnormal
    special = np.array(
        [0, 1, 2.5, 3, 7.25, 1e30, tiny, least, 3 * least, tiny - least, info.max, np.inf, np.nan],
        dtype,
    )
    special = np.concatenate([special, -special])
    pairs = np.stack([a.ravel() for a in np.meshgrid(special, special)])
    x, y = np.concatenate([anything, close, pairs], axis=1)
    return np.ascontiguousarray(x), np.ascontiguousarray(y)


@pytest.mark.parametrize(("type_", "dtype"), [("f32", "float32"), ("f64", "float64")])
def test_remainder(type_: str, dtype: str) -> None:
    x, y = samples(dtype)
    result = np.empty_like(x)
    compiled(type_)("f", x, y, result)
    with np.errstate(all="ignore"):
        expected = np.fmod(x, y)
    np.testing.assert_array_equal(result, expected)
    numbers = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(result)[numbers], np.signbit(expected)[numbers])
