"""`expand-math`: accuracy against mpmath, special values against C99, vectorization, structure."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from xdsl.context import Context
from xdsl.dialects import arith, func, math
from xdsl.dialects.builtin import FunctionType, ModuleOp, f16, f32, f64
from xdsl.ir import Block, Region

import tir
import tir.tensor as T
from tests.lowering import extended_precision
from tests.lowering.elementary_functions import (
    FUNCTIONS,
    TRIGONOMETRIC,
    Function,
    largest_error,
    sample_points,
)
from tests.lowering.nan_signs import sign_nans
from tests.lowering.near_multiples import near_multiples
from tests.lowering.scalar_jit import CompiledLoop
from tests.lowering.special_functions import SPECIAL_FUNCTIONS
from tir.dialects import math_ext, math_special
from tir.lowering.expand_math import ExpandMathPass
from tir.lowering.expand_math.registry import EXPANDERS, WITH_LOOPS
from tir.runtime.cpu import host_cpu
from tir.targets import lane_tables

DTYPES = ("float64", "float32")
CASES = [
    pytest.param(function, dtype, id=f"{function.name}-{dtype}")
    for function in (*FUNCTIONS, *SPECIAL_FUNCTIONS)
    for dtype in DTYPES
]
HAS_TABLES = lane_tables.are_fast()
INF, NAN = np.inf, np.nan
_loops: dict[tuple[str, str, bool], CompiledLoop] = {}


def compiled(op_class: type, dtype: str, arity: int = 1, tables: bool = False) -> CompiledLoop:
    key = (op_class.name, dtype, tables)
    if key not in _loops:
        _loops[key] = CompiledLoop(op_class, dtype, arity, tables)
    return _loops[key]


def check(op_class: type, dtype: str, *columns: list[float]) -> None:
    """The last column is the exact result, sign of zero included."""
    *arguments, wanted = (np.array(c, dtype) for c in columns)
    result = compiled(op_class, dtype, len(arguments))(*arguments)
    np.testing.assert_array_equal(result, wanted)
    numbers = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(result[numbers]), np.signbit(wanted[numbers]))


def test_every_expander_is_tested() -> None:
    tested = {f.op_class.name for f in (*FUNCTIONS, *SPECIAL_FUNCTIONS)}
    others = {math.RoundOp.name, math_ext.ExpTermOp.name}
    assert tested | others | WITH_LOOPS == set(EXPANDERS)


@pytest.mark.parametrize(("function", "dtype"), CASES)
def test_error_is_below_two_ulp(function: Function, dtype: str) -> None:
    points = sample_points(function, dtype, 250 if function in SPECIAL_FUNCTIONS else 1000)
    results = compiled(function.op_class, dtype, function.arity)(*points)
    error, place = largest_error(function, results, points)
    assert 0 < error < function.most, f"{error} ulp at {place}"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "op_class", extended_precision.POINTS_AND_ORACLES, ids=lambda op_class: op_class.name
)
def test_error_is_below_two_ulp_at_very_many_points(op_class: type, dtype: str) -> None:
    if dtype == "float64" and not extended_precision.HAS_EXTENDED:
        pytest.skip("needs numbers of 80 bits")
    if dtype == "float64" and op_class in extended_precision.FLOAT32_ONLY:
        pytest.skip("has no oracle beyond float64")
    x = extended_precision.arguments(op_class, dtype, 40_000)
    error, place = extended_precision.largest_error(op_class, x, compiled(op_class, dtype)(x))
    assert 0.4 < error < 2, f"{error} ulp at {place}"


@pytest.mark.skipif(not HAS_TABLES, reason="needs AVX2")
@pytest.mark.parametrize(
    "op_class", [math.ExpOp, math_ext.ExpNonPositiveOp], ids=lambda op_class: op_class.name
)
def test_error_by_table_is_below_two_ulp_at_very_many_points(op_class: type) -> None:
    loop = compiled(op_class, "float32", tables=True)
    assert "power_of_eighths" in loop.text
    x = extended_precision.arguments(op_class, "float32", 400_000)
    error, place = extended_precision.largest_error(op_class, x, loop(x))
    assert 0.4 < error < 2, f"{error} ulp at {place}"
    arguments, wanted = zip(*SPECIAL[op_class], (NAN, NAN), strict=True)
    np.testing.assert_array_equal(loop(arguments), np.array(wanted, "float32"))


TERMS = [
    ("float64", False),
    ("float32", False),
    pytest.param("float32", True, marks=pytest.mark.skipif(not HAS_TABLES, reason="needs AVX2")),
]


@pytest.mark.parametrize(("dtype", "tables"), TERMS)
def test_terms_of_sums_have_errors_that_are_small_beside_one(dtype: str, tables: bool) -> None:
    if dtype == "float64" and not extended_precision.HAS_EXTENDED:
        pytest.skip("needs numbers of 80 bits")
    info = np.finfo(dtype)
    wide = np.float64 if dtype == "float32" else np.longdouble
    bounds = (64, 8, 0, -1, -10, 1.001 * np.log(float(info.tiny)), 1.2 * np.log(float(info.tiny)))
    rng = np.random.default_rng(0)
    pieces = [rng.uniform(b, a, 50_000) for a, b in pairwise(bounds)]
    x = np.concatenate(pieces).astype(dtype)
    exact = np.exp(x.astype(wide))
    terms = compiled(math_ext.ExpTermOp, dtype, tables=tables)(x)
    errors = np.abs(terms - exact) / np.maximum(exact, 1)
    # Of large terms the reduction of their arguments is less exact.
    relative = errors / (1 + np.maximum(x - 8, 0) / 30)
    assert 0.3 * info.eps < relative.max() < (1.5 if tables else 1) * info.eps
    normal = exact >= info.tiny
    worst = (errors / np.minimum(exact, 1))[normal] / (1 + np.abs(x[normal]) / 30)
    assert worst.max() < 1.5 * info.eps
    assert errors[~normal].max() <= info.tiny
    assert np.any(terms[~normal] == 0)


@pytest.mark.skipif(not HAS_TABLES, reason="needs AVX2")
def test_vectors_and_single_elements_find_the_same_in_a_table() -> None:
    loop = compiled(math_ext.ExpTermOp, "float32", tables=True)
    x = np.linspace(-90, 64, 8000, dtype="float32")
    x[::100] = np.resize([0.0, -0.0, -np.inf, np.nan, -1e30], 80)
    terms = loop(x)
    one_by_one = np.array([loop(x[i : i + 1])[0] for i in range(x.size)])
    np.testing.assert_array_equal(terms, one_by_one)
    np.testing.assert_array_equal(terms[:500:100], [1, 1, 0, np.nan, 0])
    main, _, _ = loop.assembly.partition("callq")
    assert "vpermps" in main or "vpermd" in main


@pytest.mark.parametrize(("function", "dtype"), CASES)
@pytest.mark.skipif("+avx2" not in host_cpu(), reason="looks for AVX2 registers")
def test_loop_is_vectorized(function: Function, dtype: str) -> None:
    assembly = compiled(function.op_class, dtype, function.arity).assembly
    assert "ymm" in assembly or "zmm" in assembly
    calls = {line.split()[-1] for line in assembly.splitlines() if "call" in line}
    assert all(call.startswith("tir.") for call in calls)
    if calls:
        assert any(".far." in call and call.endswith((".lanes4", ".lanes8")) for call in calls)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op_class", TRIGONOMETRIC)
def test_error_is_below_one_ulp_near_multiples_of_half_pi(op_class: type, dtype: str) -> None:
    (function,) = (f for f in FUNCTIONS if f.op_class is op_class)
    x = near_multiples(dtype, 4)
    assert (413441.44719405076 in x) == (dtype == "float64")
    error, place = largest_error(function, compiled(op_class, dtype)(x), (x,))
    assert 0.4 < error < 1, f"{error} ulp at {place}"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op_class", TRIGONOMETRIC)
def test_rare_arguments_leave_their_neighbours_alone(op_class: type, dtype: str) -> None:
    function = compiled(op_class, dtype)
    usual = np.linspace(0.5, 30, 64).astype(dtype)
    rare = np.array([1e8, -1e10, 1e30], dtype)
    wanted = function(usual)
    wanted_rare = function(rare)
    exact = {"sin": np.sin, "cos": np.cos, "tan": np.tan}[op_class.name.partition(".")[2]]
    np.testing.assert_allclose(wanted_rare, exact(rare.astype("f8")), rtol=2 * np.finfo(dtype).eps)
    for place in range(32):
        x = usual.copy()
        x[place], x[place + 16], x[place + 31] = rare
        expected = wanted.copy()
        expected[place], expected[place + 16], expected[place + 31] = wanted_rare
        np.testing.assert_array_equal(function(x), expected)


def test_rare_arguments_among_vectors_of_both_types() -> None:
    x, y = T.fvector("x"), T.dvector("y")
    function = tir.function([x, y], T.sin(x) * T.exp(y) + T.cos(y) * T.tan(x) + y * 3)
    rng = np.random.default_rng(0)
    a, b = rng.uniform(-50, 50, 1001).astype("f4"), rng.uniform(-5, 5, 1001)
    a[rng.integers(0, 1001, 300)] *= 1e8
    b[rng.integers(0, 1001, 100)] *= 1e8
    b = np.minimum(b, 5)
    wide = a.astype("f8")
    with np.errstate(under="ignore"):
        terms = [
            np.sin(wide).astype("f4") * np.exp(b),
            np.cos(b) * np.tan(wide).astype("f4"),
            b * 3,
        ]
    scale = sum(abs(term) for term in terms)
    assert np.max(abs(function(a, b) - sum(terms)) / scale) < 3e-7


SPECIAL = {
    math.ExpOp: [(0.0, 1), (-0.0, 1), (INF, INF), (-INF, 0), (1e4, INF), (-1e4, 0)],
    math.Exp2Op: [(0.0, 1), (3, 8), (-3, 0.125), (INF, INF), (-INF, 0), (1e4, INF), (-1e4, 0)],
    math.ExpM1Op: [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -1), (1e4, INF), (-1e4, -1)],
    math.LogOp: [(1, 0.0), (0.0, -INF), (-0.0, -INF), (-1, NAN), (INF, INF), (-INF, NAN)],
    math.Log2Op: [(1, 0.0), (8, 3), (0.125, -3), (0.0, -INF), (-0.0, -INF), (-1, NAN), (INF, INF)],
    math.Log10Op: [(1, 0.0), (1000, 3), (0.0, -INF), (-0.0, -INF), (-1, NAN), (INF, INF)],
    math.Log1pOp: [(0.0, 0.0), (-0.0, -0.0), (-1, -INF), (-2, NAN), (INF, INF), (-INF, NAN)],
    math.SinOp: [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN)],
    math.CosOp: [(0.0, 1), (-0.0, 1), (INF, NAN), (-INF, NAN)],
    math.TanOp: [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN)],
    math.AsinOp: [(0.0, 0.0), (-0.0, -0.0), (1.5, NAN), (-1.5, NAN), (INF, NAN)],
    math.AcosOp: [(1, 0.0), (1.5, NAN), (-1.5, NAN), (INF, NAN)],
    math.AtanOp: [(0.0, 0.0), (-0.0, -0.0), (INF, np.pi / 2), (-INF, -np.pi / 2)],
    math.SinhOp: [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (1e4, INF)],
    math.CoshOp: [(0.0, 1), (-0.0, 1), (INF, INF), (-INF, INF), (-1e4, INF)],
    math.TanhOp: [(0.0, 0.0), (-0.0, -0.0), (INF, 1), (-INF, -1), (1e30, 1)],
    math.AsinhOp: [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF)],
    math.AcoshOp: [(1, 0.0), (0.5, NAN), (-5, NAN), (INF, INF), (-INF, NAN)],
    math.AtanhOp: [(0.0, 0.0), (-0.0, -0.0), (1, INF), (-1, -INF), (1.5, NAN), (INF, NAN)],
    math.ErfOp: [(0.0, 0.0), (-0.0, -0.0), (INF, 1), (-INF, -1), (1e30, 1)],
    math.CbrtOp: [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (27, 3), (-8, -2)],
    math.RsqrtOp: [(0.0, INF), (4, 0.5), (-1, NAN), (INF, 0)],
    math.RoundOp: [
        *[(0.0, 0.0), (-0.0, -0.0), (0.5, 1), (-0.5, -1), (1.5, 2), (2.5, 3), (-2.5, -3)],
        *[(0.3, 0.0), (-0.3, -0.0), (INF, INF), (-INF, -INF), (1e30, 1e30), (8388609, 8388609)],
        *[(np.nextafter(np.float32(0.5), np.float32(0)), 0.0)],
    ],
    math_ext.ErfcOp: [(0.0, 1), (-0.0, 1), (INF, 0), (-INF, 2), (1e30, 0), (-1e30, 2)],
    math_ext.ExpNonPositiveOp: [(0.0, 1), (-0.0, 1), (-INF, 0), (-1e4, 0)],
    math_ext.ExpTermOp: [(0.0, 1), (-0.0, 1), (-INF, 0), (-1e4, 0)],
    math_ext.SigmoidOp: [(0.0, 0.5), (INF, 1), (-INF, 0), (1e30, 1), (-1e30, 0)],
    math_ext.SoftplusOp: [(INF, INF), (-INF, 0), (1e30, 1e30), (-1e30, 0)],
    math_special.GammalnOp: [
        *[(1, 0.0), (2, 0.0), (0.0, INF), (-0.0, INF), (-1, INF), (-200, INF), (-1e30, INF)],
        *[(INF, INF), (-INF, -INF)],
    ],
    math_special.GammaOp: [
        *[(n, float(np.prod(np.arange(1.0, n)))) for n in range(1, 12)],
        *[(0.0, INF), (-0.0, -INF), (-1, NAN), (-1e30, NAN), (-INF, NAN), (INF, INF), (1e4, INF)],
        *[(-200.5, -0.0), (-201.5, 0.0)],
    ],
    math_special.PsiOp: [(0.0, -INF), (-0.0, INF), (-1, NAN), (-INF, NAN), (INF, INF)],
    math_special.TriGammaOp: [(0.0, INF), (-0.0, INF), (-1, INF), (-INF, INF), (INF, 0)],
    math_special.ErfinvOp: [(0.0, 0.0), (-0.0, -0.0), (1, INF), (-1, -INF), (1.5, NAN), (INF, NAN)],
    math_special.ErfcinvOp: [(1, 0.0), (0.0, INF), (-0.0, INF), (2, -INF), (-1, NAN), (2.5, NAN)],
    math_special.J0Op: [(0.0, 1), (-0.0, 1), (1e-30, 1), (INF, NAN), (-INF, NAN)],
    math_special.J1Op: [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN)],
    math_special.I0Op: [(0.0, 1), (-0.0, 1), (INF, INF), (-INF, INF), (1e4, INF)],
    math_special.I1Op: [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (-1e4, -INF)],
    math_special.ErfcxOp: [(0.0, 1), (-0.0, 1), (INF, 0), (-INF, INF), (-30, INF)],
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op_class", SPECIAL, ids=lambda op_class: op_class.name)
def test_special_values(op_class: type, dtype: str) -> None:
    arguments, wanted = zip(*SPECIAL[op_class], (NAN, NAN), strict=True)
    check(op_class, dtype, arguments, wanted)


EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 1e30, -1e30, INF, -INF, NAN)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("op_class", "reference"), [(math.PowFOp, np.power), (math.Atan2Op, np.arctan2)]
)
def test_binary_special_values(op_class: type, reference: np.ufunc, dtype: str) -> None:
    x, y = (np.array(c, dtype) for c in zip(*product(EDGES, EDGES), strict=True))
    with np.errstate(all="ignore"):
        wanted = reference(x, y)
    result = compiled(op_class, dtype, 2)(x, y)
    np.testing.assert_array_equal(np.isnan(result), np.isnan(wanted))
    numbers = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(result[numbers]), np.signbit(wanted[numbers]))
    np.testing.assert_allclose(result[numbers], wanted[numbers], rtol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize(("function", "dtype"), CASES)
def test_nan_of_either_sign(function: Function, dtype: str) -> None:
    """NaN becomes NaN whatever its sign and its other bits, and if arithmetic makes a negative one of it, as GPUs do."""
    loop = CompiledLoop(
        function.op_class, dtype, function.arity, change=lambda module: sign_nans(module, -1)
    )
    patterns = {
        "float64": [0x7FF8 << 48, 0xFFF8 << 48, (1 << 63) - 1, (1 << 64) - 1, 0xFFF8 << 48 | 0x123],
        "float32": [0x7FC0 << 16, 0xFFC0 << 16, (1 << 31) - 1, (1 << 32) - 1, 0xFFC0 << 16 | 0x123],
    }
    nans = np.array(patterns[dtype], f"u{loop.dtype.itemsize}").view(dtype)
    numbers = np.full_like(nans, 0.5)
    for arguments in {1: [[nans]], 2: [[nans, numbers], [numbers, nans]]}[function.arity]:
        assert np.isnan(loop(*arguments)).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_powers_of_two_are_exact(dtype: str) -> None:
    info = np.finfo(dtype)
    exponents = np.arange(info.minexp - info.nmant, info.maxexp, dtype=dtype)
    powers = np.ldexp(np.ones_like(exponents), exponents.astype(int))
    np.testing.assert_array_equal(compiled(math.Exp2Op, dtype)(exponents), powers)
    np.testing.assert_array_equal(compiled(math.Log2Op, dtype)(powers), exponents)


@pytest.mark.parametrize("dtype", DTYPES)
def test_round_agrees_with_floor_of_half_more(dtype: str) -> None:
    x = np.random.default_rng(0).uniform(-1000, 1000, 2000).astype(dtype)
    wanted = np.copysign(np.floor(np.abs(x).astype("f8") + 0.5), x)
    np.testing.assert_array_equal(compiled(math.RoundOp, dtype)(x), wanted)


def test_one_function_serves_all_uses() -> None:
    block = Block(arg_types=[f64, f32])
    wide, narrow = block.args
    ops = [math.ExpOp(wide), math.ExpOp(wide), math.ExpOp(narrow), math_ext.ErfcOp(wide)]
    block.add_ops([*ops, func.ReturnOp(*ops)])
    outputs = [f64, f64, f32, f64]
    user = func.FuncOp("user", FunctionType.from_lists([f64, f32], outputs), Region(block))
    module = ModuleOp([user])
    ExpandMathPass().apply(Context(), module)
    module.verify()
    names = [f.sym_name.data for f in module.ops if isinstance(f, func.FuncOp)]
    assert names == ["user", "tir.exp.f64", "tir.exp.f32", "tir.erfc.f64"]
    assert not [op for op in module.walk() if op.name in EXPANDERS]
    added = [f for f in module.ops if f is not user]
    assert all("always_inline" in f.attributes for f in added)
    allowed = {math.FmaOp, math.SqrtOp, math.AbsFOp, math.CopySignOp, math.FloorOp, func.ReturnOp}
    for function in added:
        for op in function.regions[0].walk():
            assert op.dialect_name() == arith.Arith.name or type(op) in allowed


def test_other_types_stay() -> None:
    block = Block(arg_types=[f16])
    op = math.ExpOp(block.args[0])
    block.add_ops([op, func.ReturnOp(op)])
    module = ModuleOp([func.FuncOp("user", FunctionType.from_lists([f16], [f16]), Region(block))])
    ExpandMathPass().apply(Context(), module)
    assert op.parent_block() is block
