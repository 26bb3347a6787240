"""Learn to read handwritten digits: softmax regression, then a network with one hidden layer.

The data are the 1,797 scanned digits of 8 x 8 pixels that scikit-learn ships. Run `python examples/digits.py`; it
prints what the models reach on digits that they have not seen, and draws `build/digits.png`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")  # no display is needed

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from tqdm import tqdm

import tir
from tir import tensor as T

CLASSES = 10
PIXELS = 64
HIDDEN = 100
TRAINING = 1347
BATCH = 32


@dataclass
class Digits:
    """Images as rows of 64 numbers between 0 and 1, and the digits they show."""

    train_x: np.ndarray[Any, Any]
    train_y: np.ndarray[Any, Any]
    test_x: np.ndarray[Any, Any]
    test_y: np.ndarray[Any, Any]

    @classmethod
    def load(cls) -> Digits:
        """The digits, shuffled: three quarters to learn from, the rest held out."""
        images, labels = load_digits(return_X_y=True)
        order = np.random.default_rng(0).permutation(len(images))
        images = (images[order] / 16).astype(tir.config.floatX)
        labels = labels[order].astype("int32")
        return cls(images[:TRAINING], labels[:TRAINING], images[TRAINING:], labels[TRAINING:])


@dataclass
class Model:
    """An expression for the probabilities of the digits, and what there is to learn in it."""

    name: str
    probabilities: Any
    parameters: list[Any]
    learning_rate: float
    momentum: float
    decay: float
    first_layer: Any
    costs: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)


def softmax_regression(x: Any) -> Model:
    """One layer: a template for each digit."""
    w = tir.shared(np.zeros((PIXELS, CLASSES)), name="W")
    b = tir.shared(np.zeros(CLASSES), name="b")
    return Model("softmax regression", T.nnet.softmax(T.dot(x, w) + b), [w, b], 0.5, 0.0, 1e-4, w)


def network(x: Any) -> Model:
    """Two layers, the hidden one of tanh units."""
    rng = np.random.default_rng(1)
    spread = np.sqrt(6 / (PIXELS + HIDDEN))
    w1 = tir.shared(rng.uniform(-spread, spread, (PIXELS, HIDDEN)), name="W1")
    b1 = tir.shared(np.zeros(HIDDEN), name="b1")
    w2 = tir.shared(np.zeros((HIDDEN, CLASSES)), name="W2")
    b2 = tir.shared(np.zeros(CLASSES), name="b2")
    hidden = T.tanh(T.dot(x, w1) + b1)
    output = T.nnet.softmax(T.dot(hidden, w2) + b2)
    return Model("two-layer network", output, [w1, b1, w2, b2], 0.05, 0.9, 1e-4, w1)


def updates_of(model: Model, cost: Any, rate: Any) -> list[tuple[Any, Any]]:
    """A step of gradient descent with momentum for each parameter."""
    updates = []
    for parameter, gradient in zip(model.parameters, T.grad(cost, model.parameters), strict=True):
        velocity = tir.shared(np.zeros_like(parameter.get_value()))
        step = model.momentum * velocity - rate * gradient
        updates += [(velocity, step), (parameter, parameter + step)]
    return updates


def train(model: Model, x: Any, data: Digits, epochs: int, mode: str | None) -> None:
    """Fit a model and print how long that took and how well it reads."""
    y, rows = T.ivector("y"), T.lvector("rows")
    images, labels = tir.shared(data.train_x, name="images"), tir.shared(data.train_y)
    likelihood = T.mean(T.log(model.probabilities)[T.arange(y.shape[0]), y])
    weights = sum(T.sum(p**2) for p in model.parameters if p.ndim == 2)
    cost = -likelihood + model.decay * weights

    rate = tir.shared(model.learning_rate, name="rate")

    start = time.perf_counter()
    step = tir.function(
        [rows],
        cost,
        updates=updates_of(model, cost, rate),
        givens={x: images[rows], y: labels[rows]},
        mode=mode,
    )
    mistakes = tir.function(
        [x, y], T.mean(T.neq(T.argmax(model.probabilities, axis=1), y)), mode=mode
    )
    compile_time = time.perf_counter() - start

    rng = np.random.default_rng(2)
    training_time = 0.0
    progress = tqdm(range(epochs), desc=model.name, unit="epoch", ncols=88)
    for _ in progress:
        order = rng.permutation(len(data.train_x))
        start = time.perf_counter()
        costs = [step(order[i : i + BATCH]) for i in range(0, len(order), BATCH)]
        training_time += time.perf_counter() - start
        model.costs.append(float(np.mean(costs)))
        model.errors.append(100 * float(mistakes(data.test_x, data.test_y)))
        rate.set_value(0.97 * rate.get_value())
        progress.set_postfix(held_out=f"{model.errors[-1]:.2f}%", refresh=False)
    print(
        f"{model.name}: compiled in {compile_time:.2f} s, "
        f"{1000 * training_time / epochs:.1f} ms per epoch, held-out error {model.errors[-1]:.2f}%"
    )


def draw(models: Sequence[Model], path: Path) -> None:
    """The learning curves, and the first layers' weights as images."""
    figure = plt.figure(figsize=(12, 9.4), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.06, h_pad=0.06, wspace=0.02, hspace=0.02)
    figure.suptitle("Reading 8 × 8 scanned digits with tir", fontsize=16)
    top, middle, bottom = figure.subfigures(3, 1, height_ratios=[1.25, 0.6, 1.0])

    cost_axes, error_axes = top.subplots(1, 2)
    for model, color in zip(models, ("tab:orange", "tab:blue"), strict=True):
        epochs = range(1, len(model.costs) + 1)
        cost_axes.plot(epochs, model.costs, color=color, label=model.name)
        label = f"{model.name}: {model.errors[-1]:.1f}%"
        error_axes.plot(epochs, model.errors, color=color, label=label)
    for axes, title in (
        (cost_axes, "Training cost (negative log-likelihood + decay)"),
        (error_axes, "Error on 450 held-out digits (%)"),
    ):
        axes.set(title=title, xlabel="epoch", yscale="log")
        axes.grid(which="both", alpha=0.25)
        axes.legend(frameon=False)
    error_axes.yaxis.set_major_formatter(mpl.ticker.FormatStrFormatter("%g"))
    error_axes.set_yticks([1, 2, 3, 5, 10, 20])
    error_axes.yaxis.set_minor_formatter(mpl.ticker.NullFormatter())

    middle.suptitle("Softmax regression: what speaks for (red) and against (blue) each digit")
    templates = models[0].first_layer.get_value().T
    _draw_weights(middle.subplots(1, CLASSES), templates, [str(d) for d in range(CLASSES)])
    bottom.suptitle("Two-layer network: what its strongest hidden units look for")
    hidden = models[1].first_layer.get_value().T
    strongest = np.argsort(-np.abs(models[1].parameters[2].get_value()).sum(1))[:48]
    _draw_weights(bottom.subplots(3, 16), hidden[strongest], [""] * len(strongest))

    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _draw_weights(grid: Any, weights: np.ndarray[Any, Any], titles: Sequence[str]) -> None:
    for axes, row, title in zip(np.ravel(grid), weights, titles, strict=True):
        limit = np.abs(row).max()
        axes.imshow(row.reshape(8, 8), cmap="RdBu_r", vmin=-limit, vmax=limit)
        if title:
            axes.set_title(title, fontsize=11)
        axes.set_xticks([])
        axes.set_yticks([])


def main(argv: Sequence[str] | None = None) -> None:
    """Train both models and draw them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=80)
    parser.add_argument("--mode", default=None, help="the mode of the compiled functions")
    parser.add_argument("--picture", type=Path, default=Path("build/digits.png"))
    options = parser.parse_args(argv)

    data = Digits.load()
    x = T.matrix("x")
    models = [softmax_regression(x), network(x)]
    for model in models:
        train(model, x, data, options.epochs, options.mode)
    draw(models, options.picture)
    print(f"learning curves and weights: {options.picture}")
    if models[-1].errors[-1] > 3:
        raise SystemExit("the network should read at least 97% of the held-out digits")


if __name__ == "__main__":
    main()
