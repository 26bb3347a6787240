"""Chains of elementwise operations on vectors that are larger than any cache."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.workload import Arrays, Bound, Expression

COMPILERS = ("jax", "torch", "pytensor")


def _two(dtype: str) -> Any:
    def inputs(rng: np.random.Generator, n: int) -> Arrays:
        return tuple(rng.normal(size=n).astype(dtype) for _ in range(2))

    return inputs


def _polynomial(_: Any, a: Any, b: Any) -> Any:
    return a**2 + b**2 + 2 * a * b


def _transcendental(xp: Any, a: Any, b: Any) -> Any:
    return xp.tanh(a) * xp.exp(-b * b) + xp.log1p(abs(a))


RATE, VOLATILITY = 0.02, 0.3


def _market(rng: np.random.Generator, n: int) -> Arrays:
    """Prices of a stock, strike prices, and times to maturity."""
    return rng.uniform(10, 50, n), rng.uniform(10, 50, n), rng.uniform(0.5, 2, n)


def _black_scholes(xp: Any, erf: Any, price: Any, strike: Any, time: Any) -> Any:
    """The values of a call and of a put."""
    spread = VOLATILITY * xp.sqrt(time)
    d1 = (xp.log(price / strike) + (RATE + 0.5 * VOLATILITY**2) * time) / spread
    d2 = d1 - spread
    below1 = 0.5 + 0.5 * erf(d1 * math.sqrt(0.5))
    below2 = 0.5 + 0.5 * erf(d2 * math.sqrt(0.5))
    discounted = strike * xp.exp(-RATE * time)
    call = price * below1 - discounted * below2
    return call, call - price + discounted


def _erf(x: Any) -> Any:
    return np.asarray(np.frompyfunc(math.erf, 1, 1)(x), float)


WORKLOADS = [
    Expression(
        "polynomial",
        "float64",
        _two("float64"),
        (10_000_000,),
        (1000,),
        lambda a, b: _polynomial(np, a, b),
        {
            **dict.fromkeys(("tir", *COMPILERS), _polynomial),
            "numexpr": lambda _: "a**2 + b**2 + 2*a*b",
        },
        (Bound((*COMPILERS, "numexpr"), 0.65),),
        share=0.8,
    ),
    *(
        Expression(
            f"transcendental-{dtype}",
            dtype,
            _two(dtype),
            (10_000_000,),
            (1000,),
            lambda a, b: _transcendental(np, a, b),
            {
                "tir": lambda tir, a, b: _transcendental(tir.tensor, a, b),
                "jax": lambda jax, a, b: _transcendental(jax.numpy, a, b),
                "torch": _transcendental,
                "pytensor": lambda pytensor, a, b: _transcendental(pytensor.tensor, a, b),
                "numexpr": lambda _: "tanh(a)*exp(-b*b) + log1p(abs(a))",
            },
            (Bound((*COMPILERS, "numexpr"), 0.7),),
        )
        for dtype in ("float32", "float64")
    ),
    Expression(
        "black-scholes",
        "float64",
        _market,
        (4_000_000,),
        (1000,),
        lambda *market: _black_scholes(np, _erf, *market),
        {  # numexpr has no erf
            "tir": lambda tir, *m: _black_scholes(tir.tensor, tir.tensor.erf, *m),
            "jax": lambda jax, *m: _black_scholes(jax.numpy, jax.scipy.special.erf, *m),
            "torch": lambda torch, *m: _black_scholes(torch, torch.erf, *m),
            "pytensor": lambda pytensor, *m: _black_scholes(
                pytensor.tensor, pytensor.tensor.erf, *m
            ),
        },
        (Bound(COMPILERS, 0.7),),
    ),
]
