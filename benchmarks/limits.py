"""What the machine can do at best, measured in the same run: memory, arithmetic, products of matrices.

The loops are written in LLVM assembly and compiled through llvmlite, so that no C compiler is needed.
"""

from __future__ import annotations

import ctypes
import json
import mmap
from collections.abc import Callable
from dataclasses import asdict, dataclass
from threading import Thread
from time import perf_counter
from typing import Any

import llvmlite.binding as llvm
import numpy as np

from benchmarks.environments import THREADS, run_here

SIZE = 10_000_000
"""Elements of each vector: 80 MB."""
LOOP = """
define double @{name}(ptr noalias %a, ptr noalias %b, ptr noalias %c, i64 %n) {{
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%next, %loop]
{body}
  %next = add i64 %i, {step}
  %done = icmp uge i64 %next, %n
  br i1 %done, label %exit, label %loop
exit:
{end}
}}
declare <8 x float> @llvm.fma.v8f32(<8 x float>, <8 x float>, <8 x float>)
declare <4 x double> @llvm.fma.v4f64(<4 x double>, <4 x double>, <4 x double>)
!0 = !{{i32 1}}
"""
TRIAD = """
  %pa = getelementptr double, ptr %a, i64 %i
  %pb = getelementptr double, ptr %b, i64 %i
  %pc = getelementptr double, ptr %c, i64 %i
  %va = load <8 x double>, ptr %pa, align 64
  %vb = load <8 x double>, ptr %pb, align 64
  %scaled = fmul <8 x double> %vb, splat (double 3.0)
  %sum = fadd <8 x double> %va, %scaled
  store <8 x double> %sum, ptr %pc, align 64{hint}
"""
"""c = a + 3 b: the least that can be done with three vectors."""
_ACCUMULATORS = range(10)
"""Enough to hide the latency of an addition: 4 or 5 cycles, two in each."""


@dataclass(frozen=True)
class Limits:
    """Bytes and floating-point operations per second, of all threads together."""

    triad: float
    """Two vectors read and one written, in recycled memory on huge pages, with non-temporal stores where that is best."""
    read: float
    """One vector read."""
    fma_float32: float
    fma_float64: float
    blas_float32: float
    blas_float64: float

    def best(self, other: Limits) -> Limits:
        """The higher one of each: what a machine could do at one moment that it could not at another is what others took.

        >>> Limits(3, 1, 1, 1, 1, 1).best(Limits(2, 2, 1, 1, 1, 1))
        Limits(triad=3, read=2, fma_float32=1, fma_float64=1, blas_float32=1, blas_float64=1)
        """
        ours, others = asdict(self), asdict(other)
        return Limits(**{name: max(ours[name], others[name]) for name in ours})


def measured_limits() -> Limits:
    """Measured in a process of its own, which has the number of threads that the benchmarks have."""
    return Limits(**json.loads(run_here("benchmarks.limits")))


def _measure(rounds: int = 30) -> Limits:
    """The best of many rounds, as others may disturb."""
    vectors = [_vector(SIZE) for _ in range(3)]
    triads = (_Native(_triad_ir(hint), "triad") for hint in ("", ", !nontemporal !0"))
    return Limits(
        triad=max(_bandwidth(triad, vectors, 24, rounds) for triad in triads),
        read=_bandwidth(_Native(_read_ir(), "read"), vectors, 8, rounds),
        fma_float32=_fma_peak("float", 8, rounds),
        fma_float64=_fma_peak("double", 4, rounds),
        blas_float32=_blas_peak("float32", rounds // 3),
        blas_float64=_blas_peak("float64", rounds // 3),
    )


def _triad_ir(hint: str) -> str:
    end = "  fence seq_cst\n  ret double 0.0"
    return LOOP.format(name="triad", body=TRIAD.format(hint=hint), step=8, end=end)


def _read_ir() -> str:
    body = [
        f"  %v{k} = phi <4 x double> [zeroinitializer, %entry], [%w{k}, %loop]"
        for k in _ACCUMULATORS
    ]
    for k in _ACCUMULATORS:
        body += [
            f"  %i{k} = add i64 %i, {4 * k}",
            f"  %p{k} = getelementptr double, ptr %a, i64 %i{k}",
            f"  %x{k} = load <4 x double>, ptr %p{k}, align 32",
            f"  %w{k} = fadd <4 x double> %v{k}, %x{k}",
        ]
    return _loop_ir("read", body, 4 * len(_ACCUMULATORS), "<4 x double>")


def _fma_ir(scalar: str, lanes: int) -> str:
    vector = f"<{lanes} x {scalar}>"
    function = f"@llvm.fma.v{lanes}f{256 // lanes}"
    factor, term = (f"{vector} splat ({scalar} {value})" for value in (0.5, 1.0))
    body = [
        f"  %v{k} = phi {vector} [zeroinitializer, %entry], [%w{k}, %loop]" for k in _ACCUMULATORS
    ]
    body += [
        f"  %w{k} = call {vector} {function}({vector} %v{k}, {factor}, {term})"
        for k in _ACCUMULATORS
    ]
    return _loop_ir("fma", body, 1, vector)


def _loop_ir(name: str, body: list[str], step: int, vector: str) -> str:
    """A loop around vectors %w0, %w1, ..., which are all used, so that none is left out."""
    end = [f"  %s0 = fadd {vector} %w0, %w0"]
    end += [f"  %s{k} = fadd {vector} %s{k - 1}, %w{k}" for k in _ACCUMULATORS[1:]]
    end.append(f"  %bits = bitcast {vector} %s{_ACCUMULATORS[-1]} to <4 x double>")
    end += ["  %first = extractelement <4 x double> %bits, i64 0", "  ret double %first"]
    return LOOP.format(name=name, body="\n".join(body), step=step, end="\n".join(end))


class _Native:
    """A loop as a function of three addresses and a count."""

    def __init__(self, text: str, name: str) -> None:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        machine = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3
        )
        module = llvm.parse_assembly(text)
        module.triple = llvm.get_default_triple()
        self._engine = llvm.create_mcjit_compiler(module, machine)  # owns the code
        self._engine.finalize_object()
        signature = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_void_p] * 3, ctypes.c_int64)
        self.run = signature(self._engine.get_function_address(name))


def _in_threads(count: int, work: Callable[[int], object]) -> float:
    """Seconds until all of the threads have done their work."""
    threads = [Thread(target=work, args=(k,)) for k in range(count)]
    start = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return perf_counter() - start


def _vector(size: int) -> np.ndarray[Any, Any]:
    """Memory on huge pages where the system gives them, and present: zeros."""
    memory = mmap.mmap(-1, 8 * size)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        memory.madvise(mmap.MADV_HUGEPAGE)
    vector = np.frombuffer(memory)
    vector[:] = 0
    return vector


def _bandwidth(native: _Native, vectors: list[Any], bytes_per_element: int, rounds: int) -> float:
    """Bytes per second of a loop over three vectors, with one thread or all."""
    addresses = [v.ctypes.data for v in vectors]
    best = 0.0
    for count in {1, THREADS}:
        part = SIZE // count

        def work(k: int, part: int = part) -> None:
            native.run(*(address + 8 * part * k for address in addresses), part)

        for _ in range(rounds):
            best = max(best, part * count * bytes_per_element / _in_threads(count, work))
    return best


def _fma_peak(scalar: str, lanes: int, rounds: int) -> float:
    """Multiplications and additions per second on all threads."""
    native = _Native(_fma_ir(scalar, lanes), "fma")
    turns = 10_000_000
    flops = 2 * lanes * len(_ACCUMULATORS) * turns * THREADS
    return max(
        flops / _in_threads(THREADS, lambda _: native.run(0, 0, 0, turns)) for _ in range(rounds)
    )


def _blas_peak(dtype: str, rounds: int, n: int = 2048) -> float:
    """The same of a product of large matrices, by NumPy's BLAS."""
    a, b = (np.ones((n, n), dtype) for _ in range(2))
    best = 0.0
    for _ in range(rounds):
        start = perf_counter()
        np.dot(a, b)
        best = max(best, 2 * n**3 / (perf_counter() - start))
    return best


if __name__ == "__main__":
    print(json.dumps(asdict(_measure())))
