"""Variables and constants: their types, and what must not become one."""

from __future__ import annotations

import numpy as np
import pytest

import tir
from tir import tensor as T
from tir.tensor import AsTensorError, TensorType

DTYPES = {"b": "int8", "w": "int16", "i": "int32", "l": "int64", "f": "float32", "d": "float64"}
PATTERNS = {
    "scalar": (),
    "vector": (False,),
    "row": (True, False),
    "col": (False, True),
    "matrix": (False, False),
    **{f"tensor{n}": (False,) * n for n in range(3, 8)},
}
PLURALS = {"matrix": "matrices"}


@pytest.mark.parametrize("shape", PATTERNS)
@pytest.mark.parametrize("prefix", ["", *DTYPES])
def test_every_constructor(prefix: str, shape: str) -> None:
    x = getattr(T, prefix + shape)("x")
    assert (x.name, x.dtype, x.broadcastable) == (
        "x",
        DTYPES.get(prefix, "float64"),
        PATTERNS[shape],
    )
    assert x.ndim == len(PATTERNS[shape])
    assert x.type == TensorType(x.dtype, x.broadcastable)


@pytest.mark.parametrize("shape", PATTERNS)
@pytest.mark.parametrize("prefix", ["", "f", "d", "i", "l"])
def test_every_plural(prefix: str, shape: str) -> None:
    several = getattr(T, prefix + PLURALS.get(shape, shape + "s"))
    a, b = several("first", "second")
    assert (a.name, b.name) == ("first", "second")
    assert [v.name for v in several("xyz")] == ["x", "y", "z"]
    assert [v.name for v in several(2)] == [None, None]
    assert several("x").type == getattr(T, prefix + shape)().type
    assert a.type == b.type == getattr(T, prefix + shape)().type


@pytest.mark.parametrize("prefix", ["c", "z"])
@pytest.mark.parametrize("shape", PATTERNS)
def test_complex_numbers_are_refused(prefix: str, shape: str) -> None:
    with pytest.raises(tir.UnsupportedError, match=r"complex.* is not supported yet"):
        getattr(T, prefix + shape)("x")


def test_floatx_is_looked_up_when_called() -> None:
    with tir.config.change_flags(floatX="float32"):
        assert T.matrix().dtype == "float32"
        assert T.tensor("floatX", (False,)).dtype == "float32"
        assert T.zeros((2, 2)).dtype == "float32"
    assert T.matrix(dtype="uint16").dtype == "uint16"
    assert T.vector(dtype="floatX").dtype == "float64"


def test_prefixed_names_are_types() -> None:
    assert T.dmatrix == TensorType("float64", (False, False))
    assert T.matrix().type == T.dmatrix
    assert T.dmatrix.make_variable("x").name == "x"


def test_tensor_takes_both_orders() -> None:
    assert T.tensor("int8", (True, False), name="x").type == TensorType("int8", (True, False))
    assert T.tensor((True,), "int8").type == T.tensor(dtype="int8", broadcastable=[True]).type
    with pytest.raises(tir.UnsupportedError, match="float16"):
        T.tensor("float16", ())
    with pytest.raises(TypeError, match="broadcastable must be a sequence"):
        T.tensor("int8", 3)
    with pytest.raises(TypeError, match="name of a variable must be a string"):
        T.scalar(3)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1, "int8"),
        (-129, "int16"),
        (40000, "int32"),
        (2**31, "int64"),
        (2**63, "uint64"),
        (0.5, "float32"),
        (0.1, "float64"),
        (float("nan"), "float32"),
        (float("inf"), "float32"),
        (np.float32(0.1), "float32"),
        (np.float64(0.5), "float64"),
        (np.uint8(3), "uint8"),
        (np.bool_(True), "bool"),
        ([1, 2], "int64"),
        (np.zeros(2, "int16"), "int16"),
    ],
)
def test_autocast(value: object, dtype: str) -> None:
    assert T.as_tensor_variable(value).dtype == dtype


def test_autocast_by_policy() -> None:
    x = T.fvector()
    assert (x + 0.5).dtype == "float32"
    assert (x + 0.1).dtype == "float64"
    assert (T.ivector() * x).dtype == "float64"
    with tir.config.change_flags(floatX="float32"):
        assert (x + 0.1).dtype == "float32"
    with tir.config.change_flags(cast_policy="numpy+floatX", floatX="float32"):
        assert T.as_tensor_variable(1).dtype == "int64"
        assert (T.ivector() * x).dtype == "float32"
        assert (T.ivector() * T.dvector()).dtype == "float64"
        assert T.arange(T.fscalar()).dtype == "float32"


def test_constants_broadcast_where_they_are_one() -> None:
    assert T.constant(np.zeros((1, 3, 1))).broadcastable == (True, False, True)
    assert T.constant(2.5, ndim=2).broadcastable == (True, True)
    assert T.constant(2, dtype="float32").dtype == "float32"
    one = T.constant(np.arange(3))
    with pytest.raises(ValueError, match="read-only"):
        one.data[0] = 5
    assert str(T.constant(2.5)) == "TensorConstant{2.5}"
    assert str(T.constant([[0.5]])) == "TensorConstant{(1, 1) of 0.5}"
    assert str(T.constant([1, 2, 3])) == "TensorConstant{[1 2 3]}"
    assert str(T.constant(2.5, name="half")) == "half"


def test_as_tensor_variable() -> None:
    x = T.matrix("x")
    assert T.as_tensor_variable(x) is x
    assert T.as_tensor_variable(x, ndim=3).broadcastable == (True, False, False)
    assert T.as_tensor_variable(T.row(), ndim=1).broadcastable == (False,)
    with pytest.raises(ValueError, match="not all are broadcastable"):
        T.as_tensor_variable(x, ndim=1)
    vector = T.as_tensor_variable([T.scalar(), 1, 2.0])
    assert (vector.dtype, vector.broadcastable) == ("float64", (False,))


def test_tensors_cannot_be_stacked_yet() -> None:
    with pytest.raises(tir.UnsupportedError, match="stacking tensors is not supported yet"):
        T.as_tensor_variable([T.vector(), 1.0])


@pytest.mark.parametrize("value", [True, "text", object(), None, [1, "a"], np.array(["a"])])
def test_what_is_no_tensor(value: object) -> None:
    with pytest.raises(AsTensorError):
        T.as_tensor_variable(value)


def test_a_mistaken_equality_is_explained() -> None:
    x = T.vector("x")
    with pytest.raises(AsTensorError, match=r"tir\.tensor\.eq"):
        T.switch(x == 1, x, 0)


@pytest.mark.parametrize("value", [np.zeros(2, "float16"), np.zeros(2, "complex64"), 1j])
def test_dtypes_that_come_later(value: object) -> None:
    with pytest.raises(tir.UnsupportedError, match="not supported yet"):
        T.as_tensor_variable(value)


def test_public_names_exist() -> None:
    for module in (T, T.nnet, tir):
        for name in module.__all__:
            assert hasattr(module, name), name


def test_none_is_no_dtype() -> None:
    """NumPy would take it for float64."""
    with pytest.raises(TypeError, match="None is not a dtype"):
        T.tensor(None, (False,))
    with pytest.raises(TypeError, match="None is not a dtype"):
        T.cast(T.ivector(), None)
