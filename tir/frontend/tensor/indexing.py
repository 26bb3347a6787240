"""Reading parts of tensors, and copies of tensors with parts replaced or added to.

An index is resolved to an `Indexing`, a chain of at most four steps: integers and slices, the dimensions with index
vectors moved to the front, the vectors, the result's dimensions put in NumPy's order. Reading goes along the chain;
writing goes back along it, so every index that can be read can be written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tir.dialects.tir.base import ints, strings
from tir.dialects.tir.indexing import FULL_SLICE, AdvancedSubtensorOp, SubtensorOp
from tir.dialects.tir.structural import NEW_AXIS
from tir.frontend.tensor.index_entries import Entry, NewAxis, Part, Position, Vector, entries_of
from tir.frontend.tensor.operands import normalize_axis
from tir.frontend.tensor.shape import flatten
from tir.frontend.tensor.vectors import known_elements
from tir.graph import build
from tir.graph.constants import constant
from tir.graph.dialect_op import DialectOp
from tir.graph.variable import Apply, Constant, Variable
from tir.support.dtypes import upcast

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable


@dataclass(frozen=True)
class Indexing:
    """How a region lies in a tensor: the steps of the chain, in order; None or empty for a step left out."""

    pattern: tuple[str, ...] | None = None
    scalars: tuple[Any, ...] = ()
    to_front: tuple[int, ...] | None = None
    vectors: tuple[Any, ...] = ()
    arrange: tuple[int | str, ...] | None = None

    def __len__(self) -> int:
        """How many operations read the region."""
        steps = (self.pattern, self.to_front, self.vectors or None, self.arrange)
        return sum(step is not None for step in steps)

    @classmethod
    def of_nodes(cls, nodes: list[Apply]) -> Indexing:
        """The steps that these nodes take, each applied to the result of the one before."""
        steps: dict[str, Any] = {}
        for node in nodes:
            op = node.op
            assert isinstance(op, DialectOp)
            if op.op_class is SubtensorOp:
                steps |= {"pattern": strings(op.properties["pattern"])}
                steps |= {"scalars": tuple(node.inputs[1:])}
            elif op.op_class is AdvancedSubtensorOp:
                steps["vectors"] = tuple(node.inputs[1:])
            else:
                last = node is nodes[-1]
                order = ints(op.properties["new_order"])
                steps["arrange" if last else "to_front"] = tuple(
                    "x" if last and axis == NEW_AXIS else axis for axis in order
                )
        return cls(**steps)

    def read(self, x: Any) -> Any:
        """The region of `x`."""
        part = self._before_vectors(x)
        if self.vectors:
            part = build.advanced_subtensor(part, *self.vectors)
        return part if self.arrange is None else build.dimshuffle(part, self.arrange)

    def _before_vectors(self, x: Any) -> Any:
        part = x if self.pattern is None else build.subtensor(x, self.pattern, self.scalars)
        return part if self.to_front is None else build.dimshuffle(part, self.to_front)

    def write(self, x: Any, value: Any, add: bool) -> Any:
        """A copy of `x` whose region holds `value`, or has it added."""
        value = self._disarranged(value)
        if self.vectors:
            update = build.advanced_inc_subtensor if add else build.advanced_set_subtensor
            value = update(self._before_vectors(x), value, *self.vectors)
            add = False
            if self.to_front is not None:
                value = build.dimshuffle(value, np.argsort(self.to_front).tolist())
            if self.pattern is None:
                return value
        update = build.inc_subtensor if add else build.set_subtensor
        return update(x, value, self.pattern or (), self.scalars)

    def _disarranged(self, value: Any) -> Any:
        if self.arrange is None:
            return value
        missing = len(self.arrange) - value.type.ndim
        value = build.dimshuffle(value, ["x"] * missing + list(range(value.type.ndim)))
        pattern = [
            b or a == "x" for a, b in zip(self.arrange, value.type.broadcastable, strict=True)
        ]
        value = build.rebroadcast(value, pattern)
        kept = [axis for axis in self.arrange if axis != "x"]
        return build.dimshuffle(value, [self.arrange.index(a) for a in sorted(map(int, kept))])


def resolve(entries: list[Entry]) -> Indexing:
    """The steps that an index stands for; `entries` cover every dimension of the indexed tensor."""
    parts = [e for e in entries if not isinstance(e, NewAxis)]
    pattern = [FULL_SLICE if isinstance(p, Vector) else p.pattern for p in parts]
    while len(pattern) > 1 and pattern[-1] == FULL_SLICE:
        pattern.pop()
    scalars = [s for p in parts if not isinstance(p, Vector) for s in p.scalars]
    vectors = [p.variable for p in parts if isinstance(p, Vector)]
    # The dimensions after the first step, in which positions are gone.
    left = [p for p in parts if not isinstance(p, Position)]
    indexed = [axis for axis, p in enumerate(left) if isinstance(p, Vector)]
    rest = [axis for axis, p in enumerate(left) if not isinstance(p, Vector)]
    to_front = (*indexed, *rest)
    arrange = _arrangement(entries, bool(vectors))
    arranged = arrange == tuple(range(len(rest) + bool(vectors)))
    return Indexing(
        # Where all is taken, another step makes the new variable; else `x[:]` would be `x`.
        None if not scalars and (vectors or not arranged) else tuple(pattern),
        tuple(scalars),
        None if to_front == tuple(range(len(left))) else to_front,
        tuple(vectors),
        None if arranged else arrange,
    )


def _arrangement(entries: list[Entry], has_run: bool) -> tuple[int | str, ...]:
    """Where NumPy puts the dimensions: that of the index vectors is 0, the others follow in order."""
    order: list[int | str] = []
    run = int(has_run)
    if has_run:
        advanced = [i for i, e in enumerate(entries) if isinstance(e, Vector | Position)]
        together = advanced[-1] - advanced[0] + 1 == len(advanced)
        start = advanced[0] if together else 0
    else:
        start = -1
    for i, entry in enumerate(entries):
        if i == start:
            order.append(0)
        if isinstance(entry, NewAxis):
            order.append("x")
        elif isinstance(entry, Part):
            order.append(run)
            run += 1
    return tuple(order)


def subtensor(x: Any, index: Any) -> TensorVariable:
    """`x[index]`: integers, slices, None, Ellipsis, integer scalars, and vectors of integers, as in NumPy.

    Several vectors run together. `IndexError` when run for an integer out of bounds, `TypeError` for Python booleans,
    `UnsupportedError` for boolean masks and for index tensors of two or more dimensions.
    """
    x = build.as_tensor_variable(x)
    entries = entries_of(x, index)
    if (folded := _known_part(x, entries)) is not None:
        return folded
    indexing = resolve(entries)
    region = indexing.read(x)
    region.tag.indexing_steps = len(indexing)
    return region


def _known_part(x: Any, entries: list[Entry]) -> Any:
    """An element or a slice of a vector that was just made of scalars; None if there is no such thing."""
    if len(entries) != 1 or not isinstance(entry := entries[0], Position | Part):
        return None
    if isinstance(x, Constant) or not all(isinstance(s, Constant) for s in entry.scalars):
        return None
    elements = known_elements(x)
    if elements is None:
        return None
    if isinstance(entry, Part):
        part = elements[entry.static_slice()]
        return build.make_vector(*part) if part else constant(np.zeros(0, x.type.dtype))
    position = int(entry.scalars[0].data)
    if not -len(elements) <= position < len(elements):
        raise IndexError(
            f"index {position} is out of bounds for the vector {x}, which has {len(elements)} elements"
        )
    return elements[position]


def _region(function: str, region: Any) -> tuple[Any, Indexing]:
    """The tensor that a region was read from, and how."""
    steps = 0
    if isinstance(region, Variable):
        owner = region.owner
        plain = (
            owner is not None
            and isinstance(owner.op, DialectOp)
            and owner.op.op_class in (SubtensorOp, AdvancedSubtensorOp)
        )
        # A number, not the tensor itself: copies of the expression in terms of other variables share the tag.
        steps = getattr(region.tag, "indexing_steps", int(plain))
    if steps == 0:
        raise TypeError(
            f"{function}: x must be the result of a subtensor operation, such as a[1:3] or a[rows], got {region}"
        )
    nodes: list[Apply] = []
    base: Any = region
    for _ in range(steps):
        nodes.insert(0, base.owner)
        base = base.owner.inputs[0]
    return base, Indexing.of_nodes(nodes)


def _value_for(function: str, region: Any, value: Any) -> Any:
    """`value` as a tensor that fits a region without loss."""
    dtype = region.type.dtype
    if isinstance(value, int | float) and not isinstance(value, bool | np.generic):
        exact = dtype.startswith("float") or (isinstance(value, int) and _fits(value, dtype))
        value = constant(value, dtype=dtype) if exact else value
    value = build.as_tensor_variable(value)
    if value.type.ndim > region.type.ndim:
        raise TypeError(
            f"{function}: trying to store a {value.type.ndim}-dimensional value in a "
            f"{region.type.ndim}-dimensional subtensor"
        )
    if upcast(dtype, value.type.dtype) != dtype:
        raise TypeError(
            f"{function}: a value of dtype {value.type.dtype} in a tensor of dtype {dtype} would lose precision; "
            "cast one of them"
        )
    offset = region.type.ndim - value.type.ndim
    ones = region.type.broadcastable[offset:]
    return build.rebroadcast(
        value, [a or b for a, b in zip(value.type.broadcastable, ones, strict=True)]
    )


def _fits(value: int, dtype: str) -> bool:
    return dtype != "bool" and np.iinfo(dtype).min <= value <= np.iinfo(dtype).max


def set_subtensor(
    x: Any, y: Any, inplace: bool = False, tolerate_inplace_aliasing: bool = False
) -> TensorVariable:
    """The tensor of which `x` is a part, as in `a[1:3]`, with that part replaced by `y`, which broadcasts.

    Of positions that index vectors name twice, the last value wins. `TypeError` if `x` is no such part, or if `y` has
    more dimensions or a wider dtype. The last two arguments change nothing: whether memory is shared is up to tir.

    >>> from tir import tensor as T
    >>> a = T.dvector("a")
    >>> T.set_subtensor(a[:2], 0).type
    TensorType(float64, vector)
    """
    base, indexing = _region("set_subtensor", x)
    return indexing.write(base, _value_for("set_subtensor", x, y), add=False)


def inc_subtensor(
    x: Any,
    y: Any,
    inplace: bool = False,
    set_instead_of_inc: bool = False,
    tolerate_inplace_aliasing: bool = False,
) -> TensorVariable:
    """The tensor of which `x` is a part, as in `a[rows]`, with `y` added to that part.

    Values at positions that index vectors name twice add up. Otherwise as `set_subtensor`.
    """
    if set_instead_of_inc:
        return set_subtensor(x, y)
    base, indexing = _region("inc_subtensor", x)
    return indexing.write(base, _value_for("inc_subtensor", x, y), add=True)


def take(a: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> TensorVariable:
    """The elements at `indices`, an integer or a vector, along `axis`; of the flattened tensor by default."""
    if mode != "raise":
        raise ValueError(f"take: only mode='raise' is supported, got {mode!r}")
    a = build.as_tensor_variable(a)
    if axis is None:
        return subtensor(flatten(a), indices)
    whole = (slice(None),) * normalize_axis(axis, a.type.ndim, "take")
    return subtensor(a, (*whole, indices))
