"""Compiled code that is taken from disk: for equal programs only, and as good as new."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import tir
from tir import tensor as T
from tir.compiler import Artifact, compile_module
from tir.config import config
from tir.fingerprint import fingerprint
from tir.graph.emit import emit


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with config.change_flags(cache=True, cache_dir=str(tmp_path)):
        yield tmp_path


def compile_sum(scale: float = 2.0, name: str = "x", optimize: bool = True) -> Artifact:
    x, y = T.dvector(name), T.dvector()
    return compile_module(emit([x, y], [x * scale + y]), optimize)


def test_second_compilation_runs_nothing() -> None:
    first, second = compile_sum(), compile_sum(name="other")
    assert "convert-to-llvm" in first.timings
    assert second.timings == {}
    assert second.object_code == first.object_code
    assert second.ir("tir") != first.ir("tir")  # its own names


def test_different_programs_and_options_differ() -> None:
    assert compile_sum(2.0).timings
    assert compile_sum(3.0).timings
    assert compile_sum(2.0, optimize=False).timings
    with config.change_flags(opt_level=1):
        assert compile_sum(2.0).timings
    x = T.fvector("x")
    keys = {
        fingerprint(emit([x], [output]))
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
    assert fingerprint(emit([x, y], [x - y])) != fingerprint(emit([x, y], [y - x]))
    assert fingerprint(emit([x, y], [x - y])) == fingerprint(emit([y, x], [y - x]))


def test_failures_keep_their_messages_and_lines() -> None:
    x, y = T.dvectors("x", "y")
    compiled = [tir.function([x, y], x + y) for _ in range(2)]
    errors = []
    for function in compiled:
        with pytest.raises(ValueError, match="Input dimension mis-match") as caught:
            function(np.ones(2), np.ones(3))
        errors.append(str(caught.value))
    assert errors[0] == errors[1]
    artifacts = [compile_module(emit([x, y], [x * y])) for _ in range(2)]
    assert artifacts[1].timings == {}
    assert artifacts[0].failures == artifacts[1].failures
    assert artifacts[0].failures[0].location is not None


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


PROGRAM = """
import sys, numpy as np, tir
from tir import tensor as T
x = T.dvector("x")
f = tir.function([x], T.tanh(x).sum())
print(float(f(np.ones(3))), "tir.lowering" in sys.modules)
"""


def test_processes_fill_an_empty_cache_at_once(folder: Path) -> None:
    command = [sys.executable, "-c", PROGRAM]
    flags = {"TIR_FLAGS": f"cache_dir={folder}", "PYTHONPATH": ":".join(sys.path)}
    together = [
        subprocess.Popen(command, env=flags, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    outputs = {process.communicate(timeout=100)[0].split()[0] for process in together}
    assert outputs == {str(float(np.tanh(np.ones(3)).sum()))}
    # The program, and the native functions for the memory of arrays.
    assert len(list(folder.glob("??/*.tir"))) == 2
    later = subprocess.run(command, env=flags, capture_output=True, text=True, check=True)
    assert later.stdout.split()[1] == "False"  # no pass was even imported
