"""How the cost of tir grows: `python -m benchmarks.growth run|compile` prints a line of JSON.

`run`: the time of a call over the number of elements, beside NumPy. `compile`: the time of a compilation over the number of
nodes in the graph.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import tir
from benchmarks.stopwatch import Stopwatch
from tir import tensor as T

EXPRESSIONS: dict[str, Callable[..., Any]] = {
    "x + y": lambda x, y: x + y,
    "x**2 + y**2 + 2*x*y": lambda x, y: x**2 + y**2 + 2 * x * y,
    "sum(x * y)": lambda x, y: T.sum(x * y),
}
"""By the text that NumPy evaluates: what tir compiles. All of float64."""
HALF_DECADE = 10**0.5


def sizes(most: float, least: float = 1) -> list[int]:
    """Two numbers for each power of ten."""
    result = [least]
    while result[-1] * HALF_DECADE <= most * 1.01:
        result.append(result[-1] * HALF_DECADE)
    return [round(n) for n in result]


def run_time(most: float, rounds: int, seconds: float) -> dict[str, Any]:
    """`{expression: {"n": [...], "tir": [...], "numpy": [...]}}`, the shortest times in seconds."""
    rng = np.random.default_rng(0)
    everything = tuple(rng.normal(size=round(most)) for _ in range(2))
    functions = {}
    for name, write in EXPRESSIONS.items():
        x, y = T.dvectors("x", "y")
        functions[name] = tir.function([x, y], write(x, y))
    result: dict[str, Any] = {
        name: {"n": sizes(most), "tir": [], "numpy": []} for name in EXPRESSIONS
    }
    for text, function in functions.items():
        for n in result[text]["n"]:
            x, y = (array[:n] for array in everything)
            names = {"x": x, "y": y, "f": function, "sum": np.sum}
            watches = {"tir": Stopwatch("f(x, y)", names), "numpy": Stopwatch(text, names)}
            times: dict[str, list[float]] = {who: [] for who in watches}
            for _ in range(rounds):
                for who, watch in watches.items():
                    times[who] += watch.samples(seconds, least=1)
            for who, measured in times.items():
                result[text][who].append(min(measured))
    return result


def _chain(nodes: int) -> Any:
    """One kernel: a chain of elementwise operations on a vector."""
    x = value = T.dvector("x")
    for i in range(nodes // 2):
        value = T.tanh(value) if i % 2 else value * 0.5
        value = value + x
    return tir.function([x], value)


def _layers(nodes: int) -> Any:
    """Many kernels: layers of a product, a bias and a function."""
    x = value = T.dmatrix("x")
    w, b = tir.shared(np.eye(4)), tir.shared(np.zeros(4))
    for _ in range(max(nodes // 3, 1)):
        value = T.tanh(T.dot(value, w) + b)
    return tir.function([x], value)


GRAPHS: dict[str, Callable[[int], Any]] = {"elementwise chain": _chain, "layers": _layers}


def compile_time(most: float, patience: float) -> dict[str, Any]:
    """`{graph: {"nodes": [...], "seconds": [...]}}`, from the first node that is built to the compiled function.

    A graph that has taken longer than `patience` does not grow further.
    """
    result: dict[str, Any] = {}
    with tir.config.change_flags(cache=False):
        for name, build in GRAPHS.items():
            build(10)  # imports the compiler
            line = result[name] = {"nodes": [], "seconds": []}
            for nodes in sizes(most, 10):
                start = time.perf_counter()
                build(nodes)
                line["nodes"].append(nodes)
                line["seconds"].append(time.perf_counter() - start)
                if line["seconds"][-1] > patience:
                    break
    return result


def main() -> None:
    """Measure one of the two."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("what", choices=("run", "compile"))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.what == "run":
        result = run_time(1e6, 3, 0.005) if options.quick else run_time(1e8, 5, 0.02)
    else:
        result = compile_time(1000, 5.0) if options.quick else compile_time(10_000, 60.0)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
