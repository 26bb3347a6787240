"""NVIDIA's assembler, where it is installed: PTX to machine code of a GPU."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from tir.support.errors import TirError

from .nvptx import DEFAULT_ARCH


class AssemblerError(TirError):
    """`ptxas` is missing or rejects the program; the message has its words."""


def find_ptxas() -> str | None:
    """The path of `ptxas`, if it is installed where the shell finds it."""
    return shutil.which("ptxas")


def assemble(ptx: str, arch: str = DEFAULT_ARCH) -> bytes:
    """The machine code (a cubin) of a PTX program for one architecture.

    AssemblerError where there is no `ptxas`, or where it finds errors.
    """
    program = find_ptxas()
    if program is None:
        raise AssemblerError("ptxas, of NVIDIA's CUDA toolkit, is not on the path")
    with tempfile.TemporaryDirectory(prefix="tir-ptxas-") as folder:
        source, target = Path(folder, "kernels.ptx"), Path(folder, "kernels.cubin")
        source.write_text(ptx)
        done = subprocess.run(
            [program, f"--gpu-name={arch}", f"--output-file={target}", str(source)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            words = (done.stderr or done.stdout).strip().replace(str(source), "kernels.ptx")
            raise AssemblerError(f"ptxas cannot assemble the program for {arch}: {words}")
        return target.read_bytes()
