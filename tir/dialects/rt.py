"""The `rt` dialect: what host code asks of the run time.

Its operations are valid in `@main` only, the straight-line function that checks its inputs, allocates
outputs, and calls kernels and libraries. They run with the GIL held, except between
`rt.release_gil` and `rt.acquire_gil`, where only `rt.assert`, the library calls, memory allocation and
calls of kernels may stand.

    rt.assert %cond, "shapes must match" {kind = "ValueError"}
    %y = rt.alloc_output(%n) {index = 0 : i64, dtype = "float64"} : memref<?x1xf64>
    rt.gemm %a, %b, %y {beta = 0.0 : f64} : memref<?x?xf64>, memref<?x1xf64>, memref<?x1xf64>

Others belong in kernels, the functions of loops that `@main` calls: `rt.parallel`, whose iterations threads may share,
which `outline-parallel` turns into `rt.parallel_call`; `rt.stream_copy`, which writes past the cache; and `rt.prefetch`, which
fills it.
"""

from __future__ import annotations

from xdsl.dialects.builtin import IndexType, StringAttr, i1
from xdsl.ir import Dialect, Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    prop_def,
    traits_def,
)
from xdsl.traits import MemoryReadEffect, MemoryWriteEffect

from .rt_memory import (
    ELEMENT_TYPE_OF_DTYPE,
    AllocArenaOp,
    AllocOutputOp,
    TakeInputOp,
    TakeSharedOp,
)
from .rt_parallel import ParallelOp, PrefetchOp, StreamCopyOp, StreamFenceOp, YieldOp
from .rt_parallel_call import ParallelCallOp
from .rt_products import PRODUCTS

__all__ = [
    "ELEMENT_TYPE_OF_DTYPE",
    "AcquireGilOp",
    "AllocArenaOp",
    "AllocOutputOp",
    "AssertOp",
    "ParallelCallOp",
    "ParallelOp",
    "PrefetchOp",
    "ReleaseGilOp",
    "Rt",
    "StreamCopyOp",
    "StreamFenceOp",
    "TakeInputOp",
    "TakeSharedOp",
    "YieldOp",
]


@irdl_op_definition
class AssertOp(IRDLOperation):
    """Fails the call with the Python exception `kind` (a builtin's name) where `cond` is false.

    The location of the operation is the user's line to report.
    """

    name = "rt.assert"

    cond = operand_def(i1)
    message = prop_def(StringAttr)
    kind = prop_def(StringAttr)

    traits = traits_def(MemoryWriteEffect())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$cond `,` $message attr-dict"

    def __init__(self, cond: SSAValue | Operation, message: str, kind: str = "ValueError"):
        super().__init__(
            operands=[cond],
            properties={"message": StringAttr(message), "kind": StringAttr(kind)},
        )


@irdl_op_definition
class ReleaseGilOp(IRDLOperation):
    """Releases the GIL where `work` (an estimate of scalar operations) is worth a thread switch."""

    name = "rt.release_gil"

    work = operand_def(IndexType())

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    assembly_format = "$work attr-dict `:` type($work)"

    def __init__(self, work: SSAValue | Operation):
        super().__init__(operands=[work])


@irdl_op_definition
class AcquireGilOp(IRDLOperation):
    """Takes the GIL again where the last `rt.release_gil` released it."""

    name = "rt.acquire_gil"

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    assembly_format = "attr-dict"

    def __init__(self) -> None:
        super().__init__()


Rt = Dialect(
    "rt",
    [
        AssertOp,
        AllocOutputOp,
        TakeSharedOp,
        TakeInputOp,
        AllocArenaOp,
        *PRODUCTS,
        ReleaseGilOp,
        AcquireGilOp,
        ParallelOp,
        ParallelCallOp,
        StreamCopyOp,
        StreamFenceOp,
        PrefetchOp,
        YieldOp,
    ],
    [],
)
