"""Reading and writing parts of tensors: slices, integers, vectors of indices.

`pattern` says how the leading dimensions are indexed, one string each: `"v"` an integer, `"v:v:"` a slice whose `v`
parts are operands, int64 scalars, in order. Dimensions beyond the pattern are taken whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
from xdsl.dialects.builtin import ArrayAttr, TensorType
from xdsl.irdl import irdl_op_definition, prop_def

from tir.dialects.tir.base import (
    Array,
    Properties,
    TirOp,
    TypeInferenceError,
    broadcastable_of,
    rank,
    strings,
    tensor_type,
    type_dtype,
)
from tir.support.dtypes import DISCRETE_DTYPES, upcast

FULL_SLICE = "::"
"""The entry of `pattern` for a dimension that is taken whole."""


def operand_count(pattern: Sequence[str]) -> int:
    """How many operands a pattern takes."""
    return sum(entry.count("v") for entry in pattern)


def index_of(pattern: Sequence[str], operands: Sequence[Array]) -> tuple[int | slice, ...]:
    """The NumPy index that a pattern and the values of its operands stand for."""
    values = iter(int(o) for o in operands)
    return tuple(_entry(entry, values) for entry in pattern)


def _entry(entry: str, values: Iterator[int]) -> int | slice:
    if entry == "v":
        return next(values)
    return slice(*(next(values) if part == "v" else None for part in entry.split(":")))


def _check_pattern(
    operand: TensorType, pattern: Sequence[str], indices: Sequence[TensorType]
) -> None:
    if len(pattern) > rank(operand):
        raise TypeInferenceError(
            f"too many indices: {len(pattern)} for a tensor of {rank(operand)} dimensions"
        )
    for entry in pattern:
        parts = entry.split(":")
        if entry != "v" and (len(parts) != 3 or any(part not in ("", "v") for part in parts)):
            raise TypeInferenceError(f"'{entry}' is neither 'v' nor a slice such as 'v:v:'")
    if operand_count(pattern) != len(indices):
        raise TypeInferenceError(
            f"the pattern takes {operand_count(pattern)} index operands, got {len(indices)}"
        )
    for index in indices:
        if rank(index) != 0 or type_dtype(index) not in DISCRETE_DTYPES:
            raise TypeInferenceError(f"an index must be an integer scalar, got {index}")


def _region_pattern(operand: TensorType, pattern: Sequence[str]) -> tuple[bool, ...]:
    """Broadcastable pattern of the indexed region."""
    kept = []
    for axis, broadcastable in enumerate(broadcastable_of(operand)):
        entry = pattern[axis] if axis < len(pattern) else FULL_SLICE
        if entry != "v":
            # A slice of a length-1 dimension may be empty, so only a whole one stays broadcastable.
            kept.append(broadcastable and entry == FULL_SLICE)
    return tuple(kept)


class BasicIndexingOp(TirOp):
    """Common part of reading and writing by integers and slices."""

    PROPERTY_NAMES: ClassVar[tuple[str, ...]] = ("pattern",)
    pattern = prop_def(ArrayAttr)


@irdl_op_definition
class SubtensorOp(BasicIndexingOp):
    """Part of the first operand, by integers and slices as in NumPy. `IndexError` out of bounds."""

    name = "tir.subtensor"

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        operand, *indices = operand_types
        pattern = strings(properties["pattern"])
        _check_pattern(operand, pattern, indices)
        return [tensor_type(type_dtype(operand), _region_pattern(operand, pattern))]

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        x, *indices = arrays
        return [np.asarray(x[index_of(strings(properties["pattern"]), indices)])]


class SubtensorUpdateOp(BasicIndexingOp):
    """First operand with the second written into, or added to, the indexed region."""

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        operand, value, *indices = operand_types
        pattern = strings(properties["pattern"])
        _check_pattern(operand, pattern, indices)
        _check_value(operand, value, len(_region_pattern(operand, pattern)))
        return [operand]


def _check_value(operand: TensorType, value: TensorType, region_rank: int) -> None:
    if rank(value) > region_rank:
        raise TypeInferenceError(
            f"a value of {rank(value)} dimensions does not fit a region of {region_rank}"
        )
    dtype = type_dtype(operand)
    if upcast(dtype, type_dtype(value)) != dtype:
        raise TypeInferenceError(
            f"cannot store {type_dtype(value)} in a tensor of {dtype} without losing precision"
        )


@irdl_op_definition
class SetSubtensorOp(SubtensorUpdateOp):
    """A copy of the first operand in which the indexed region holds the second."""

    name = "tir.set_subtensor"

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        x, value, *indices = arrays
        result = x.copy()
        result[index_of(strings(properties["pattern"]), indices)] = value
        return [result]


@irdl_op_definition
class IncSubtensorOp(SubtensorUpdateOp):
    """A copy of the first operand in which the second is added to the indexed region."""

    name = "tir.inc_subtensor"

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        x, value, *indices = arrays
        result = x.copy()
        result[index_of(strings(properties["pattern"]), indices)] += value
        return [result]


def _check_vectors(operand: TensorType, indices: Sequence[TensorType]) -> None:
    if not 1 <= len(indices) <= rank(operand):
        raise TypeInferenceError(
            f"{len(indices)} index vectors for a tensor of {rank(operand)} dimensions"
        )
    for index in indices:
        if rank(index) != 1 or type_dtype(index) not in DISCRETE_DTYPES[1:]:
            raise TypeInferenceError(f"an index vector must hold integers, got {index}")


def _check_lengths(indices: Sequence[Array], types: Sequence[TensorType]) -> None:
    """Raise unless all index vectors that are not declared broadcastable have one length."""
    own = [i for i, t in zip(indices, types, strict=True) if not broadcastable_of(t)[0]]
    if len({index.shape[0] for index in own}) > 1:
        raise IndexError(
            "shape mismatch: the index vectors have lengths "
            + ", ".join(str(index.shape[0]) for index in indices)
        )


@irdl_op_definition
class AdvancedSubtensorOp(TirOp):
    """x[i], x[i, j]...: the leading dimensions indexed by integer vectors that run together."""

    name = "tir.advanced_subtensor"

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        operand, *indices = operand_types
        _check_vectors(operand, indices)
        run = all(broadcastable_of(index)[0] for index in indices)
        rest = broadcastable_of(operand)[len(indices) :]
        return [tensor_type(type_dtype(operand), (run, *rest))]

    @classmethod
    def check(
        cls,
        arrays: Sequence[Array],
        operand_types: Sequence[TensorType],
        properties: Properties,
    ) -> None:
        _check_lengths(arrays[1:], operand_types[1:])

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        x, *indices = arrays
        return [x[tuple(indices)]]


class AdvancedSubtensorUpdateOp(TirOp):
    """First operand with the second written to, or added at, positions given by index vectors."""

    @classmethod
    def infer_types(
        cls, operand_types: Sequence[TensorType], properties: Properties
    ) -> list[TensorType]:
        operand, value, *indices = operand_types
        _check_vectors(operand, indices)
        _check_value(operand, value, rank(operand) - len(indices) + 1)
        return [operand]

    @classmethod
    def check(
        cls,
        arrays: Sequence[Array],
        operand_types: Sequence[TensorType],
        properties: Properties,
    ) -> None:
        _check_lengths(arrays[2:], operand_types[2:])


@irdl_op_definition
class AdvancedSetSubtensorOp(AdvancedSubtensorUpdateOp):
    """A copy of the first operand with the second at x[i, j...]; the last of duplicates wins."""

    name = "tir.advanced_set_subtensor"

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        x, value, *indices = arrays
        result = x.copy()
        result[tuple(indices)] = value
        return [result]


@irdl_op_definition
class AdvancedIncSubtensorOp(AdvancedSubtensorUpdateOp):
    """A copy of the first operand with the second added at x[i, j...]; duplicates accumulate."""

    name = "tir.advanced_inc_subtensor"

    @classmethod
    def evaluate(cls, arrays: Sequence[Array], properties: Properties) -> list[Array]:
        x, value, *indices = arrays
        result = x.copy()
        np.add.at(result, tuple(indices), value)
        return [result]
