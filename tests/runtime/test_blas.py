"""Where the BLAS library is found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tir.runtime import blas
from tir.support.errors import TirError


def test_it_is_the_library_that_the_wheel_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIR_BLAS_LIBRARY", raising=False)
    program = "import scipy_openblas32 as s; print(s.get_lib_dir(), s.get_library(fullname=True))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    folder, name = done.stdout.split()
    assert blas.library_path().samefile(Path(folder) / name)


def test_the_environment_may_name_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIR_BLAS_LIBRARY", "/lib/libother.so")
    assert blas.library_path() == Path("/lib/libother.so")


def test_without_a_library_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIR_BLAS_LIBRARY", raising=False)
    monkeypatch.setattr(blas, "find_spec", lambda name: None)
    with pytest.raises(TirError, match="install scipy_openblas32, or name one in TIR_BLAS_LIBRARY"):
        blas.library_path()
