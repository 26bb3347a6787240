"""How much a kernel does: bytes of its buffers, and floating-point operations that were run."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from math import prod

from benchmarks.profiling.instrument import Call
from benchmarks.profiling.llvm_text import Block, mentioned

_KERNEL = re.compile(
    r"func\.func private @([\w.$-]+)\((.*?)\)(?: ->.*)?(?: attributes .*)? \{$", re.M
)
_ARGUMENT = re.compile(
    r"%[\w.$-]+ ?: (?:memref<((?:[\d?]+x)*)(\w+)(?:, strided<\[([^\]]*)\][^>]*>)?>|(\w+))"
)
_BITS = re.compile(r"\d+")
_PRODUCT = re.compile(r"tir_([sd])(batch_gemm|gemm|gemm_onto|gemv|dot)$")

Counts = dict[str, list[tuple[Block, int]]]


@dataclass(frozen=True)
class Buffer:
    """A memref among the parameters of a kernel: its sizes, None where they are arguments."""

    sizes: tuple[int | None, ...]
    element_bytes: int
    dynamic_strides: int


def kernel_buffers(loops: str) -> dict[str, list[Buffer | None]]:
    """By kernel, its parameters in the text of the stage `loops`; None for one that is a number."""
    return {
        name: [_buffer(argument) for argument in _ARGUMENT.findall(arguments)]
        for name, arguments in _KERNEL.findall(loops)
    }


def _buffer(argument: tuple[str, str, str, str]) -> Buffer | None:
    sizes, element, strides, scalar = argument
    if scalar:
        return None
    bits = _BITS.search(element)
    return Buffer(
        tuple(None if size == "?" else int(size) for size in sizes.split("x")[:-1]),
        max(1, int(bits[0]) // 8) if bits else 8,
        strides.count("?"),
    )


def bytes_of_call(call: Call, parameters: list[Buffer | None]) -> int:
    """The size of all buffers of a kernel, each once: what has to come from memory or go there at least."""
    integers = iter(call.arguments)
    total = 0
    for parameter in parameters:
        if parameter is None:
            next(integers)
            continue
        sizes = [next(integers) if size is None else size for size in parameter.sizes]
        for _ in range(parameter.dynamic_strides):
            next(integers)
        total += prod(sizes) * parameter.element_bytes
    return total


def product_of_call(call: Call) -> tuple[int, int] | None:
    """Bytes and operations of a product of matrices, by the helper's sizes, its first arguments; None for other calls."""
    match = _PRODUCT.match(call.callee)
    if match is None:
        return None
    size = 4 if match[1] == "s" else 8
    match match[2], call.arguments:
        case "batch_gemm", [count, m, n, k, *_]:
            return count * size * (m * k + k * n + m * n), count * 2 * m * n * k
        case "gemm", [m, n, k, *_]:
            return size * (m * k + k * n + m * n), 2 * m * n * k
        case "gemm_onto", [m, n, k, *_]:
            return size * (m * k + k * n + 2 * m * n), 2 * m * n * k
        case "gemv", [m, n, *_]:
            return size * (m * n + m + n), 2 * m * n
        case _, [n, *_]:
            return size * 2 * n, 2 * n


def flops_by_function(counts: Counts) -> dict[str, float]:
    """Operations of each function, with those of the functions that it calls or hands to others.

    Where several call the same one, each has a share by the number of its calls.
    """
    uses = {name: _uses(blocks, counts) for name, blocks in counts.items()}
    all_uses: Counter[str] = Counter()
    for used in uses.values():
        all_uses.update(used)
    result: dict[str, float] = {}

    def total(name: str) -> float:
        if name not in result:
            result[name] = 0.0  # a function that calls itself is counted once
            own = sum(block.flops * times for block, times in counts[name])
            called = sum(total(f) * used / all_uses[f] for f, used in uses[name].items() if used)
            result[name] = own + called
        return result[name]

    for name in counts:
        total(name)
    return result


def _uses(blocks: list[tuple[Block, int]], counts: Counts) -> Counter[str]:
    uses: Counter[str] = Counter()
    for block, times in blocks:
        for line in block.lines:
            for name in mentioned(line):
                if name in counts:
                    uses[name] += times
    return uses


def functions_below(name: str, counts: Counts) -> list[str]:
    """A function and all it calls or hands to others."""
    found = [name]
    for function in found:
        found += [f for f in _uses(counts[function], counts) if f not in found]
    return found


def hottest_block(names: list[str], counts: Counts) -> tuple[str, Block, int]:
    """The block of some functions that has run most instructions, with its function and how often it ran."""
    candidates = [(name, block, times) for name in names for block, times in counts[name]]
    return max(candidates, key=lambda c: len(c[1].lines) * c[2])
