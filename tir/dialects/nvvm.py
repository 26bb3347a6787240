"""The part of MLIR's `nvvm` dialect that tir uses: the special registers of a thread.

%0 = nvvm.read.ptx.sreg.tid.x : i32
"""

from __future__ import annotations

import abc

from xdsl.dialects.builtin import IntegerType, i32
from xdsl.ir import Dialect
from xdsl.irdl import IRDLOperation, irdl_op_definition, result_def, traits_def
from xdsl.traits import Pure

KERNEL = "nvvm.kernel"
"""The unit attribute of a function of the llvm dialect that the host launches."""

MAXIMAL_THREADS = "nvvm.maxntid"
"""LLVM's function attribute for the largest block that a kernel is launched with."""


class SpecialRegister(IRDLOperation, abc.ABC):
    """A register that the hardware sets; constant during the life of a thread."""

    res = result_def(IntegerType(32))

    traits = traits_def(Pure())

    assembly_format = "attr-dict `:` type($res)"

    def __init__(self) -> None:
        super().__init__(result_types=[i32])


@irdl_op_definition
class ThreadIdXOp(SpecialRegister):
    """The number of the thread within its block."""

    name = "nvvm.read.ptx.sreg.tid.x"


@irdl_op_definition
class ThreadIdYOp(SpecialRegister):
    """As `tid.x`, in the second dimension."""

    name = "nvvm.read.ptx.sreg.tid.y"


@irdl_op_definition
class ThreadIdZOp(SpecialRegister):
    """As `tid.x`, in the third dimension."""

    name = "nvvm.read.ptx.sreg.tid.z"


@irdl_op_definition
class BlockDimXOp(SpecialRegister):
    """The number of threads of a block."""

    name = "nvvm.read.ptx.sreg.ntid.x"


@irdl_op_definition
class BlockDimYOp(SpecialRegister):
    """As `ntid.x`, in the second dimension."""

    name = "nvvm.read.ptx.sreg.ntid.y"


@irdl_op_definition
class BlockDimZOp(SpecialRegister):
    """As `ntid.x`, in the third dimension."""

    name = "nvvm.read.ptx.sreg.ntid.z"


@irdl_op_definition
class BlockIdXOp(SpecialRegister):
    """The number of the block within the grid."""

    name = "nvvm.read.ptx.sreg.ctaid.x"


@irdl_op_definition
class BlockIdYOp(SpecialRegister):
    """As `ctaid.x`, in the second dimension."""

    name = "nvvm.read.ptx.sreg.ctaid.y"


@irdl_op_definition
class BlockIdZOp(SpecialRegister):
    """As `ctaid.x`, in the third dimension."""

    name = "nvvm.read.ptx.sreg.ctaid.z"


@irdl_op_definition
class GridDimXOp(SpecialRegister):
    """The number of blocks of the grid."""

    name = "nvvm.read.ptx.sreg.nctaid.x"


@irdl_op_definition
class GridDimYOp(SpecialRegister):
    """As `nctaid.x`, in the second dimension."""

    name = "nvvm.read.ptx.sreg.nctaid.y"


@irdl_op_definition
class GridDimZOp(SpecialRegister):
    """As `nctaid.x`, in the third dimension."""

    name = "nvvm.read.ptx.sreg.nctaid.z"


SPECIAL_REGISTERS: tuple[type[SpecialRegister], ...] = (
    ThreadIdXOp,
    ThreadIdYOp,
    ThreadIdZOp,
    BlockDimXOp,
    BlockDimYOp,
    BlockDimZOp,
    BlockIdXOp,
    BlockIdYOp,
    BlockIdZOp,
    GridDimXOp,
    GridDimYOp,
    GridDimZOp,
)

NVVM = Dialect("nvvm", list(SPECIAL_REGISTERS))
