"""Contiguous copies of strided arrays by native code."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import tir
import tir.tensor as T
from tir.runtime import copies
from tir.runtime.copies import contiguous

DTYPES = ("bool", "int8", "uint16", "float32", "int64", "float64", "complex64", "complex128")


@st.composite
def strided_arrays(draw: Any) -> np.ndarray[Any, Any]:
    """Slices of permuted arrays, with steps of both signs and broadcast axes."""
    shape = draw(st.lists(st.sampled_from([1, 2, 3, 5, 17, 40]), min_size=1, max_size=5))
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    length = int(np.prod(shape))
    array = (np.arange(length) % 251).astype(dtype).reshape(shape)
    steps = st.sampled_from([slice(None), slice(None, None, -1), slice(None, None, 2)])
    array = array[tuple(draw(steps) for _ in shape)].transpose(
        draw(st.permutations(range(len(shape))))
    )
    if draw(st.booleans()):
        array = np.broadcast_to(array, (3, *array.shape))
    return array


@settings(deadline=None)
@given(array=strided_arrays())
def test_copies_what_numpy_copies(array: np.ndarray[Any, Any]) -> None:
    least, copies._LEAST_BYTES = copies._LEAST_BYTES, 1
    try:
        copied = contiguous(array)
    finally:
        copies._LEAST_BYTES = least
    assert copied.flags.c_contiguous
    assert copied.dtype == array.dtype
    np.testing.assert_array_equal(copied, array)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(3_000_001)[::-3],
        np.arange(700 * 900, dtype="float32").reshape(700, 900).T,
        np.arange(60 * 70 * 80, dtype="int16").reshape(60, 70, 80).transpose(2, 0, 1),
    ],
    ids=["vector", "matrix", "cube"],
)
def test_copies_by_several_threads(array: np.ndarray[Any, Any]) -> None:
    copied = contiguous(array)
    assert copied.flags.c_contiguous
    np.testing.assert_array_equal(copied, array)


def test_leaves_what_it_need_not_or_cannot_copy() -> None:
    ready = np.zeros((400, 400))
    assert contiguous(ready) is ready
    small = np.zeros((4, 4)).T[::2]
    assert contiguous(small) is small
    swapped = np.zeros((400, 400), ">f8").T[::2]
    assert contiguous(swapped) is swapped
    objects = np.full((400, 400), None).T[::2]
    assert contiguous(objects) is objects


def test_compiled_functions_take_transposed_and_strided_arrays() -> None:
    x = T.fmatrix("x")
    f = tir.function([x], T.exp(x).sum(axis=1))
    values = np.random.default_rng(3).standard_normal((600, 700)).astype("float32")
    for given_array in (values.T, values[::-1, ::2], np.asfortranarray(values)):
        expected = np.exp(given_array.astype("float64")).sum(axis=1)
        np.testing.assert_allclose(f(given_array), expected, rtol=2e-6)
