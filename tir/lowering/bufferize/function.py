"""Bufferization of one straight-line function."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xdsl.dialects import arith, func, memref, tensor
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    ArrayAttr,
    DenseArrayBase,
    DenseIntOrFPElementsAttr,
    FunctionType,
    IntegerAttr,
    MemRefType,
    ModuleOp,
    StringAttr,
    TensorType,
    UnitAttr,
    i32,
)
from xdsl.dialects.linalg.ops import FillOp
from xdsl.ir import Attribute, Operation, SSAValue

from tir.dialects import kernel, linalg_ext, rt, rt_products
from tir.dialects.tir.base import ints
from tir.lowering.bufferize.regions import (
    copy_region,
    empty_behind,
    initializer,
    outer_value,
    to_memrefs,
)
from tir.lowering.bufferize.types import (
    BufferBuilder,
    contiguous,
    is_contiguous,
    strided,
    tensor_type,
)
from tir.lowering.bufferize.views import contiguous_view, dimshuffle, subview
from tir.lowering.structured.builder import memref_type
from tir.support.errors import LoweringError

STRIDED = "tir.strided"
"""The attribute of a parameter of `@main` whose rows need not follow each other in memory."""

_CONTRACTIONS: dict[type[linalg_ext.ContractionOp], type[rt_products.ProductOp]] = {
    linalg_ext.MatmulOp: rt_products.GemmOp,
    linalg_ext.BatchMatmulOp: rt_products.BatchGemmOp,
    linalg_ext.MatvecOp: rt_products.GemvOp,
    linalg_ext.VecmatOp: rt_products.GemvOp,
    linalg_ext.DotOp: rt_products.DotOp,
}


class FunctionBufferizer:
    """Walks a function once, first operation to last, and moves it to memrefs."""

    def __init__(self, module: ModuleOp, function: func.FuncOp) -> None:
        self.module = module
        self.function = function
        self.block = function.body.block
        self.operations = list(self.block.ops)
        for op in self.operations:
            op.detach()
        self.builder = BufferBuilder(self.block)
        self.buffers: dict[SSAValue, SSAValue] = {}
        self.outputs: dict[SSAValue, int] = {}
        self.written_in_place: set[int] = set()
        self.global_count = sum(isinstance(op, memref.GlobalOp) for op in module.body.block.ops)
        self.output_dtypes: list[str] = []

    def run(self) -> None:
        """Replace the body of the function."""
        *operations, terminator = self.operations
        assert isinstance(terminator, func.ReturnOp)
        self._claim_outputs(terminator.operands)
        self._lower_arguments()
        for op in operations:
            self.builder.location = op.location
            self._lower(op)
        self._return(terminator)
        for op in reversed(self.operations):
            if op.parent is None:
                op.drop_all_references()
        for argument in list(self.block.args):
            if isinstance(argument.type, TensorType):
                self.block.erase_arg(argument, safe_erase=False)
        self.function.function_type = FunctionType.from_lists([a.type for a in self.block.args], [])

    # Which value is written into which output

    def _claim_outputs(self, results: Sequence[SSAValue]) -> None:
        dtypes = self.function.attributes.get("tir.result_dtypes")
        if not isinstance(dtypes, ArrayAttr):
            raise LoweringError("@main lacks the attribute tir.result_dtypes")
        self.output_dtypes = [d.data for d in dtypes.data]  # pyright: ignore
        for number, value in enumerate(results):
            root = self._destination_root(value)
            if root is not None and root not in self.outputs:
                self.outputs[root] = number
                self.written_in_place.add(number)

    def _destination_root(self, value: SSAValue) -> SSAValue | None:
        """The value whose new buffer a value lives in; `None` for arguments, views and constants."""
        owner = value.owner
        while (dest := _updated_in_place(owner)) is not None:
            value, owner = dest, dest.owner
        fresh = (kernel.RegionOp, tensor.InsertSliceOp, tensor.FromElementsOp, *_CONTRACTIONS)
        return value if isinstance(owner, fresh) else None

    # Arguments and results

    def _lower_arguments(self) -> None:
        attributes = self.function.arg_attrs.data if self.function.arg_attrs is not None else ()
        for number, argument in enumerate(list(self.block.args)):
            type_ = argument.type
            if isinstance(type_, TensorType):
                form = type_.element_type, type_.get_shape()
                if not _read_by_kernels(argument):
                    buffer = strided(*form)
                elif attributes and STRIDED in attributes[number].data:
                    buffer = strided(*form, unit_inner=True)
                else:
                    buffer = contiguous(*form)
                new = self.block.insert_arg(buffer, len(self.block.args))
                new.name_hint = argument.name_hint
                self.buffers[argument] = new

    def _return(self, terminator: func.ReturnOp) -> None:
        for number, value in enumerate(terminator.operands):
            if number in self.written_in_place:
                continue
            source = self.buffers[value]
            target = self._alloc_output(number, tensor_type(value), self.builder.sizes(source))
            self.builder.add(copy_region(source, target))
        self.builder.add(func.ReturnOp())

    def _alloc_output(self, number: int, type_: TensorType, sizes: Sequence[SSAValue]) -> SSAValue:
        return self.builder.value(
            rt.AllocOutputOp(
                sizes,
                number,
                self.output_dtypes[number],
                contiguous(type_.element_type, type_.get_shape()),
            )
        )

    def _new_buffer(self, value: SSAValue, sizes: Sequence[SSAValue]) -> SSAValue:
        """The buffer of a new value: its output array if it has one, else a temporary."""
        type_ = tensor_type(value)
        if (number := self.outputs.get(value)) is not None:
            buffer = self._alloc_output(number, type_, sizes)
        else:
            buffer = self._temporary(type_, sizes)
        buffer.name_hint = value.name_hint
        return buffer

    def _temporary(self, type_: TensorType, sizes: Sequence[SSAValue]) -> SSAValue:
        buffer = contiguous(type_.element_type, type_.get_shape())
        return self.builder.value(memref.AllocOp(sizes, [], buffer))

    # Operations

    def _lower(self, op: Operation) -> None:
        if (lower := _LOWERINGS.get(type(op))) is not None:
            lower(self, op)
        elif any(isinstance(v.type, TensorType) for v in (*op.operands, *op.results)):
            raise LoweringError(f"bufferize cannot lower {op.name}")
        else:
            self.block.add_op(op)

    def _lower_constant(self, op: arith.ConstantOp) -> None:
        value = op.value
        if not isinstance(value, DenseIntOrFPElementsAttr):
            self.block.add_op(op)
            return
        if op.results[0].first_use is None:
            return
        shape = value.type.get_shape()
        type_ = contiguous(value.type.element_type, shape)
        name = f"constant_{self.global_count}"
        self.global_count += 1
        self.module.body.block.insert_ops_before(
            [memref.GlobalOp.get(StringAttr(name), type_, value, constant=UnitAttr())],
            self.function,
        )
        self.buffers[op.results[0]] = self.builder.value(memref.GetGlobalOp(name, type_))

    def _lower_region(self, op: kernel.RegionOp) -> None:
        operands = [self.buffers.get(v, v) for v in op.operands]
        destinations = []
        for number, result in enumerate(op.results):
            init = initializer(op, number)
            if isinstance(init, linalg_ext.ScatterOp):
                destinations.append(self._updated_buffer(op, result, outer_value(op, init.output)))
            else:
                sizes = [self._outer_size(op, d) for d in init.operands]
                destinations.append(self._new_buffer(result, sizes))
            self.buffers[result] = destinations[-1]
        self.builder.add(to_memrefs(op, operands, destinations))

    def _outer_size(self, op: kernel.RegionOp, size: SSAValue) -> SSAValue:
        """A size that a region uses, outside of it; constants were copied into the region."""
        if isinstance(size.owner, arith.ConstantOp):
            number = size.owner.value
            assert isinstance(number, IntegerAttr)
            return self.builder.constant(number.value.data)
        return outer_value(op, size)

    def _updated_buffer(self, op: Operation, result: SSAValue, dest: SSAValue) -> SSAValue:
        """The buffer in which an operation updates `dest`: that of `dest` itself, or a copy."""
        source = self.buffers[dest]
        if _updated_in_place(op) is not None:
            return source
        target = self._new_buffer(result, self.builder.sizes(source))
        self.builder.add(copy_region(source, target))
        return target

    def _lower_insert_slice(self, op: tensor.InsertSliceOp) -> None:
        target = self._updated_buffer(op, op.results[0], op.operands[1])
        source = self.buffers[op.operands[0]]
        window = subview(
            self.builder,
            target,
            op.operands[2:],
            _slice_properties(op, 1),
            memref_type(source).get_shape(),
        )
        self.builder.add(copy_region(source, window))
        self.buffers[op.results[0]] = target

    def _lower_extract_slice(self, op: tensor.ExtractSliceOp) -> None:
        self.buffers[op.results[0]] = subview(
            self.builder,
            self.buffers[op.operands[0]],
            op.operands[1:],
            _slice_properties(op, 0),
            tensor_type(op.results[0]).get_shape(),
        )

    def _lower_dimshuffle(self, op: linalg_ext.DimshuffleOp) -> None:
        source = self.buffers[op.operands[0]]
        order = ints(op.properties["new_order"])
        self.buffers[op.results[0]] = dimshuffle(self.builder, source, order)

    def _lower_reshape(self, op: linalg_ext.ReshapeOp) -> None:
        source = self.buffers[op.operands[0]]
        if not is_contiguous(memref_type(source)):
            copy = self._temporary(tensor_type(op.operands[0]), self.builder.sizes(source))
            self.builder.add(copy_region(source, copy))
            source = copy
        shape = tensor_type(op.results[0]).get_shape()
        self.buffers[op.results[0]] = contiguous_view(self.builder, source, op.operands[1:], shape)

    def _lower_cast(self, op: tensor.CastOp) -> None:
        source = self.buffers[op.operands[0]]
        type_ = memref_type(source)
        shape = tensor_type(op.results[0]).get_shape()
        result = MemRefType(type_.element_type, shape, type_.layout)
        self.buffers[op.results[0]] = self.builder.value(
            memref.CastOp.create(operands=[source], result_types=[result])
        )

    def _lower_dim(self, op: tensor.DimOp) -> None:
        size = self.builder.value(memref.DimOp(self.buffers[op.operands[0]], op.operands[1]))
        size.name_hint = op.results[0].name_hint
        op.results[0].replace_all_uses_with(size)

    def _lower_extract(self, op: tensor.ExtractOp) -> None:
        source = self.buffers[op.operands[0]]
        load = memref.LoadOp.create(
            operands=[source, *op.operands[1:]], result_types=[memref_type(source).element_type]
        )
        op.results[0].replace_all_uses_with(self.builder.value(load))

    def _lower_from_elements(self, op: tensor.FromElementsOp) -> None:
        result = op.results[0]
        type_ = tensor_type(result)
        sizes = [self.builder.constant(s) for s in type_.get_shape() if s == DYNAMIC_INDEX]
        buffer = self._new_buffer(result, sizes)
        for position, element in enumerate(op.operands):
            at = [self.builder.constant(position)] if type_.get_shape() else []
            self.builder.add(memref.StoreOp.create(operands=[element, buffer, *at]))
        self.buffers[result] = buffer

    def _lower_contraction(self, op: linalg_ext.ContractionOp) -> None:
        left, right = (self.buffers[v] for v in op.shaped_inputs)
        result = op.results[0]
        # A destination of zeros needs no memory of its own: beta = 0 writes the product alone.
        overwrites = isinstance(op.output.owner, FillOp)
        if overwrites:
            target = self._new_buffer(result, empty_behind(op.output).operands)
        elif isinstance(op, linalg_ext.MatmulOp) and _updated_in_place(op) is None:
            # Read where it lies instead of copied first: the copy would take as long as a thin product.
            addend = self.buffers[op.output]
            target = self._new_buffer(result, self.builder.sizes(addend))
            self.builder.add(rt_products.GemmOp(left, right, target, op.alpha, 1.0, addend))
            self.buffers[result] = target
            return
        else:
            target = self._updated_buffer(op, result, op.output)
        if isinstance(op, linalg_ext.VecmatOp):
            # x @ a is a.T @ x, and a transposed view costs nothing.
            left, right = dimshuffle(self.builder, right, (1, 0)), left
        beta = 0.0 if overwrites else 1.0
        self.builder.add(_CONTRACTIONS[type(op)](left, right, target, op.alpha, beta))
        self.buffers[result] = target

    def _skip(self, op: Operation) -> None:
        """Destinations need no memory of their own: whoever writes them allocates."""


_VIEWS = (tensor.ExtractSliceOp, linalg_ext.DimshuffleOp, tensor.CastOp)
_READ_STRIDED = (linalg_ext.ContractionOp, tensor.ExtractOp, tensor.DimOp)


def _read_by_kernels(value: SSAValue) -> bool:
    """Whether an argument has to be contiguous: all that reads it as it lies is a library, or single elements."""
    pending = [value]
    while pending:
        for use in pending.pop().uses:
            if isinstance(use.operation, _VIEWS):
                pending.append(use.operation.results[0])
            elif not isinstance(use.operation, _READ_STRIDED):
                return True
    return False


def _updated_in_place(op: object) -> SSAValue | None:
    """The destination that an operation may overwrite: one of our own making, that nobody else reads."""
    dest: SSAValue | None = None
    if isinstance(op, tensor.InsertSliceOp):
        dest = op.operands[1]
    elif isinstance(op, linalg_ext.ContractionOp):
        dest = op.output
    elif isinstance(op, kernel.RegionOp) and len(op.results) == 1:
        init = initializer(op, 0)
        # The region may read what it updates, through one operand: then the old values are still needed.
        if isinstance(init, linalg_ext.ScatterOp) and init.output.has_one_use():
            dest = outer_value(op, init.output)
    if dest is None or not dest.has_one_use():
        return None
    fresh = isinstance(
        dest.owner, kernel.RegionOp | tensor.InsertSliceOp | linalg_ext.ContractionOp
    )
    return dest if fresh else None


def _slice_properties(op: Operation, extra: int) -> dict[str, Attribute]:
    """The properties of a slice operation as those of a subview, which has one tensor operand only."""
    segments = op.properties["operandSegmentSizes"]
    assert isinstance(segments, DenseArrayBase)
    properties = dict(op.properties)
    properties["operandSegmentSizes"] = DenseArrayBase.from_list(
        i32, list(segments.get_values())[extra:]
    )
    return properties


_LOWERINGS: dict[type[Operation], Callable[..., None]] = {
    arith.ConstantOp: FunctionBufferizer._lower_constant,
    kernel.RegionOp: FunctionBufferizer._lower_region,
    tensor.InsertSliceOp: FunctionBufferizer._lower_insert_slice,
    tensor.ExtractSliceOp: FunctionBufferizer._lower_extract_slice,
    linalg_ext.DimshuffleOp: FunctionBufferizer._lower_dimshuffle,
    linalg_ext.ReshapeOp: FunctionBufferizer._lower_reshape,
    tensor.CastOp: FunctionBufferizer._lower_cast,
    tensor.DimOp: FunctionBufferizer._lower_dim,
    tensor.ExtractOp: FunctionBufferizer._lower_extract,
    tensor.FromElementsOp: FunctionBufferizer._lower_from_elements,
    tensor.EmptyOp: FunctionBufferizer._skip,
    FillOp: FunctionBufferizer._skip,
    **dict.fromkeys(_CONTRACTIONS, FunctionBufferizer._lower_contraction),
}
