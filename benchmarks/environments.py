"""The Python environments of the frameworks, each with its own packages, made when first needed."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "benchmarks"
THREADS = 2

REQUIREMENTS = {
    "jax": ("jax==0.10.2",),
    "torch": ("torch==2.13.0", "numpy"),
    "pytensor": ("pytensor==3.0.7",),
    "numexpr": ("numexpr==2.14.2",),
}
"""tir and NumPy are in the environment that runs the benchmarks."""


def python_of(framework: str, folder: Path) -> Path:
    """The interpreter of a framework, below a folder of environments; makes the environment if it is not there."""
    if framework not in REQUIREMENTS:
        return Path(sys.executable)
    home = folder / framework
    python = home / "bin" / "python"
    if not python.exists():
        print(f"making an environment for {framework} in {home}", file=sys.stderr, flush=True)
        venv.create(home, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *REQUIREMENTS[framework]], check=True)
    return python


def environment(cache: Path) -> dict[str, str]:
    """Environment variables: as many threads for everybody, and all that frameworks cache in one folder."""
    count = str(THREADS)
    return {
        **os.environ,
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "NUMEXPR_NUM_THREADS": count,
        "NUMEXPR_MAX_THREADS": count,
        "JAX_PLATFORMS": "cpu",
        "JAX_COMPILATION_CACHE_DIR": str(cache / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "TORCHINDUCTOR_CACHE_DIR": str(cache / "torch"),
        "PYTENSOR_FLAGS": f"base_compiledir={cache / 'pytensor'}",
        "TIR_FLAGS": f"cache_dir={cache / 'tir'}",
    }


def confine() -> None:
    """Leave this process, and those it starts, as many processors as they may have threads: JAX goes by that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])


def run_here(module: str, *arguments: str) -> str:
    """What a module of the benchmarks prints when it runs in tir's environment, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment(BUILD / "cache"),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout
