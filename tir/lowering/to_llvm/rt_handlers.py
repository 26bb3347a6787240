"""rt to the llvm dialect: checks, the GIL and calls of BLAS helpers."""

from __future__ import annotations

from xdsl.dialects.builtin import AnyFloat, Float32Type, MemRefType, i32, i64
from xdsl.ir import Block, Operation, SSAValue

from tir.dialects import rt

from .blas_helpers import declare_dot, declare_gemm, declare_gemv
from .blas_operands import Precision
from .descriptor import POINTER, Extent, element_size
from .emitter import TOO_LARGE, FunctionEmitter, Handler
from .memref_handlers import element_pointer
from .rt_memory_handlers import main_only

GIL_RELEASE_THRESHOLD = 1 << 16
"""Below this estimate of scalar operations a switch of threads costs more than it can gain."""

STREAM_COPY = "tir_stream_copy"
STREAM_FENCE = "tir_stream_fence"
_TOO_LARGE_MESSAGE = "a dimension or stride exceeds the 32-bit integers of the BLAS library"


def _assert(emitter: FunctionEmitter, op: rt.AssertOp) -> None:
    code = emitter.module.new_failure(op, op.kind.data, op.message.data)
    emitter.check(emitter.value(op.cond), emitter.integer(code, i32))


def _restore_gil(emitter: FunctionEmitter) -> None:
    slot = emitter.gil_slot
    if slot is None:
        return
    state = emitter.load(slot, POINTER)
    restore, done = Block(), Block()
    emitter.cond_branch(emitter.compare("ne", state, emitter.null()), restore, done)
    emitter.begin(restore)
    emitter.module.declare("PyEval_RestoreThread", [POINTER])
    emitter.call("PyEval_RestoreThread", [state])
    emitter.set_slot(emitter.null(), slot)
    emitter.branch(done)
    emitter.begin(done)


def _release_gil(emitter: FunctionEmitter, op: rt.ReleaseGilOp) -> None:
    main_only(emitter, op)
    if emitter.gil_slot is None:
        emitter.gil_slot = emitter.pointer_slot()
        emitter.exit_actions.insert(0, lambda: _restore_gil(emitter))
    threshold = emitter.integer(GIL_RELEASE_THRESHOLD)
    long_work = emitter.compare("sgt", emitter.value(op.work), threshold)
    release, done = Block(), Block()
    emitter.cond_branch(long_work, release, done)
    emitter.begin(release)
    emitter.module.declare("PyEval_SaveThread", [], POINTER)
    state = emitter.call_value("PyEval_SaveThread", [], POINTER)
    emitter.set_slot(state, emitter.gil_slot)
    emitter.branch(done)
    emitter.begin(done)


def _acquire_gil(emitter: FunctionEmitter, op: rt.AcquireGilOp) -> None:
    main_only(emitter, op)
    _restore_gil(emitter)


def _precision(value: SSAValue) -> Precision:
    assert isinstance(value.type, MemRefType)
    single = isinstance(value.type.element_type, Float32Type)
    return Precision.SINGLE if single else Precision.DOUBLE


def _check_blas(emitter: FunctionEmitter, op: Operation, status: SSAValue) -> None:
    code = emitter.module.new_failure(op, "ValueError", f"{op.name}: {_TOO_LARGE_MESSAGE}")
    too_large = emitter.compare("eq", status, emitter.integer(TOO_LARGE, i32))
    status = emitter.select(too_large, emitter.integer(code, i32), status)
    emitter.check(emitter.compare("eq", status, emitter.integer(0, i32)), status)


def _matrix(emitter: FunctionEmitter, source: SSAValue) -> list[SSAValue]:
    """The pointer and strides of a memref."""
    descriptor = emitter.memref(source)
    return [descriptor.pointer, *map(emitter.materialize, descriptor.strides)]


def _common(sizes: list[Extent]) -> Extent:
    """One of several sizes that must agree, preferably a constant."""
    return next((size for size in sizes if isinstance(size, int)), sizes[0])


def _scale(
    emitter: FunctionEmitter, op: rt.GemmOp | rt.GemvOp | rt.DotOp, type_: AnyFloat
) -> tuple[SSAValue, SSAValue]:
    return (
        emitter.real(op.alpha.value.data, type_),
        emitter.real(op.beta.value.data, type_),
    )


def _gemm(emitter: FunctionEmitter, op: rt.GemmOp) -> None:
    precision = _precision(op.a)
    a, b, c = (emitter.memref(value) for value in (op.a, op.b, op.c))
    rows, columns = _common([c.sizes[0], a.sizes[0]]), _common([c.sizes[1], b.sizes[1]])
    inner = _common([a.sizes[1], b.sizes[0]])
    alpha, beta = _scale(emitter, op, precision.type_)
    status = emitter.call_value(
        declare_gemm(emitter.module, precision),
        [
            *map(emitter.materialize, (rows, columns, inner)),
            alpha,
            *_matrix(emitter, op.a),
            *_matrix(emitter, op.b),
            beta,
            *_matrix(emitter, op.c)[:2],
        ],
        i32,
    )
    _check_blas(emitter, op, status)


def _gemv(emitter: FunctionEmitter, op: rt.GemvOp) -> None:
    precision = _precision(op.a)
    a, x, y = (emitter.memref(value) for value in (op.a, op.x, op.y))
    rows, columns = _common([y.sizes[0], a.sizes[0]]), _common([a.sizes[1], x.sizes[0]])
    alpha, beta = _scale(emitter, op, precision.type_)
    status = emitter.call_value(
        declare_gemv(emitter.module, precision),
        [
            *map(emitter.materialize, (rows, columns)),
            alpha,
            *_matrix(emitter, op.a),
            *_matrix(emitter, op.x),
            beta,
            *_matrix(emitter, op.y)[:1],
        ],
        i32,
    )
    _check_blas(emitter, op, status)


def _dot(emitter: FunctionEmitter, op: rt.DotOp) -> None:
    precision = _precision(op.x)
    x, y = emitter.memref(op.x), emitter.memref(op.y)
    alpha, beta = _scale(emitter, op, precision.type_)
    status = emitter.call_value(
        declare_dot(emitter.module, precision),
        [
            emitter.materialize(_common([x.sizes[0], y.sizes[0]])),
            alpha,
            *_matrix(emitter, op.x),
            *_matrix(emitter, op.y),
            beta,
            element_pointer(emitter, emitter.memref(op.out), ()),
        ],
        i32,
    )
    _check_blas(emitter, op, status)


def _stream_copy(emitter: FunctionEmitter, op: rt.StreamCopyOp) -> None:
    source, destination = emitter.memref(op.source), emitter.memref(op.destination)
    size = element_size(source.element)
    emitter.module.declare(STREAM_COPY, [POINTER, POINTER, i64])
    length = emitter.materialize(emitter.multiply(destination.sizes[0], size))
    emitter.call(STREAM_COPY, [destination.pointer, source.pointer, length])


def _stream_fence(emitter: FunctionEmitter, op: rt.StreamFenceOp) -> None:
    emitter.module.declare(STREAM_FENCE, [])
    emitter.call(STREAM_FENCE, [])


HANDLERS: dict[type[Operation], Handler] = {
    rt.AssertOp: _assert,
    rt.ReleaseGilOp: _release_gil,
    rt.AcquireGilOp: _acquire_gil,
    rt.GemmOp: _gemm,
    rt.GemvOp: _gemv,
    rt.DotOp: _dot,
    rt.StreamCopyOp: _stream_copy,
    rt.StreamFenceOp: _stream_fence,
}
