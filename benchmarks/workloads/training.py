"""Steps of gradient descent: softmax regression, and a network with one hidden layer, on images of 28 x 28."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.workload import Arrays, Bound, Descent

PEERS = (Bound(("jax", "torch", "pytensor"), 0.8),)
CLASSES = 10


def _images(rng: np.random.Generator, batch: int, pixels: int, *_: int) -> Arrays:
    images = rng.uniform(size=(batch, pixels)).astype("float32")
    return images, rng.integers(0, CLASSES, batch).astype("int32")


def _layers(rng: np.random.Generator, batch: int, *widths: int) -> Arrays:
    """A matrix and a bias for each layer."""
    del batch
    parameters: list[np.ndarray[Any, Any]] = []
    for before, after in zip(widths, (*widths[1:], CLASSES), strict=True):
        spread = np.sqrt(6 / (before + after))
        parameters.append(rng.uniform(-spread, spread, (before, after)).astype("float32"))
        parameters.append(np.zeros(after, "float32"))
    return tuple(parameters)


def _step(parameters: Sequence[Any], x: Any, labels: Any) -> tuple[Any, list[Any]]:
    """The cost and its gradients, by hand."""
    layers = [parameters[i : i + 2] for i in range(0, len(parameters), 2)]
    values = [x]
    for w, b in layers[:-1]:
        values.append(np.tanh(values[-1] @ w + b))
    w, b = layers[-1]
    logits = values[-1] @ w + b
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    rows = np.arange(len(labels))
    cost = -np.log(p[rows, labels]).mean()
    p[rows, labels] -= 1
    delta = p / len(labels)
    gradients: list[Any] = []
    for (w, _), value in zip(reversed(layers), reversed(values), strict=True):
        gradients[:0] = [value.T @ delta, delta.sum(axis=0)]
        delta = (delta @ w.T) * (1 - value**2)
    return cost, gradients


def _logits(xp: Any, dot: Any, parameters: Sequence[Any], x: Any) -> Any:
    *hidden, w, b = parameters
    for i in range(0, len(hidden), 2):
        x = xp.tanh(dot(x, hidden[i]) + hidden[i + 1])
    return dot(x, w) + b


def _theano(T: Any, softmax: Any, parameters: Sequence[Any], x: Any, labels: Any) -> Any:
    p = softmax(_logits(T, T.dot, parameters, x))
    return -T.mean(T.log(p)[T.arange(labels.shape[0]), labels])


def _pytensor(pytensor: Any, parameters: Sequence[Any], x: Any, labels: Any) -> Any:
    T = pytensor.tensor
    return _theano(T, lambda v: T.special.softmax(v, axis=1), parameters, x, labels)


def _jax(jax: Any, parameters: Sequence[Any], x: Any, labels: Any) -> Any:
    log_p = jax.nn.log_softmax(_logits(jax.numpy, jax.numpy.dot, parameters, x))
    return -jax.numpy.take_along_axis(log_p, labels[:, None], axis=1).mean()


def _torch(torch: Any, parameters: Sequence[Any], x: Any, labels: Any) -> Any:
    logits = _logits(torch, lambda a, b: a @ b, parameters, x)
    return torch.nn.functional.cross_entropy(logits, labels.long())


WORKLOADS = [
    Descent(
        name,
        "float32",
        _images,
        size,
        small,
        _step,
        {
            "tir": lambda tir, *r: _theano(tir.tensor, tir.tensor.nnet.softmax, *r),
            "jax": _jax,
            "torch": _torch,
            "pytensor": _pytensor,
        },
        PEERS,
        parameters=_layers,
        rate=0.01,
    )
    for name, size, small in (
        ("logistic-step", (600, 784), (5, 7)),
        ("mlp-step-20", (20, 784, 500), (5, 7, 6)),
        ("mlp-step-256", (256, 784, 500), (5, 7, 6)),
    )
]
