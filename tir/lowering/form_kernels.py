"""The pass `form-kernels`: the scheduling decision, what runs together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from xdsl.context import Context
from xdsl.dialects import arith, func, tensor
from xdsl.dialects.builtin import DYNAMIC_INDEX, ModuleOp, TensorType
from xdsl.dialects.linalg.ops import FillOp, GenericOp
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass

from tir.dialects.captures import outer_uses
from tir.dialects.kernel import RegionOp, YieldOp
from tir.dialects.linalg_ext import ContractionOp, ScatterOp
from tir.lowering.sink_numbers import outermost, sink_numbers
from tir.lowering.structured.centred import Centre, centre_found, centred_sum
from tir.lowering.structured.loop_nest import LoopNest, reads_in_step, row_dimensions
from tir.support.cost_model import MOST_OPERATIONS, MOST_RESULTS

_DESTINATION_PASSING = (GenericOp, ScatterOp, ContractionOp)

Size = SSAValue | int


@dataclass(frozen=True)
class FormKernelsPass(ModulePass):
    """Puts structured operations, with what initializes their results, into `kernel.region`s.

    A reduction and what follows it row by row become one kernel, which runs all of them for one row while that is in
    the cache: softmax, log-softmax, cross-entropy, variance, layer norm. Everything else is a kernel by itself, as
    `linalg-fuse-elementwise` has already merged what shares all loops.

    Before:

        %e = tensor.empty(%n) : tensor<?xf64>
        %f = linalg.fill ins(%zero) outs(%e)
        %s = linalg.generic {["parallel", "reduction"]} ins(%x) outs(%f) { arith.addf }
        %o = tensor.empty(%n, %m) : tensor<?x?xf64>
        %y = linalg.generic {["parallel", "parallel"]} ins(%x, %s) outs(%o) { arith.divf }

    After:

        %y = kernel.region(%a = %x : tensor<?x?xf64>, %d = %n : index, %k = %m : index) -> (tensor<?x?xf64>) {
          %e = tensor.empty(%d) : tensor<?xf64>
          %f = linalg.fill ins(%zero) outs(%e)
          %s = linalg.generic {["parallel", "reduction"]} ins(%a) outs(%f) { arith.addf }
          %o = tensor.empty(%d, %k) : tensor<?x?xf64>
          %g = linalg.generic {["parallel", "parallel"]} ins(%a, %s) outs(%o) { arith.divf }
          kernel.yield %g : tensor<?x?xf64>
        }

    An operation joins the kernel of one whose result it reads, or which reads the same tensor,

    * if both have the same rows, as SSA values;
    * if each iteration reads only what the same iteration has made, also where it computes a column to read;
    * if nothing between them needs a result of the kernel, which moves down to its last operation.

    Before that, numbers that are made of numbers and of the vectors of other kernels move down to where they are first needed:
    the mean of the losses does not come between those and their gradient.

    Reductions of everything or of columns have no rows. But a sum, the mean and the sum of squares about that are one kernel, too,
    and so are a maximum and the sum of exponentials below it: both are found for a block while it is in the cache.

    Invariants: a region is isolated from above; scalar constants are copied into it; only what is used outside is
    yielded; matrix products, views and host arithmetic stay outside; nothing moves up. Linear.
    """

    name = "form-kernels"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.body.block.ops:
            if isinstance(function, func.FuncOp) and not function.is_declaration:
                sink_numbers(function.body.block)
                for kernel in _Grouping(function.body.block).kernels():
                    _form_kernel(kernel)
                _erase_unused_initializers(function.body.block)


def _is_filled_value(op: Operation) -> bool:
    """Whether a fill is read, and not only the destination that another operation starts from."""
    if not isinstance(op, FillOp):
        return False
    return any(
        not isinstance(use.operation, _DESTINATION_PASSING)
        or use.index < len(use.operation.operands) - len(use.operation.results)
        for use in op.results[0].uses
    )


@dataclass(eq=False)
class _Group:
    """Operations that share rows: their first loops."""

    operations: list[Operation]
    rows: int = 0
    sizes: tuple[Size, ...] = ()
    made: dict[SSAValue, dict[int, int]] = field(default_factory=dict)
    body_size: int = 0

    def add(self, op: GenericOp, nest: LoopNest) -> None:
        """Append an operation."""
        self.operations.append(op)
        self.made.update(row_dimensions(nest, self.rows))
        self.body_size += len(op.body.block.ops)


class _Grouping:
    """The division of the structured operations of one straight-line block into kernels."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.position = {op: i for i, op in enumerate(block.ops)}
        self.group_of: dict[SSAValue, _Group] = {}
        self.last_reader: dict[SSAValue, _Group] = {}
        self.centres: dict[tuple[SSAValue, Centre], _Group] = {}
        """Values and a kind of centre -> the kernel that reduces their elements to that."""
        self.alone: dict[SSAValue, _Group] = {}
        """Results of operations without rows -> the kernel of that operation only."""

    def kernels(self) -> list[list[Operation]]:
        """The operations of each kernel, in their order."""
        groups: list[_Group] = []
        for op in self.block.ops:
            if isinstance(op, GenericOp):
                self._place(op, groups)
            elif isinstance(op, ScatterOp) or _is_filled_value(op):
                groups.append(_Group([op]))
        return [group.operations for group in groups if group.operations]

    def _place(self, op: GenericOp, groups: list[_Group]) -> None:
        nest = LoopNest.of(op)
        sizes = _loop_sizes(op, nest)
        group = next((g for g in self._candidates(nest) if self._admits(g, op, nest, sizes)), None)
        if group is None:
            group = _Group([])
            groups.append(group)
            group.rows = nest.row_loops
            if not group.rows:
                self._place_without_rows(op, nest, group)
                return
            group.sizes = tuple(sizes[loop] for loop in range(group.rows))
        group.add(op, nest)
        self.group_of.update(dict.fromkeys(op.results, group))
        self.last_reader.update(dict.fromkeys((v for v, _ in nest.inputs), group))

    def _place_without_rows(self, op: GenericOp, nest: LoopNest, group: _Group) -> None:
        """A kernel of one operation; sums about a centre join the reduction to that, with what is between them."""
        group.operations.append(op)
        self.alone.update(dict.fromkeys(op.results, group))
        inputs = len(op.inputs)
        if nest.is_elementwise or inputs == 0:
            return
        if (centre := centre_found(op.body.block, inputs)) is not None:
            self.centres[op.inputs[0], centre] = group
        sum_ = centred_sum(op.body.block, inputs)
        if sum_ is None:
            return
        first = self.centres.get((op.inputs[sum_.element], sum_.centre))
        between = self.alone.get(op.inputs[sum_.about])
        if first is None or between is None or len(first.operations) > 1:
            return
        # A maximum is itself what is subtracted; of a sum, the mean is computed.
        if (between is first) != (sum_.centre is Centre.MAXIMUM):
            return
        joined = [first] if between is first else [first, between]
        members = [operation for one in joined for operation in one.operations]
        if _have_same_loops(members[0], op, sum_.about) and self._are_one([*members, op]):
            for member in (*members, op):
                for result in member.results:
                    del self.alone[result]
            for other in (*joined, group):
                other.operations = []
            first.operations = [*members, op]

    def _are_one(self, members: Sequence[Operation]) -> bool:
        """Whether the last of some operations is the first one that needs the others' results, but for themselves."""
        first, *between, last = members
        if not all(any(v in first.results for v in op.operands) for op in between):
            return False
        here = self.position[last]
        results = [result for op in members[:-1] for result in op.results]
        users = [outermost(use.operation, self.block) for r in results for use in r.uses]
        return all(user in members or self.position[user] > here for user in users)

    def _candidates(self, nest: LoopNest) -> Iterator[_Group]:
        """The groups that an operation may join: of what it reads; a reduction also those that read the same."""
        seen: set[_Group] = set()
        for known in (self.group_of,) if nest.is_elementwise else (self.group_of, self.last_reader):
            for value, _ in nest.inputs:
                group = known.get(value)
                if group is not None and group not in seen:
                    seen.add(group)
                    yield group

    def _admits(self, group: _Group, op: GenericOp, nest: LoopNest, sizes: dict[int, Size]) -> bool:
        if group.body_size + len(op.body.block.ops) > MOST_OPERATIONS:
            return False
        if not nest.has_rows(group.rows):
            return False
        if tuple(sizes.get(loop) for loop in range(group.rows)) != group.sizes:
            return False
        if not reads_in_step(nest, group.rows, group.made):
            return False
        return self._can_wait(group, op)

    def _can_wait(self, group: _Group, op: GenericOp) -> bool:
        """Whether all that a group makes is needed no sooner than by this operation, and not by too many."""
        here = self.position[op]
        members = {*group.operations, op}
        results = len(op.results)
        for value in group.made:
            users = [outermost(use.operation, self.block) for use in value.uses]
            outside = [user for user in users if user not in members]
            if any(self.position[user] < here for user in outside):
                return False
            results += bool(outside)
        return results <= MOST_RESULTS


def _have_same_loops(first: Operation, sum_: GenericOp, about: int) -> bool:
    """Whether a reduction and a sum about its result, which is input `about`, go through the same elements together."""
    assert isinstance(first, GenericOp)
    one, other = LoopNest.of(first), LoopNest.of(sum_)
    (element, elements), place = one.inputs[0], one.outputs[0][1]
    return (
        one.parallel == other.parallel
        and (element, elements) in other.inputs
        and other.inputs[about][1] == place == other.outputs[0][1]
        and len(one.inputs) == 1
    )


def _loop_sizes(op: GenericOp, nest: LoopNest) -> dict[int, Size]:
    """How often the loops that index results run: SSA values, or numbers where the type tells."""
    sizes: dict[int, Size] = {}
    for init, (_, map_) in zip(op.outputs, nest.outputs, strict=True):
        owner = init.owner
        if isinstance(owner, FillOp):
            owner = owner.operands[1].owner
        if not isinstance(owner, tensor.EmptyOp):
            continue
        dynamic = iter(owner.operands)
        type_ = init.type
        assert isinstance(type_, TensorType)
        for loop, size in zip(map_, type_.get_shape(), strict=True):
            found = next(dynamic) if size == DYNAMIC_INDEX else size
            sizes.setdefault(loop, found)
    return sizes


@dataclass
class _Body:
    """The body of a region as it grows: the block, and what outside values have become inside."""

    block: Block = field(default_factory=Block)
    operands: list[SSAValue] = field(default_factory=list)
    inside: dict[SSAValue, SSAValue] = field(default_factory=dict)

    def bind(self, value: SSAValue) -> SSAValue:
        """The value inside the region: a copy of a scalar constant, or an argument."""
        if (known := self.inside.get(value)) is not None:
            return known
        owner = value.owner
        if isinstance(owner, arith.ConstantOp) and not isinstance(value.type, TensorType):
            return self._copy(owner, value)
        argument = self.block.insert_arg(value.type, len(self.block.args))
        argument.name_hint = value.name_hint
        self.operands.append(value)
        self.inside[value] = argument
        return argument

    def bind_destination(self, value: SSAValue) -> SSAValue:
        """A destination inside the region: a copy of what initializes it, or an argument."""
        owner = value.owner
        if not isinstance(owner, tensor.EmptyOp | FillOp):
            return self.bind(value)
        if isinstance(owner, FillOp):
            self.bind_destination(owner.operands[1])
        return self._copy(owner, value)

    def take(self, op: Operation) -> None:
        """Move a structured operation into the region."""
        split = len(op.operands) - len(op.results)
        op.operands = [
            *(self.bind(v) for v in op.operands[:split]),
            *(self.bind_destination(v) for v in op.operands[split:]),
        ]
        for region in op.regions:
            for inner, number in outer_uses(region):
                inner.operands[number] = self.bind(inner.operands[number])
        op.detach()
        self.block.add_op(op)
        self.inside.update((result, result) for result in op.results)

    def _copy(self, op: Operation, value: SSAValue) -> SSAValue:
        for operand in op.operands:
            if operand not in self.inside:
                self.bind(operand)
        copy = op.clone(self.inside)
        self.block.add_op(copy)
        self.inside[value] = copy.results[0]
        return copy.results[0]


def _form_kernel(operations: Sequence[Operation]) -> None:
    last = operations[-1]
    block = last.parent
    assert block is not None
    body = _Body()
    placeholder = Region(body.block)
    following = last.next_op
    for op in operations:
        body.take(op)
    used = [
        result
        for op in operations
        for result in op.results
        if any(not body.block.is_ancestor(use.operation) for use in result.uses)
    ]
    body.block.add_op(YieldOp(*used))
    result_types: list[Attribute] = [r.type for r in used]
    region = RegionOp.create(
        operands=body.operands,
        result_types=result_types,
        regions=[placeholder],
        location=last.location,
    )
    if following is None:
        block.add_op(region)
    else:
        block.insert_op_before(region, following)
    for old, new in zip(used, region.results, strict=True):
        new.name_hint = old.name_hint
        old.replace_uses_with_if(new, lambda use: not body.block.is_ancestor(use.operation))


def _erase_unused_initializers(block: Block) -> None:
    for op in reversed(list(block.ops)):
        if isinstance(op, tensor.EmptyOp | FillOp | arith.ConstantOp) and not any(
            r.first_use is not None for r in op.results
        ):
            block.erase_op(op)
