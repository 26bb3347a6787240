"""Functions of neural networks: `T.nnet.softmax`, `from tir.tensor.nnet import sigmoid`."""

from __future__ import annotations

from tir.frontend.tensor.nnet.activations import (
    elu,
    hard_sigmoid,
    relu,
    sigmoid,
    softplus,
    softsign,
)
from tir.frontend.tensor.nnet.cross_entropy import (
    binary_crossentropy,
    categorical_crossentropy,
    sigmoid_binary_crossentropy,
)
from tir.frontend.tensor.nnet.softmax import logsoftmax, softmax

__all__ = [
    "binary_crossentropy",
    "categorical_crossentropy",
    "elu",
    "hard_sigmoid",
    "logsoftmax",
    "relu",
    "sigmoid",
    "sigmoid_binary_crossentropy",
    "softmax",
    "softplus",
    "softsign",
]
