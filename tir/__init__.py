"""tir: Theano's language, symbolic tensor expressions compiled to one native function.

>>> from tir import tensor as T
>>> x = T.dvector("x")
>>> y = T.exp(x).sum()
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tir.support.garbage import kept_for_good
from tir.support.late_names import late_names

if TYPE_CHECKING:
    from tir.autodiff.gradient import grad
    from tir.autodiff.operators import Lop, Rop, hessian, jacobian, subgraph_grad
    from tir.frontend.verify_grad import verify_grad

with kept_for_good():
    # Before anything of xDSL is imported, and before any dialect is.
    from tir.support import lazy_dataclasses as _lazy_dataclasses  # noqa: F401

    # isort: split
    from tir.support import late_definitions as _late_definitions  # noqa: F401

    # isort: split
    from tir.support import late_dialect_finder as _late_dialect_finder  # noqa: F401

    # isort: split
    from tir import memory, tensor
    from tir.autodiff.errors import DisconnectedInputError, GradientError, NullTypeGradError
    from tir.config import config

    # Importing it gives variables their eval().
    from tir.frontend import evaluate as _evaluate  # noqa: F401
    from tir.frontend.function import function
    from tir.frontend.inputs import In, MissingInputError, Out, Param, UnusedInputError
    from tir.frontend.modes import Mode, get_mode
    from tir.frontend.shared import SharedVariable, shared
    from tir.graph.build import consider_constant, disconnected_grad, zero_grad
    from tir.graph.tensor_type import TensorType
    from tir.graph.variable import Apply, Constant, Op, Type, Variable
    from tir.support.errors import TirError, UnsupportedError

# Programs that only evaluate need no gradients.
__getattr__, __dir__ = late_names(
    __name__,
    {
        "tir.autodiff.gradient": ["grad"],
        "tir.autodiff.operators": ["Lop", "Rop", "hessian", "jacobian", "subgraph_grad"],
        "tir.frontend.verify_grad": ["verify_grad"],
    },
)

__version__ = "0.1.0"

__all__ = [
    "Apply",
    "Constant",
    "DisconnectedInputError",
    "GradientError",
    "In",
    "Lop",
    "MissingInputError",
    "Mode",
    "NullTypeGradError",
    "Op",
    "Out",
    "Param",
    "Rop",
    "SharedVariable",
    "TensorType",
    "TirError",
    "Type",
    "UnsupportedError",
    "UnusedInputError",
    "Variable",
    "__version__",
    "config",
    "consider_constant",
    "disconnected_grad",
    "function",
    "get_mode",
    "grad",
    "hessian",
    "jacobian",
    "memory",
    "shared",
    "subgraph_grad",
    "tensor",
    "verify_grad",
    "zero_grad",
]
