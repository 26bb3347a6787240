"""Configuration of `lit`: run `lit -v lit_tests` with tir installed in the current environment.

`tests/test_lit.py` runs the same files much faster, in one process.
"""

# ruff: noqa: F821
# lit defines `config`.

import sysconfig
from pathlib import Path

import lit.formats

_scripts = Path(sysconfig.get_path("scripts"))
_root = Path(__file__).resolve().parent.parent

config.name = "tir"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.test_source_root = str(_root / "lit_tests")
config.test_exec_root = str(_root / "build" / "lit")
config.environment["PATH"] = f"{_scripts}:{config.environment.get('PATH', '')}"
config.environment["PYTHONPATH"] = str(_root)
