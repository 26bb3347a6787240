"""Values to try operations on: random ones, and all the special ones of a dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from tir.support.dtypes import ALL_DTYPES, FLOAT_DTYPES, INTEGER_DTYPES, UNSIGNED_DTYPES

Array = np.ndarray[Any, Any]

NUMBER_DTYPES = (*INTEGER_DTYPES, *UNSIGNED_DTYPES, *FLOAT_DTYPES)
BIT_DTYPES = ("bool", *INTEGER_DTYPES, *UNSIGNED_DTYPES)
MIXED_DTYPES = (
    ("int8", "uint8"),
    ("int32", "float32"),
    ("float32", "float64"),
    ("int64", "uint32"),
    ("bool", "int16"),
)
"""Pairs whose common dtype is neither or only one of them."""

LENGTH = 37
"""Of sample vectors: no multiple of any vector register's, so remainder loops run too."""

_FLOATS = [0.0, -0.0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, np.nan, np.inf, -np.inf]
_FLOATS += [1e-10, -1e-10, 20.0, -20.0, 100.0, -100.0, 1e5, -1e5]
_INTEGERS = [0, 1, -1, 2, -2, 3, 7, -7, 10, 100, -100]


def vector(dtype: str, seed: int = 0, shift: int = 0) -> Array:
    """A vector of `LENGTH` special and random values; `shift` rotates it against others."""
    rng = np.random.default_rng([seed, *dtype.encode()])
    if dtype == "bool":
        values = rng.random(LENGTH) < 0.5
    elif dtype in FLOAT_DTYPES:
        values = np.concatenate([_FLOATS, rng.normal(scale=2, size=LENGTH - len(_FLOATS))])
    else:
        info = np.iinfo(dtype)
        special = [v for v in (*_INTEGERS, info.min, info.max) if info.min <= v <= info.max]
        random = rng.integers(max(info.min, -100), min(info.max, 100), LENGTH - len(special))
        values = np.concatenate([np.array(special, dtype), random.astype(dtype)])
    return np.roll(values, shift).astype(dtype)


def normal(shape: tuple[int, ...], dtype: str = "float64", seed: int = 1) -> Array:
    """Normal random numbers; integers are rounded to -5..5, unsigned ones to 0..5, booleans are signs."""
    values = np.random.default_rng([seed, *shape]).normal(size=shape)
    if dtype in FLOAT_DTYPES:
        return values.astype(dtype)
    if dtype == "bool":
        return values > 0
    integers = np.clip(np.round(values * 3), -5, 5)
    return (np.abs(integers) if dtype.startswith("u") else integers).astype(dtype)


def uniform(low: float, high: float, shape: tuple[int, ...] = (2, 3), seed: int = 2) -> Array:
    """Random float64 numbers between two bounds."""
    return np.random.default_rng(seed).uniform(low, high, shape)


__all__ = [
    "ALL_DTYPES",
    "BIT_DTYPES",
    "FLOAT_DTYPES",
    "LENGTH",
    "MIXED_DTYPES",
    "NUMBER_DTYPES",
    "normal",
    "uniform",
    "vector",
]
