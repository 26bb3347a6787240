"""Compiled code that is taken from disk: for equal programs only, and as good as new."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import tir
from tir import tensor as T
from tir.compiler import Artifact, compile_computation
from tir.config import config
from tir.fingerprint import fingerprint
from tir.graph.computation import Computation
from tir.runtime.cache import Cache


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with config.change_flags(cache=True, cache_dir=str(tmp_path)):
        yield tmp_path


def compile_sum(scale: float = 2.0, name: str = "x", optimize: bool = True) -> Artifact:
    x, y = T.dvector(name), T.dvector()
    return compile_computation(Computation([x, y], [x * scale + y]), optimize)


def test_second_compilation_runs_nothing() -> None:
    first, second = compile_sum(), compile_sum(name="other")
    assert "convert-to-llvm" in first.timings
    assert second.timings == {}
    assert second.object_code == first.object_code
    assert second.ir("tir") != first.ir("tir")  # its own names


def test_timings_name_every_step() -> None:
    x = T.dvector("x")
    timings = tir.function([x], T.exp(x)).timings()
    steps = list(timings)
    assert steps.index("merge") < steps.index("convert-to-llvm") < steps.index("llvm-codegen")
    assert {"llvm-assembly", "llvm-parse", "llvm-optimize"} < set(steps)
    assert all(seconds >= 0 for seconds in timings.values())
    assert tir.function([x], T.exp(x)).timings() == {}
    assert tir.function([x], T.exp(x), mode="FAST_COMPILE").timings() == {}


def test_different_programs_and_options_differ() -> None:
    assert compile_sum(2.0).timings
    assert compile_sum(3.0).timings
    assert compile_sum(2.0, optimize=False).timings
    with config.change_flags(opt_level=1):
        assert compile_sum(2.0).timings
    x = T.fvector("x")
    keys = {
        fingerprint(Computation([x], [output]))
        for output in (
            T.sum(x),
            x.dimshuffle(0, "x"),
            x.dimshuffle("x", 0),
            x[1:],
            x[::2],
            T.constant(np.arange(3, dtype="float32")) + x,
            T.constant(np.arange(1, 4, dtype="float32")) + x,
            T.cast(x, "int8"),
            T.cast(x, "uint8"),
        )
    }
    assert len(keys) == 9


def test_operands_count_by_their_role() -> None:
    x, y = T.dvectors("x", "y")
    assert fingerprint(Computation([x, y], [x - y])) != fingerprint(Computation([x, y], [y - x]))
    assert fingerprint(Computation([x, y], [x - y])) == fingerprint(Computation([y, x], [y - x]))


def test_failures_keep_their_messages_and_lines() -> None:
    x, y = T.dvectors("x", "y")
    compiled = [tir.function([x, y], x + y) for _ in range(2)]
    errors = []
    for function in compiled:
        with pytest.raises(ValueError, match="Input dimension mis-match") as caught:
            function(np.ones(2), np.ones(3))
        errors.append(str(caught.value))
    assert errors[0] == errors[1]
    artifacts = [compile_computation(Computation([x, y], [x * y])) for _ in range(2)]
    assert artifacts[1].timings == {}
    assert artifacts[0].failures == artifacts[1].failures
    assert artifacts[0].failures[0].location is not None


def test_equal_programs_of_different_lines_share_code_but_not_lines() -> None:
    x, y = T.dvectors("x", "y")
    first = compile_computation(Computation([x, y], [x - y]))
    second = compile_computation(Computation([x, y], [x - y]))
    assert second.timings == {}
    lines = [a.failures[0].location.line for a in (first, second)]  # pyright: ignore
    assert lines[1] == lines[0] + 1


def test_constants_count_with_type_shape_and_every_bit() -> None:
    x = T.dmatrix("x")
    values = (0.0, -0.0, np.nan, [0.0], [[0.0]], [0.0, 0.0], [[0.0, 0.0]], [[0.0], [0.0]])
    keys = {fingerprint(Computation([x], [x + T.constant(value)])) for value in values}
    keys |= {fingerprint(Computation([x], [x + T.constant(0.0, dtype="float64")]))}
    assert len(keys) == len(values) + 1


def test_what_surrounds_the_nodes_counts() -> None:
    x, y = T.dvectors("x", "y")
    v, w = tir.shared(np.ones(2)), tir.shared(np.ones(2))
    out = x + y
    computations = [
        Computation([x, y], [out]),
        Computation([x, y], [out, out]),
        Computation([x], [out], [y]),
        Computation([x, y], [], [v], {v: out}),
        Computation([x, y], [out], [v]),
        Computation([x, y], [out], [v, w], {v: v + 1}),
        Computation([x, y], [out], [v, w], {w: v + 1}),
        Computation([x, y], [out], packing="list"),
        Computation([x, y], [out], packing="array"),
        Computation([x, y], [out], positional=1),
        Computation([x, y], [x]),
        Computation([x, y], [y]),
        Computation([x, y], [x], mutable=[0]),
        Computation([x, y], [x], strided=[0]),
        Computation([x, y], [x], mutable=[1]),
    ]
    assert len({fingerprint(c) for c in computations}) == len(computations)


def test_what_is_no_computation_is_refused() -> None:
    x, y = T.dvectors("x", "y")
    with pytest.raises(ValueError, match="y is needed but is not an input"):
        fingerprint(Computation([x], [x + y]))


def test_damaged_entry_is_built_again(folder: Path) -> None:
    compile_sum()
    (path,) = folder.glob("??/*.tir")
    path.write_bytes(path.read_bytes()[:-10])
    assert compile_sum().timings
    assert compile_sum().timings == {}


def test_values_of_shared_variables_are_no_part_of_the_key() -> None:
    for value in (1.0, 5.0):
        w = tir.shared(np.full(3, value))
        function = tir.function([], w.sum(), updates=[(w, w + 1)])
        assert function() == 3 * value
        np.testing.assert_array_equal(w.get_value(), value + 1)


SERVER = """
import os, random, signal, sys, time
import numpy as np
import tir
from tir import tensor as T
from tir.passes import PASSES, load
import tir.compiler
import tir.targets.llvm_ir

for name in PASSES.values():
    load(name)

def work():
    x = T.dvector("x")
    for value in (T.exp(x).sum(), x[1:] - x[:-1]):
        print(np.asarray(tir.function([x], value)(np.linspace(-1, 1, 5))).tobytes().hex(), end=" ", flush=True)
    print(flush=True)

def start():
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return child

# Children find all passes imported, so that they come to the cache close together.
if sys.argv[1] == "fill":
    children = [start() for _ in range(16)]
    assert all(os.waitpid(child, 0)[1] == 0 for child in children)
else:
    sys.stdout.flush()
    moments = random.Random(0)
    for _ in range(8):
        child = start()
        time.sleep(moments.uniform(0, 0.6))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    print("last")
    assert os.waitpid(start(), 0)[1] == 0
"""


def run_server(folder: Path, what: str) -> list[str]:
    flags = {"TIR_FLAGS": f"cache_dir={folder}", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", SERVER, what],
        env=flags,
        capture_output=True,
        text=True,
        check=True,
        timeout=200,
    )
    return done.stdout.splitlines()


def expected_line() -> str:
    values = np.linspace(-1, 1, 5)
    x = T.dvector("x")
    with config.change_flags(cache=False):
        compiled = [tir.function([x], v) for v in (T.exp(x).sum(), x[1:] - x[:-1])]
    results = [np.asarray(function(values)) for function in compiled]
    np.testing.assert_allclose(results[0], np.exp(values).sum(), rtol=1e-14)
    return " ".join(result.tobytes().hex() for result in results)


def test_sixteen_processes_fill_an_empty_cache_at_once(folder: Path) -> None:
    lines = [line.strip() for line in run_server(folder, "fill")]
    # Lines of processes that print at once may be mixed, but not what a process prints in one go.
    words = " ".join(lines).split()
    expected = expected_line().split()
    assert sorted(words) == sorted(expected * 16)
    assert len(list(folder.glob("??/*.tir"))) == 2
    assert not list(folder.glob("??/.writing-*"))


def test_killed_processes_leave_a_usable_cache(folder: Path) -> None:
    lines = run_server(folder, "kill")
    assert lines[lines.index("last") + 1].strip() == expected_line()
    for path in folder.glob("??/*.tir"):
        assert Cache(folder).get(path.stem) is not None


def test_unreadable_damaged_and_empty_entries_are_built_again(folder: Path) -> None:
    compile_sum()
    (path,) = folder.glob("??/*.tir")
    whole = path.read_bytes()
    for bad in (b"", whole[:20], whole[:-1], whole[:-1] + b"x", b"x" * len(whole)):
        path.write_bytes(bad)
        assert compile_sum().timings
        assert path.read_bytes() == whole


def test_a_process_that_finds_its_program_imports_no_pass_no_parser_and_no_llvm(
    folder: Path,
) -> None:
    command = [sys.executable, "-c", PROGRAM]
    flags = {"TIR_FLAGS": f"cache_dir={folder}", "PYTHONPATH": ":".join(sys.path)}
    first, second = (
        subprocess.run(
            command, env=flags, capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    )
    assert float(first[0]) == pytest.approx(float(np.tanh(np.ones(3)).sum()), rel=1e-15)
    assert first[1:] == ["True", "True", "True"]
    assert second[:3] == [first[0], "False", "False"]
    # Only where the linker of our own knows the machine.
    assert second[3] == "False" or platform.machine() != "x86_64"


PROGRAM = """
import sys, numpy as np, tir
from tir import tensor as T
x = T.dvector("x")
f = tir.function([x], T.tanh(x).sum())
print(float(f(np.ones(3))), *(name in sys.modules for name in ("tir.lowering", "xdsl.parser", "llvmlite")))
"""
