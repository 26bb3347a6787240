"""Functions of each row of a matrix, whose steps share the row: softmax and its like."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workload import Arrays, Bound, Expression

PEERS = (Bound(("jax", "torch"), 0.8),)
EPSILON = 1e-5


def _matrix(rng: np.random.Generator, rows: int, columns: int) -> Arrays:
    return ((3 * rng.normal(size=(rows, columns))).astype("float32"),)


def _labelled(rng: np.random.Generator, rows: int, columns: int) -> Arrays:
    return (*_matrix(rng, rows, columns), rng.integers(0, columns, rows).astype("int32"))


def _scaled(rng: np.random.Generator, rows: int, columns: int) -> Arrays:
    scale, shift = (rng.normal(size=columns).astype("float32") for _ in range(2))
    return (*_matrix(rng, rows, columns), scale, shift)


def _softmax(x: Any) -> Any:
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _cross_entropy(x: Any, labels: Any) -> Any:
    return -np.log(_softmax(x)[np.arange(len(labels)), labels])


def _layer_norm(x: Any, scale: Any, shift: Any) -> Any:
    mean, variance = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return (x - mean) / np.sqrt(variance + EPSILON) * scale + shift


def _symbolic_layer_norm(T: Any, x: Any, scale: Any, shift: Any) -> Any:
    mean, variance = T.mean(x, axis=1, keepdims=True), T.var(x, axis=1, keepdims=True)
    return (x - mean) / T.sqrt(variance + EPSILON) * scale + shift


def _jax_cross_entropy(jax: Any, x: Any, labels: Any) -> Any:
    chosen = jax.numpy.take_along_axis(jax.nn.log_softmax(x, axis=1), labels[:, None], axis=1)
    return -chosen[:, 0]


def _symbolic_cross_entropy(T: Any, log_softmax: Any, labels: Any) -> Any:
    return -log_softmax[T.arange(labels.shape[0]), labels]


def _torch_layer_norm(torch: Any, x: Any, scale: Any, shift: Any) -> Any:
    return torch.nn.functional.layer_norm(x, x.shape[1:], scale, shift, EPSILON)


WORKLOADS = [
    workload
    for columns in (1000, 1024)
    for workload in (
        Expression(
            f"softmax-{columns}",
            "float32",
            _matrix,
            (4096, columns),
            (5, 7),
            _softmax,
            {
                "tir": lambda tir, x: tir.tensor.nnet.softmax(x),
                "jax": lambda jax, x: jax.nn.softmax(x, axis=1),
                "torch": lambda torch, x: torch.softmax(x, 1),
            },
            PEERS,
            share=0.7,
        ),
        Expression(
            f"cross-entropy-{columns}",
            "float32",
            _labelled,
            (4096, columns),
            (5, 7),
            _cross_entropy,
            {
                "tir": lambda tir, x, labels: _symbolic_cross_entropy(
                    tir.tensor, tir.tensor.nnet.logsoftmax(x), labels
                ),
                "jax": _jax_cross_entropy,
                "torch": lambda torch, x, labels: torch.nn.functional.cross_entropy(
                    x, labels.long(), reduction="none"
                ),
            },
            PEERS,
            share=0.7,
        ),
        Expression(
            f"layer-norm-{columns}",
            "float32",
            _scaled,
            (4096, columns),
            (5, 7),
            _layer_norm,
            {
                "tir": lambda tir, *x: _symbolic_layer_norm(tir.tensor, *x),
                "jax": lambda jax, *x: _symbolic_layer_norm(jax.numpy, *x),
                "torch": _torch_layer_norm,
            },
            PEERS,
            share=0.7,
        ),
    )
]
