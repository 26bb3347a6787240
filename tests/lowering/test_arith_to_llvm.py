"""arith and math to machine code, against NumPy, at every width and predicate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.lowering.native_module import NativeModule, convert
from tir.support.errors import UnsupportedError
from tir.targets.llvm_ir import llvm_assembly

INTEGERS = {8: np.int8, 16: np.int16, 32: np.int32, 64: np.int64}
FLOATS = {"f32": np.float32, "f64": np.float64}


def _elementwise(body: str, inputs: list[str], output: str) -> NativeModule:
    """A function that computes `%r` from `%v0`, `%v1`... for each element."""
    names = [f"%x{k}: memref<?x{type_}>" for k, type_ in enumerate(inputs)]
    loads = "".join(
        f"%v{k} = memref.load %x{k}[%i] : memref<?x{type_}>\n" for k, type_ in enumerate(inputs)
    )
    return NativeModule(
        f"""
        func.func @f({", ".join(names)}, %y: memref<?x{output}>) {{
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %n = memref.dim %y, %c0 : memref<?x{output}>
          scf.for %i = %c0 to %n step %c1 {{
            {loads}
            {body}
            memref.store %r, %y[%i] : memref<?x{output}>
          }}
          func.return
        }}"""
    )


def _unsigned(array: np.ndarray) -> np.ndarray:
    return array.view(f"u{array.dtype.name}")


def _integer_samples(dtype: type) -> tuple[np.ndarray, np.ndarray]:
    info = np.iinfo(dtype)
    edges = np.array([0, 1, -1, 2, -2, 7, info.max, info.min, info.max - 1, info.min + 1], dtype)
    left, right = np.meshgrid(edges, edges)
    return left.ravel().copy(), right.ravel().copy()


INTEGER_OPS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "addi": lambda a, b: a + b,
    "subi": lambda a, b: a - b,
    "muli": lambda a, b: a * b,
    "andi": np.bitwise_and,
    "ori": np.bitwise_or,
    "xori": np.bitwise_xor,
    "maxsi": np.maximum,
    "minsi": np.minimum,
    "maxui": lambda a, b: np.maximum(_unsigned(a), _unsigned(b)).view(a.dtype),
    "minui": lambda a, b: np.minimum(_unsigned(a), _unsigned(b)).view(a.dtype),
}


@pytest.mark.parametrize("width", INTEGERS)
@pytest.mark.parametrize("name", INTEGER_OPS)
def test_integer_operations(name: str, width: int) -> None:
    type_ = f"i{width}"
    native = _elementwise(f"%r = arith.{name} %v0, %v1 : {type_}", [type_, type_], type_)
    left, right = _integer_samples(INTEGERS[width])
    out = np.zeros_like(left)
    native("f", left, right, out)
    np.testing.assert_array_equal(out, INTEGER_OPS[name](left, right))


@pytest.mark.parametrize("width", INTEGERS)
@pytest.mark.parametrize("name", ["divsi", "remsi", "divui", "remui"])
def test_divisions(name: str, width: int) -> None:
    type_ = f"i{width}"
    native = _elementwise(f"%r = arith.{name} %v0, %v1 : {type_}", [type_, type_], type_)
    left, right = _integer_samples(INTEGERS[width])
    defined = (right != 0) & ~((left == np.iinfo(left.dtype).min) & (right == -1))
    left, right = left[defined], right[defined]
    out = np.zeros_like(left)
    native("f", left, right, out)
    if name.endswith("ui"):
        a, b = _unsigned(left), _unsigned(right)
        expected = (a // b if name == "divui" else a % b).view(left.dtype)
    else:
        quotient = [int(abs(int(a)) // abs(int(b))) for a, b in zip(left, right, strict=True)]
        signs = np.sign(left.astype(object)) * np.sign(right.astype(object))
        quotient = np.array(quotient, object) * signs
        expected = quotient if name == "divsi" else left.astype(object) - quotient * right
    np.testing.assert_array_equal(out, expected.astype(left.dtype))


@pytest.mark.parametrize("width", INTEGERS)
@pytest.mark.parametrize("name", ["shli", "shrsi", "shrui"])
def test_shifts(name: str, width: int) -> None:
    type_ = f"i{width}"
    native = _elementwise(f"%r = arith.{name} %v0, %v1 : {type_}", [type_, type_], type_)
    left = np.repeat(_integer_samples(INTEGERS[width])[0][:10], width)
    right = np.tile(np.arange(width, dtype=left.dtype), 10)
    out = np.zeros_like(left)
    native("f", left, right, out)
    expected = {
        "shli": np.left_shift(left, right),
        "shrsi": np.right_shift(left, right),
        "shrui": np.right_shift(_unsigned(left), _unsigned(right)).view(left.dtype),
    }[name]
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("width", INTEGERS)
@pytest.mark.parametrize(
    "predicate", ["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"]
)
def test_integer_comparisons(predicate: str, width: int) -> None:
    type_ = f"i{width}"
    native = _elementwise(f"%r = arith.cmpi {predicate}, %v0, %v1 : {type_}", [type_] * 2, "i1")
    left, right = _integer_samples(INTEGERS[width])
    out = np.zeros(left.shape, np.bool_)
    native("f", left, right, out)
    if predicate.startswith("u"):
        left, right = _unsigned(left), _unsigned(right)
    compare = {"eq": "==", "ne": "!="}.get(predicate) or {"lt": "<", "le": "<=", "gt": ">"}.get(
        predicate[1:], ">="
    )
    expected = eval(f"a {compare} b", {"a": left, "b": right})
    np.testing.assert_array_equal(out, expected)


def _float_samples(dtype: type) -> tuple[np.ndarray, np.ndarray]:
    tiny = np.finfo(dtype).tiny
    values = [0.0, -0.0, 1.0, -1.5, 2.5, 3.5, -2.5, 0.1, tiny, 1e30, np.inf, -np.inf, np.nan]
    left, right = np.meshgrid(np.array(values, dtype), np.array(values, dtype))
    return left.ravel().copy(), right.ravel().copy()


def _ordered(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return ~(np.isnan(a) | np.isnan(b))


@pytest.mark.parametrize("type_", FLOATS)
@pytest.mark.parametrize(
    "predicate",
    [
        "false",
        "oeq",
        "ogt",
        "oge",
        "olt",
        "ole",
        "one",
        "ord",
        "ueq",
        "ugt",
        "uge",
        "ult",
        "ule",
        "une",
        "uno",
        "true",
    ],
)
def test_float_comparisons(predicate: str, type_: str) -> None:
    native = _elementwise(f"%r = arith.cmpf {predicate}, %v0, %v1 : {type_}", [type_] * 2, "i1")
    left, right = _float_samples(FLOATS[type_])
    out = np.zeros(left.shape, np.bool_)
    native("f", left, right, out)
    ordered = _ordered(left, right)
    plain = {
        "eq": left == right,
        "gt": left > right,
        "ge": left >= right,
        "lt": left < right,
        "le": left <= right,
        "ne": left != right,
    }
    if predicate in ("false", "true"):
        expected = np.full(left.shape, predicate == "true")
    elif predicate in ("ord", "uno"):
        expected = ordered if predicate == "ord" else ~ordered
    elif predicate.startswith("o"):
        expected = plain[predicate[1:]] & ordered
    else:
        expected = plain[predicate[1:]] | ~ordered
    np.testing.assert_array_equal(out, expected)


FLOAT_OPS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "arith.addf": np.add,
    "arith.subf": np.subtract,
    "arith.mulf": np.multiply,
    "arith.divf": np.divide,
    "arith.maximumf": np.maximum,
    "arith.minimumf": np.minimum,
    "arith.maxnumf": np.fmax,
    "arith.minnumf": np.fmin,
    "math.copysign": np.copysign,
}


@pytest.mark.parametrize("type_", FLOATS)
@pytest.mark.parametrize("name", FLOAT_OPS)
def test_float_operations(name: str, type_: str) -> None:
    native = _elementwise(f"%r = {name} %v0, %v1 : {type_}", [type_] * 2, type_)
    left, right = _float_samples(FLOATS[type_])
    out = np.zeros_like(left)
    native("f", left, right, out)
    with np.errstate(all="ignore"):
        expected = FLOAT_OPS[name](left, right)
    np.testing.assert_array_equal(out, expected)


UNARY_OPS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "arith.negf": np.negative,
    "math.absf": np.abs,
    "math.sqrt": np.sqrt,
    "math.floor": np.floor,
    "math.ceil": np.ceil,
    "math.trunc": np.trunc,
    "math.roundeven": np.round,
}


@pytest.mark.parametrize("type_", FLOATS)
@pytest.mark.parametrize("name", UNARY_OPS)
def test_unary_operations(name: str, type_: str) -> None:
    native = _elementwise(f"%r = {name} %v0 : {type_}", [type_], type_)
    x = _float_samples(FLOATS[type_])[0]
    out = np.zeros_like(x)
    native("f", x, out)
    with np.errstate(all="ignore"):
        expected = UNARY_OPS[name](x)
    np.testing.assert_array_equal(out, expected)
    ordered = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(out[ordered]), np.signbit(expected[ordered]))


def test_fma_rounds_once() -> None:
    native = _elementwise("%r = math.fma %v0, %v1, %v2 : f64", ["f64"] * 3, "f64")
    x = np.array([1.0 + 2.0**-30])
    out = np.zeros(1)
    native("f", x, x, -(x * x), out)
    assert out[0] == 2.0**-60


CASTS = [
    ("i8", "extsi", "i64", lambda x: x.astype(np.int64)),
    ("i8", "extui", "i64", lambda x: x.view(np.uint8).astype(np.int64)),
    ("i64", "trunci", "i16", lambda x: x.astype(np.int16)),
    ("i32", "sitofp", "f64", lambda x: x.astype(np.float64)),
    ("i32", "uitofp", "f32", lambda x: x.view(np.uint32).astype(np.float32)),
    ("i64", "uitofp", "f64", lambda x: x.view(np.uint64).astype(np.float64)),
    ("f32", "extf", "f64", lambda x: x.astype(np.float64)),
    ("f64", "truncf", "f32", lambda x: x.astype(np.float32)),
    ("f64", "bitcast", "i64", lambda x: x.view(np.int64)),
    ("i1", "extui", "i32", lambda x: x.astype(np.int32)),
    ("i1", "uitofp", "f32", lambda x: x.astype(np.float32)),
]
DTYPES = {
    "i1": np.bool_,
    "i8": np.int8,
    "i16": np.int16,
    "i32": np.int32,
    "i64": np.int64,
    "f32": np.float32,
    "f64": np.float64,
}


@pytest.mark.parametrize(("source", "name", "target", "expected"), CASTS)
def test_casts(source: str, name: str, target: str, expected: Callable) -> None:
    native = _elementwise(f"%r = arith.{name} %v0 : {source} to {target}", [source], target)
    if source.startswith("f"):
        x = _float_samples(FLOATS[source])[0]
    elif source == "i1":
        x = np.array([True, False])
    else:
        x = _integer_samples(DTYPES[source])[0]
    out = np.zeros(x.shape, DTYPES[target])
    native("f", x, out)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(out, expected(x))


@pytest.mark.parametrize("type_", FLOATS)
def test_floats_to_integers(type_: str) -> None:
    x = np.array([0.0, -0.0, 1.9, -1.9, 100.5, -(2.0**31), 2.0**31 - 129], FLOATS[type_])
    signed = _elementwise(f"%r = arith.fptosi %v0 : {type_} to i32", [type_], "i32")
    out = np.zeros(x.shape, np.int32)
    signed("f", x, out)
    np.testing.assert_array_equal(out, x.astype(np.int32))
    x = np.array([0.0, 1.9, 2.0**63, 2.0**63 + 2.0**41], FLOATS[type_])
    unsigned = _elementwise(f"%r = arith.fptoui %v0 : {type_} to i64", [type_], "i64")
    out = np.zeros(x.shape, np.uint64)
    unsigned("f", x, out)
    np.testing.assert_array_equal(out, x.astype(np.uint64))


def test_float_constants_are_exact() -> None:
    values = [0.1, -0.0, 1e-320, 3.4e38, float("inf")]
    for value in values:
        for type_, dtype in FLOATS.items():
            text = {"inf": "0x7F800000" if type_ == "f32" else "0x7FF0000000000000"}.get(
                str(value), repr(value)
            )
            if "e" in text and "." not in text:
                text = text.replace("e", ".0e")
            native = NativeModule(
                f"func.func @f() -> {type_} {{\n%c = arith.constant {text} : {type_}\n"
                f"func.return %c : {type_}\n}}"
            )
            with np.errstate(over="ignore"):
                expected = dtype(value)
            assert dtype(native("f")).tobytes() == expected.tobytes()


def test_fast_math_flags_reach_the_assembly() -> None:
    module = convert(
        """
        func.func @f(%a: f64, %b: f64) -> f64 {
          %0 = arith.addf %a, %b fastmath<reassoc,nnan> : f64
          %1 = arith.mulf %0, %b : f64
          %2 = arith.cmpf olt, %1, %b fastmath<nnan> : f64
          %3 = math.sqrt %1 fastmath<contract> : f64
          %4 = arith.select %2, %3, %1 : f64
          func.return %4 : f64
        }"""
    )
    text = llvm_assembly(module)
    assert "fadd reassoc nnan double" in text
    assert "fmul double" in text
    assert "fcmp nnan olt double" in text
    assert "call contract double @llvm.sqrt.f64" in text


def test_operations_without_a_lowering_are_named() -> None:
    with pytest.raises(UnsupportedError, match=r"math\.tanh"):
        convert("func.func @f(%a: f64) -> f64 {\n%0 = math.tanh %a : f64\nfunc.return %0 : f64\n}")
