"""rt to the llvm dialect: checks, the GIL and calls of the run time."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import llvm
from xdsl.dialects.builtin import Float32Type, MemRefType, f32, f64, i32, i64
from xdsl.ir import Block, Operation, SSAValue

from tir.dialects import rt, rt_products
from tir.dialects.rt_products import ProductOp
from tir.support.cost_model import GIL_RELEASE_WORK

from .descriptor import POINTER, Extent, element_size
from .emitter import TOO_LARGE, FunctionEmitter, Handler
from .memref_handlers import element_pointer
from .rt_memory_handlers import main_only

STREAM_COPY = "tir_stream_copy"
STREAM_FENCE = "tir_stream_fence"
_PREFETCH = "llvm.prefetch.p0"
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
    threshold = emitter.integer(GIL_RELEASE_WORK)
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


def _check_blas(emitter: FunctionEmitter, op: Operation, status: SSAValue) -> None:
    code = emitter.module.new_failure(op, "ValueError", f"{op.name}: {_TOO_LARGE_MESSAGE}")
    too_large = emitter.compare("eq", status, emitter.integer(TOO_LARGE, i32))
    status = emitter.select(too_large, emitter.integer(code, i32), status)
    emitter.check(emitter.compare("eq", status, emitter.integer(0, i32)), status)


def _strided(emitter: FunctionEmitter, source: SSAValue) -> list[SSAValue]:
    """The pointer and strides of a memref."""
    descriptor = emitter.memref(source)
    return [descriptor.pointer, *map(emitter.materialize, descriptor.strides)]


def _factor(emitter: FunctionEmitter, source: SSAValue) -> list[SSAValue]:
    """The pointer and strides of a factor. The stride of a static 1 is 0: of a batch, one matrix serves all."""
    descriptor = emitter.memref(source)
    pairs = zip(descriptor.sizes, descriptor.strides, strict=True)
    strides = [0 if isinstance(size, int) and size == 1 else stride for size, stride in pairs]
    return [descriptor.pointer, *map(emitter.materialize, strides)]


def _common(emitter: FunctionEmitter, *sizes: Extent) -> SSAValue:
    """One of several sizes that must agree, preferably a constant."""
    return emitter.materialize(next((size for size in sizes if isinstance(size, int)), sizes[0]))


def _product(
    emitter: FunctionEmitter,
    op: ProductOp,
    routine: str,
    leading: Sequence[SSAValue],
    sizes: Sequence[SSAValue],
    out: Sequence[SSAValue],
) -> None:
    """Calls the run time (`native/strided_products.ll`): what comes first, alpha, sizes, the factors, beta, the result."""
    assert isinstance(op.out.type, MemRefType)
    single = isinstance(op.out.type.element_type, Float32Type)
    name = f"tir_{'s' if single else 'd'}{routine}"
    type_ = f32 if single else f64
    alpha = emitter.real(1.0, type_) if op.alpha is None else emitter.value(op.alpha)
    factors = [*_factor(emitter, op.left), *_factor(emitter, op.right)]
    beta = emitter.real(op.beta.value.data, type_)
    arguments = [*leading, alpha, *sizes, *factors, beta, *out]
    emitter.module.declare(name, [argument.type for argument in arguments], i32)
    status = emitter.call_value(name, arguments, i32)
    _check_blas(emitter, op, status)


def _matrix_sizes(emitter: FunctionEmitter, op: ProductOp) -> list[SSAValue]:
    """Rows, columns and the inner size of the last two dimensions."""
    a, b, c = (emitter.memref(value).sizes for value in (op.left, op.right, op.out))
    pairs = ((c[-2], a[-2]), (c[-1], b[-1]), (a[-1], b[-2]))
    return [_common(emitter, *pair) for pair in pairs]


def _gemm(emitter: FunctionEmitter, op: rt_products.GemmOp) -> None:
    sizes, out = _matrix_sizes(emitter, op), _strided(emitter, op.out)[:2]
    if op.addend is None:
        _product(emitter, op, "gemm", (), sizes, out)
    else:
        _product(emitter, op, "gemm_onto", (), sizes, [*_strided(emitter, op.addend), *out])


def _batch_gemm(emitter: FunctionEmitter, op: rt_products.BatchGemmOp) -> None:
    (count,) = emitter.memref(op.out).sizes[:1]
    out = _strided(emitter, op.out)[:3]
    leading = [emitter.materialize(count)]
    _product(emitter, op, "batch_gemm", leading, _matrix_sizes(emitter, op), out)


def _gemv(emitter: FunctionEmitter, op: rt_products.GemvOp) -> None:
    a, x, y = (emitter.memref(value).sizes for value in (op.left, op.right, op.out))
    sizes = [_common(emitter, y[0], a[0]), _common(emitter, a[1], x[0])]
    _product(emitter, op, "gemv", (), sizes, _strided(emitter, op.out))


def _dot(emitter: FunctionEmitter, op: rt_products.DotOp) -> None:
    x, y = (emitter.memref(value).sizes for value in (op.left, op.right))
    out = element_pointer(emitter, emitter.memref(op.out), ())
    _product(emitter, op, "dot", (), [_common(emitter, x[0], y[0])], [out])


def _stream_copy(emitter: FunctionEmitter, op: rt.StreamCopyOp) -> None:
    source, destination = emitter.memref(op.source), emitter.memref(op.destination)
    size = element_size(source.element)
    emitter.module.declare(STREAM_COPY, [POINTER, POINTER, i64])
    length = emitter.materialize(emitter.multiply(destination.sizes[0], size))
    emitter.call(STREAM_COPY, [destination.pointer, source.pointer, length])


def _stream_fence(emitter: FunctionEmitter, op: rt.StreamFenceOp) -> None:
    emitter.module.declare(STREAM_FENCE, [])
    emitter.call(STREAM_FENCE, [])


def _prefetch(emitter: FunctionEmitter, op: rt.PrefetchOp) -> None:
    memref = emitter.memref(op.buffer)
    place = element_pointer(emitter, memref, op.indices, inbounds=False)
    # To be read; into the second level of the cache, as a row may fill the first; data.
    arguments = [place, *(emitter.integer(number, i32) for number in (0, 2, 1))]
    emitter.add(llvm.CallIntrinsicOp(_PREFETCH, arguments, []))


HANDLERS: dict[type[Operation], Handler] = {
    rt.AssertOp: _assert,
    rt.ReleaseGilOp: _release_gil,
    rt.AcquireGilOp: _acquire_gil,
    rt_products.GemmOp: _gemm,
    rt_products.BatchGemmOp: _batch_gemm,
    rt_products.GemvOp: _gemv,
    rt_products.DotOp: _dot,
    rt.StreamCopyOp: _stream_copy,
    rt.StreamFenceOp: _stream_fence,
    rt.PrefetchOp: _prefetch,
}
