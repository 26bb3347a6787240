"""scf and cf to branches of the llvm dialect."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import cf, llvm, scf
from xdsl.dialects.builtin import DictionaryAttr, IntegerAttr, i1, i64
from xdsl.ir import Attribute, Block, Operation, SSAValue

from tir.dialects import llvm_ext
from tir.support.errors import LoweringError

from .builder import NSW
from .emitter import FunctionEmitter, Handler, converted_types

LOOP_ANNOTATION = "loop_annotation"
_SIGNED_LESS = {"predicate": IntegerAttr(2, i64)}


def _begin_annotation(
    emitter: FunctionEmitter, op: Operation
) -> tuple[DictionaryAttr | None, bool]:
    """The annotation of a loop's back edge, and whether an access group was started for it."""
    annotation = op.attributes.get(LOOP_ANNOTATION)
    if annotation is None:
        return None, False
    if not isinstance(annotation, DictionaryAttr):
        raise LoweringError(f"{LOOP_ANNOTATION} must be a dictionary")
    if "parallel_accesses" not in annotation.data:
        return annotation, False
    group: Attribute = IntegerAttr(emitter.push_access_group(), i64)
    return DictionaryAttr({**annotation.data, "parallel_accesses": group}), True


def _bind(emitter: FunctionEmitter, sources: Sequence[SSAValue], to: Sequence[SSAValue]) -> None:
    emitter.values.update(zip(sources, to, strict=True))


def _for(emitter: FunctionEmitter, op: scf.ForOp) -> None:
    lower, upper, step = emitter.scalars((op.lb, op.ub, op.step))
    initial = emitter.scalars(op.iter_args)
    header = Block(arg_types=[lower.type, *(value.type for value in initial)])
    body, done = Block(), Block()
    emitter.branch(header, [lower, *initial])

    emitter.begin(header)
    index = header.args[0]
    below = emitter.emit(llvm_ext.ICmpOp, (index, upper), i1, _SIGNED_LESS)
    emitter.cond_branch(below, body, done)

    emitter.begin(body)
    _bind(emitter, op.body.block.args, header.args)
    annotation, grouped = _begin_annotation(emitter, op)
    emitter.loop_depth += 1
    terminator = emitter.emit_block(op.body.block)
    emitter.loop_depth -= 1
    if grouped:
        emitter.pop_access_group()
    assert terminator is not None
    yielded = emitter.scalars(terminator.operands)
    following = emitter.emit(llvm.AddOp, (index, step), lower.type, NSW)
    emitter.branch(header, [following, *yielded], annotation)

    emitter.begin(done)
    _bind(emitter, op.results, header.args[1:])


def _if(emitter: FunctionEmitter, op: scf.IfOp) -> None:
    condition = emitter.value(op.cond)
    merge = Block(arg_types=converted_types(result.type for result in op.results))
    then = Block()
    has_else = bool(op.false_region.blocks)
    otherwise = Block() if has_else else merge
    emitter.cond_branch(condition, then, otherwise)
    branches = [(then, op.true_region)]
    if has_else:
        branches.append((otherwise, op.false_region))
    for block, region in branches:
        emitter.begin(block)
        terminator = emitter.emit_block(region.block)
        yielded = terminator.operands if terminator is not None else ()
        emitter.branch(merge, emitter.scalars(yielded))
    emitter.begin(merge)
    _bind(emitter, op.results, merge.args)


def _while(emitter: FunctionEmitter, op: scf.WhileOp) -> None:
    initial = emitter.scalars(op.arguments)
    before = Block(arg_types=[value.type for value in initial])
    after = Block(arg_types=converted_types(result.type for result in op.results))
    done = Block(arg_types=after.arg_types)
    emitter.branch(before, initial)

    annotation, grouped = _begin_annotation(emitter, op)
    emitter.loop_depth += 1
    emitter.begin(before)
    _bind(emitter, op.before_region.block.args, before.args)
    condition = emitter.emit_block(op.before_region.block)
    assert isinstance(condition, scf.ConditionOp)
    passed = emitter.scalars(condition.args)
    emitter.cond_branch(
        emitter.value(condition.condition),
        after,
        done,
        then_arguments=passed,
        else_arguments=passed,
    )

    emitter.begin(after)
    _bind(emitter, op.after_region.block.args, after.args)
    terminator = emitter.emit_block(op.after_region.block)
    emitter.loop_depth -= 1
    if grouped:
        emitter.pop_access_group()
    assert terminator is not None
    emitter.branch(before, emitter.scalars(terminator.operands), annotation)

    emitter.begin(done)
    _bind(emitter, op.results, done.args)


def _branch(emitter: FunctionEmitter, op: cf.BranchOp) -> None:
    emitter.branch(
        emitter.blocks[op.successor],
        emitter.scalars(op.arguments),
        op.attributes.get(LOOP_ANNOTATION),
    )


def _conditional_branch(emitter: FunctionEmitter, op: cf.ConditionalBranchOp) -> None:
    emitter.cond_branch(
        emitter.value(op.cond),
        emitter.blocks[op.then_block],
        emitter.blocks[op.else_block],
        then_arguments=emitter.scalars(op.then_arguments),
        else_arguments=emitter.scalars(op.else_arguments),
    )


STRUCTURED_TERMINATORS: frozenset[type[Operation]] = frozenset({scf.YieldOp, scf.ConditionOp})

HANDLERS: dict[type[Operation], Handler] = {
    scf.ForOp: _for,
    scf.IfOp: _if,
    scf.WhileOp: _while,
    cf.BranchOp: _branch,
    cf.ConditionalBranchOp: _conditional_branch,
}
