"""PyTensor, with its C linker and a BLAS library."""

from __future__ import annotations

from pathlib import Path

import pytensor
import pytensor.tensor.special
import scipy

from benchmarks.adapters import theano_style
from benchmarks.adapters.program import Program
from benchmarks.workload import Workload

VERSION = pytensor.__version__


def _use_blas_of_scipy() -> None:
    """PyTensor from a wheel finds no BLAS library, and would go through NumPy; SciPy's has one, with a prefix to its names."""
    folder = Path(scipy.__file__).parent.parent / "scipy.libs"
    for library in folder.glob("libscipy_openblas-*.so"):
        pytensor.config.blas__ldflags = f"-L{folder} -l:{library.name} -Wl,-rpath,{folder}"
        names = [
            f"{t}{name}_" for t in "sd" for name in ("gemm", "gemv", "ger", "dot", "axpy", "scal")
        ]
        pytensor.config.gcc__cxxflags = " ".join(f"-D{name}=scipy_{name}" for name in names)


pytensor.config.mode = "CVM"
pytensor.config.openmp = True
_use_blas_of_scipy()


def build(workload: Workload) -> Program:
    """As for tir. `trust_input` stays off: tir checks its arguments too."""
    inputs = workload.make_inputs()
    with pytensor.config.change_flags(floatX=workload.dtype):
        function, shared = theano_style.compiled(pytensor, "pytensor", workload, inputs)
    return theano_style.program(workload, function, shared, inputs)
