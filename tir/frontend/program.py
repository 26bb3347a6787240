"""What a function computes: its inputs, shared variables, outputs and updates, with all replacements done."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tir.frontend.inputs import In, MissingInputError, Out, UnusedInputError, as_pairs
from tir.frontend.shared import SharedVariable
from tir.graph.build import as_tensor_variable, rebroadcast
from tir.graph.clone import clone_replace
from tir.graph.computation import Computation
from tir.graph.constants import constant
from tir.graph.tensor_type import TensorType
from tir.graph.traversal import graph_inputs
from tir.graph.variable import Variable


@dataclass(frozen=True)
class Outputs:
    """The outputs of a function and the form in which a call returns them.

    `form` is `"none"`, `"array"`, `"list"` or `"dict"`; `keys` are those of the dictionary.
    """

    variables: tuple[Variable, ...]
    form: str
    keys: tuple[str, ...] = ()

    @property
    def packing(self) -> str:
        """The form in which compiled code returns the arrays."""
        return "list" if self.form == "dict" else self.form


@dataclass(frozen=True)
class Program:
    """A function before it is compiled.

    `all_inputs` are the user's; `states` are those of them that have become shared variables, by position, and
    `inputs` the others.
    """

    all_inputs: tuple[In, ...]
    inputs: tuple[In, ...]
    states: Mapping[int, SharedVariable]
    shared: tuple[SharedVariable, ...]
    outputs: Outputs
    results: tuple[Variable, ...]
    updates: Mapping[SharedVariable, Variable] = field(default_factory=dict)

    @property
    def computation(self) -> Computation:
        """What is left of it for the compiler."""
        return Computation(
            [given.variable for given in self.inputs],
            self.results,
            self.shared,
            self.updates,  # pyright: ignore[reportArgumentType]
            self.outputs.packing,
            self.positional,
            self.mutable,
        )

    @property
    def mutable(self) -> list[int]:
        """The numbers, among `inputs`, of those whose arrays may be overwritten. What holds a number never is."""
        return [
            number
            for number, given in enumerate(self.inputs)
            if given.mutable and given.variable.type.ndim
        ]

    @property
    def positional(self) -> int | None:
        """How many inputs a call may give by position at most without naming a state or an implicit input.

        `None` where each call gives all of them.
        """
        leading = 0
        while (
            leading < len(self.all_inputs)
            and leading not in self.states
            and not self.all_inputs[leading].implicit
        ):
            leading += 1
        given_always = leading == len(self.inputs) and not any(i.has_default for i in self.inputs)
        return None if given_always else leading


def as_outputs(outputs: Any) -> Outputs:
    """The outputs of a function in any of the forms that users write."""
    if outputs is None:
        return Outputs((), "none")
    if isinstance(outputs, Mapping):
        for key in outputs:
            if not isinstance(key, str):
                raise TypeError(f"the keys of a dictionary of outputs must be strings, got {key!r}")
        keys = tuple(sorted(outputs))
        return Outputs(tuple(_as_output(outputs[key]) for key in keys), "dict", keys)
    if isinstance(outputs, list | tuple):
        return Outputs(tuple(_as_output(item) for item in outputs), "list")
    return Outputs((_as_output(outputs),), "array")


def _as_output(output: Any) -> Variable:
    if isinstance(output, Out):
        output = output.variable
    if isinstance(output, Variable):
        return output
    try:
        return as_tensor_variable(output)
    except TypeError as error:
        raise TypeError(f"an output of a function must be a variable, got {output!r}") from error


def make_program(
    inputs: Sequence[In],
    outputs: Outputs,
    updates: Any,
    givens: Any,
    no_default_updates: Any,
    on_unused_input: str,
) -> Program:
    """Collect what the function computes and check that it is well formed."""
    explicit = _explicit_updates(updates)
    replacements = _replacements(givens, {given.variable for given in inputs})
    states: dict[int, SharedVariable] = {}
    for position, given in enumerate(inputs):
        if given.update is not None:
            state = SharedVariable(
                given.name, given.variable.type, given.value, given.strict, given.allow_downcast
            )
            states[position] = state
            explicit[state] = state.as_update(given.update)
    state_of_input = {inputs[position].variable: state for position, state in states.items()}
    replacements = {
        **dict(
            zip(replacements, clone_replace(replacements.values(), state_of_input), strict=True)
        ),
        **state_of_input,
    }
    targets = list(explicit)
    replaced = clone_replace([*outputs.variables, *explicit.values()], replacements)
    results = replaced[: len(outputs.variables)]
    all_updates = dict(zip(targets, replaced[len(results) :], strict=True))
    called = tuple(given for i, given in enumerate(inputs) if i not in states)
    found = _add_default_updates(
        results,
        all_updates,
        replacements,
        {given.variable for given in called},
        no_default_updates,
    )
    _check_inputs(called, found, on_unused_input)
    shared = {v: None for v in found if isinstance(v, SharedVariable)}
    shared.update(dict.fromkeys(all_updates))
    return Program(
        tuple(inputs), called, states, tuple(shared), outputs, tuple(results), all_updates
    )


def _explicit_updates(updates: Any) -> dict[SharedVariable, Variable]:
    result: dict[SharedVariable, Variable] = {}
    for target, expression in as_pairs(updates, "updates"):
        if not isinstance(target, SharedVariable):
            raise TypeError(f"only shared variables can be updated, not {target!r}")
        if target in result:
            raise ValueError(f"the shared variable {target} has two updates; it can have one")
        result[target] = target.as_update(expression)
    return result


def _replacements(givens: Any, inputs: set[Variable]) -> dict[Variable, Variable]:
    result: dict[Variable, Variable] = {}
    for old, new in as_pairs(givens, "givens"):
        if not isinstance(old, Variable):
            raise TypeError(f"givens replace variables, not {old!r}")
        if old in inputs:
            raise RuntimeError(f"givens replace {old}, which is an input of the function")
        if old in result:
            raise ValueError(f"givens replace {old} twice")
        result[old] = _as_replacement(old, new)
    return result


def _as_replacement(old: Variable, new: Any) -> Variable:
    if not isinstance(new, Variable):
        return rebroadcast(constant(old.type.filter(new)), old.type.broadcastable)
    if new.type == old.type:
        return new
    own: Any = old.type
    other: Any = new.type
    if isinstance(own, TensorType) and isinstance(other, TensorType):
        loses_nothing = own.dtype == other.dtype and own.ndim == other.ndim
        if loses_nothing and all(
            theirs or not ours
            for ours, theirs in zip(own.broadcastable, other.broadcastable, strict=True)
        ):
            return rebroadcast(new, [bool(b) for b in own.broadcastable])
    raise TypeError(
        f"givens cannot replace {old}, of type {own}, by {new}, of type {other}: cast it to that dtype, "
        "or change its broadcast pattern with T.patternbroadcast"
    )


def _add_default_updates(
    results: Sequence[Variable],
    updates: dict[SharedVariable, Variable],
    replacements: Mapping[Variable, Variable],
    given: set[Variable],
    frozen: Any,
) -> list[Variable]:
    """Add default updates until no new shared variable turns up; all variables that need not be computed."""
    if not isinstance(frozen, bool | list | tuple | set | frozenset):
        raise TypeError(
            f"no_default_updates must be True, False or a list of shared variables, got {frozen!r}"
        )
    frozen_variables = set() if isinstance(frozen, bool) else set(frozen)
    while True:
        found = graph_inputs([*results, *updates.values()], stop_at=given)
        if frozen is True:
            return found
        new = [
            v
            for v in found
            if isinstance(v, SharedVariable)
            and v.default_update is not None
            and v not in updates
            and v not in frozen_variables
        ]
        if not new:
            return found
        updates.update(
            zip(new, clone_replace([v.default_update for v in new], replacements), strict=True)
        )


def _check_inputs(inputs: Sequence[In], found: Sequence[Variable], on_unused: str) -> None:
    given = {item.variable for item in inputs}
    for variable in found:
        if variable not in given and not isinstance(variable, SharedVariable):
            raise MissingInputError(
                f"the variable {variable}, of type {variable.type}, is needed to compute the outputs but "
                "is neither an input nor shared: add it to the inputs, or give its value in givens"
            )
    needed = set(found)
    for position, item in enumerate(inputs):
        if item.variable in needed or on_unused == "ignore":
            continue
        message = (
            f"the input {item.variable} (number {position}) is not used by any output or update; "
            "leave it out, or pass on_unused_input='ignore' or 'warn'"
        )
        if on_unused == "raise":
            raise UnusedInputError(message)
        warnings.warn(message, UserWarning, stacklevel=4)
