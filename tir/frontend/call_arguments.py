"""From the arguments of a call to arrays that compiled code takes: names, defaults, conversions, errors.

A call goes through at most four steps, and machine code is tried between them: native code itself, for positional
arguments that are arrays as it needs them; `ArgumentBinder`, for names and defaults; `ArgumentConverter`, for
values that are not arrays of the right types; `LayoutVariants`, for arrays of other layouts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tir.frontend.inputs import In
from tir.frontend.shared import SharedVariable
from tir.graph.variable import Variable
from tir.support.arrays import exact_array

Array = np.ndarray[Any, Any]


class ArgumentConverter:
    """Calls `run` with the arrays that the values of a call become, one for each input that is not a state."""

    def __init__(
        self,
        function_name: str,
        inputs: Sequence[In],
        states: Mapping[int, SharedVariable],
        shared: Sequence[SharedVariable],
        run: Callable[..., Any],
    ) -> None:
        self.title = f'tir function with name "{function_name}"'
        self.inputs = inputs
        self.shared = shared
        self.run = run
        self.regular = [i for i in range(len(inputs)) if i not in states]

    def __call__(self, *values: Any) -> Any:
        convert = self.convert
        arrays = [convert(i, value) for i, value in zip(self.regular, values, strict=True)]
        self._make_shared_canonical()
        return self.run(*arrays)

    def convert(self, position: int, value: Any) -> Array:
        """`value` as an array of any layout for an input; an error that names the input if it cannot be one."""
        given = self.inputs[position]
        try:
            array = given.variable.type.filter(value, given.strict, given.allow_downcast)
            return exact_array(array, given.variable.type.dtype)
        except (TypeError, ValueError, OverflowError) as error:
            label = f", {given.name}" if given.name else ""
            message = (
                f"Bad input argument to {self.title} at index {position} (0-based){label}: {error}"
            )
            raise type(error)(message) from None

    def _make_shared_canonical(self) -> None:
        """Somebody may have put something into a cell directly."""
        for variable in self.shared:
            container = variable.container
            if not container.storage:
                raise ValueError(f"the storage of the shared variable {variable} is empty")
            checked = container.filter(container.storage[0])
            if checked is not container.storage[0]:
                container.storage[0] = checked


class ArgumentBinder:
    """Calls `direct` with one value for each input that is not a state, whatever form the call has.

    `states` are the inputs that live in shared variables, by position. A call that gives them sets them first.
    """

    def __init__(
        self,
        converter: ArgumentConverter,
        states: Mapping[int, SharedVariable],
        direct: Callable[..., Any],
    ) -> None:
        self.converter = converter
        self.inputs = converter.inputs
        self.states = states
        self.direct = direct
        self.defaults: dict[int, Array] = {
            position: np.array(converter.convert(position, given.value), order="C", copy=True)
            for position, given in enumerate(self.inputs)
            if given.has_default and position not in states
        }
        for position, default in self.defaults.items():
            # Also where the function may overwrite arguments.
            default.flags.writeable = not self.inputs[position].mutable

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        if len(arguments) == len(self.inputs) and not (named or self.states or self.defaults):
            return self.converter(*arguments)
        values = self._by_position(arguments, named)
        regular = [values[i] if i in values else self.defaults[i] for i in self.converter.regular]
        new_states = {i: self.converter.convert(i, values[i]) for i in self.states if i in values}
        return self._run_with_states(regular, new_states) if new_states else self.direct(*regular)

    def position_of(self, key: Any) -> int:
        """The number of an input, given as its variable, its name or the number itself; else `KeyError`."""
        if isinstance(key, int) and 0 <= key < len(self.inputs):
            return key
        found = [
            i
            for i, given in enumerate(self.inputs)
            if (given.variable is key if isinstance(key, Variable) else given.name == key)
        ]
        if len(found) != 1:
            raise KeyError(f"{key!r} is not the name of one input of {self.converter.title}")
        return found[0]

    def _describe(self, position: int) -> str:
        name = self.inputs[position].name
        return f"number {position} (0-based)" + (f", {name}" if name else "")

    def _by_position(self, arguments: Sequence[Any], named: Mapping[str, Any]) -> dict[int, Any]:
        title = self.converter.title
        if len(arguments) > len(self.inputs):
            raise TypeError(
                f"Too many arguments to {title}: it takes {len(self.inputs)}, got {len(arguments)}"
            )
        values = dict(enumerate(arguments))
        for position in values:
            if self.inputs[position].implicit:
                raise TypeError(
                    f"The input {self._describe(position)} of {title} is implicit: it can only be "
                    "given by its name"
                )
        for name, value in named.items():
            position = self._position_of_name(name)
            if position in values:
                raise TypeError(
                    f"Multiple values for the argument {self._describe(position)} of {title}"
                )
            values[position] = value
        missing = [
            self._describe(i)
            for i in range(len(self.inputs))
            if i not in values and i not in self.defaults and i not in self.states
        ]
        if missing:
            plural = "s" if len(missing) > 1 else ""
            raise TypeError(f"Missing argument{plural} of {title}: {'; '.join(missing)}")
        return values

    def _position_of_name(self, name: str) -> int:
        found = [i for i, given in enumerate(self.inputs) if given.name == name]
        if len(found) == 1:
            return found[0]
        title = self.converter.title
        if found:
            raise TypeError(
                f"The keyword argument {name!r} of {title} is ambiguous: {len(found)} inputs have "
                "this name"
            )
        known = ", ".join(given.name for given in self.inputs if given.name) or "none has a name"
        raise TypeError(f"Unknown keyword argument {name!r} of {title}. Its inputs are: {known}")

    def _run_with_states(self, values: Sequence[Any], new_states: Mapping[int, Array]) -> Any:
        """Run with other states than the stored ones, which come back if the call fails."""
        old = {i: self.states[i].container.storage[0] for i in new_states}
        for position, value in new_states.items():
            self.states[position].container.storage[0] = np.array(value, order="C", copy=True)
        try:
            return self.direct(*values)
        except BaseException:
            for position, value in old.items():
                self.states[position].container.storage[0] = value
            raise
