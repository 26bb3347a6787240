"""What a compiled function computes, as an expression graph: all that the compiler gets to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tir.graph.build import dimshuffle
from tir.graph.clone import clone_replace
from tir.graph.traversal import toposort
from tir.graph.variable import Apply, Variable
from tir.support.arrays import Layout, inverse

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp


@dataclass(frozen=True)
class Computation:
    """`outputs`, and the new values of some of `shared`, computed from `inputs` and `shared`."""

    inputs: Sequence[Variable]
    outputs: Sequence[Variable]
    shared: Sequence[Variable] = ()
    updates: Mapping[Variable, Variable] = field(default_factory=dict)
    """For each variable of `shared` that changes, the expression of its new value."""
    packing: str | None = None
    """How the outputs reach the caller: `"array"`, `"list"` or `"none"`; `None` for what suits their number."""
    positional: int | None = None
    """How many inputs a call gives by position at most, if it may leave some out."""
    mutable: Sequence[int] = ()
    """The numbers of the inputs that may be overwritten."""
    strided: Sequence[int] = ()
    """The numbers of the inputs whose rows need not follow each other in memory."""

    @property
    def arguments(self) -> list[Variable]:
        """What is given: the inputs, then the shared variables."""
        return [*self.inputs, *self.shared]

    @property
    def results(self) -> list[Variable]:
        """What is computed: the outputs, then the new values."""
        return [*self.outputs, *self.updates.values()]

    def nodes(self) -> list[Apply]:
        """The nodes to compute, each after those it depends on; the same order each time."""
        return toposort(self.results, stop_at=set(self.arguments))

    def with_layouts(self, layouts: Sequence[Layout | None]) -> Computation:
        """The same results, computed from `x.transpose(order)` in place of each input `x` that has a layout.

        So these inputs are in C order, but for gaps between rows. They are not mutable: no result has such a layout.
        """
        inputs = list(self.inputs)
        replacements: dict[Variable, Variable] = {}
        for number, layout in enumerate(layouts):
            if layout is None or layout.order == tuple(range(len(layout.order))):
                continue
            old = inputs[number]
            pattern = [old.type.broadcastable[axis] for axis in layout.order]
            new = inputs[number] = old.type.clone(broadcastable=pattern).make_variable(old.name)
            replacements[old] = dimshuffle(new, inverse(layout.order))
            # No line of the user's made it.
            replacements[old].owner.location = None  # pyright: ignore[reportOptionalMemberAccess]
        results = clone_replace(self.results, replacements)
        count = len(self.outputs)
        return replace(
            self,
            inputs=inputs,
            outputs=results[:count],
            updates=dict(zip(self.updates, results[count:], strict=True)),
            mutable=[number for number in self.mutable if layouts[number] is None],
            strided=[
                i for i, layout in enumerate(layouts) if layout is not None and layout.strided
            ],
        )

    def emit(self) -> ModuleOp:
        """A new module of the `tir` dialect that computes it."""
        # Compiled code that is in the cache needs no module, and the dialect of functions takes long to import.
        from xdsl.dialects.builtin import (  # noqa: PLC0415
            ArrayAttr,
            DictionaryAttr,
            IntegerAttr,
            StringAttr,
            UnitAttr,
            i64,
        )

        from tir.graph.emit import emit, main_function  # noqa: PLC0415

        module = emit(self.inputs, self.outputs, self.shared, self.updates)
        function = main_function(module)
        attributes = function.attributes
        if self.packing is not None:
            attributes["tir.packing"] = StringAttr(self.packing)
        if self.positional is not None:
            attributes["tir.positional"] = IntegerAttr(self.positional, i64)
        assert function.arg_attrs is not None
        entries = list(function.arg_attrs)
        for name, numbers in (("tir.mutable", self.mutable), ("tir.strided", self.strided)):
            for number in numbers:
                entries[number] = DictionaryAttr({**entries[number].data, name: UnitAttr()})
        function.properties["arg_attrs"] = ArrayAttr(entries)
        return module
