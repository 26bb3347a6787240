"""xDSL's finder of `.irdl` files loads late, and finds what it found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import tir

DIALECT = """
builtin.module {
  irdl.dialect @late {
    irdl.operation @thing {
    }
  }
}
"""


def run(program: str, folder: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(Path(tir.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_dialect_in_a_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "late.irdl").write_text(DIALECT)
    program = """
import sys, tir
assert "importlib.resources" not in sys.modules, "the finder was loaded"
from late import Late, ThingOp
print(Late.name, ThingOp.name)
try:
    import no_such_module
except ModuleNotFoundError:
    print([type(finder).__name__ for finder in sys.meta_path].count("IRDLDialectFinder"))
"""
    assert run(program, tmp_path).split() == ["late", "late.thing", "1"]


def test_its_module_can_be_imported(tmp_path: Path) -> None:
    program = """
import tir
from xdsl.utils.dialect_loader import IRDLDialectLoader
print(IRDLDialectLoader.__name__)
"""
    assert run(program, tmp_path).split() == ["IRDLDialectLoader"]


def test_xdsl_may_have_been_imported_before(tmp_path: Path) -> None:
    program = """
import sys
import xdsl.dialects
import tir
print([type(finder).__name__ for finder in sys.meta_path].count("IRDLDialectFinder"))
"""
    assert run(program, tmp_path).split() == ["1"]
