"""From the arguments of a call to arrays that compiled code takes: names, defaults, conversions, errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tir.frontend.inputs import In
from tir.frontend.shared import SharedVariable
from tir.graph.variable import Variable
from tir.support.arrays import canonical_array

Array = np.ndarray[Any, Any]


def convert_argument(given: In, value: Any) -> Array:
    """`value` as an array for an input; `TypeError` or `OverflowError` if the input does not take it."""
    array = given.variable.type.filter(value, given.strict, given.allow_downcast)
    return canonical_array(array, given.variable.type.dtype)


class ArgumentConverter:
    """Calls `run` with the arrays that the arguments of a call become.

    The way for everything that native code leaves to Python: keyword arguments, defaults, values that need
    conversion, wrong calls. `run` takes one array for each input that is not a state.
    """

    def __init__(
        self,
        function_name: str,
        inputs: Sequence[In],
        states: Mapping[int, tuple[In, SharedVariable]],
        shared: Sequence[SharedVariable],
        run: Callable[..., Any],
    ) -> None:
        self.function_name = function_name
        self.states = states
        self.shared = shared
        self.run = run
        regular = iter(inputs)
        count = len(inputs) + len(states)
        self.inputs = [states[i][0] if i in states else next(regular) for i in range(count)]
        self.defaults: dict[int, Array] = {}
        for position, given in enumerate(self.inputs):
            if given.has_default and position not in states:
                self.defaults[position] = np.array(self._convert(position, given.value), copy=True)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        values = self._by_position(arguments, named)
        arrays = [
            self._convert(position, values[position])
            if position in values
            else self.defaults[position]
            for position in range(len(self.inputs))
            if position not in self.states
        ]
        new_states = {
            position: self._convert(position, values[position])
            for position in self.states
            if position in values
        }
        self._make_shared_canonical()
        if not new_states:
            return self.run(*arrays)
        return self._run_with_states(arrays, new_states)

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
            raise KeyError(f"{key!r} is not the name of one input of {self._title}")
        return found[0]

    @property
    def _title(self) -> str:
        return f'tir function with name "{self.function_name}"'

    def _describe(self, position: int) -> str:
        name = self.inputs[position].name
        return f"number {position} (0-based)" + (f", {name}" if name else "")

    def _by_position(self, arguments: Sequence[Any], named: Mapping[str, Any]) -> dict[int, Any]:
        if len(arguments) > len(self.inputs):
            raise TypeError(
                f"Too many arguments to {self._title}: it takes {len(self.inputs)}, got {len(arguments)}"
            )
        values = dict(enumerate(arguments))
        for position in values:
            if self.inputs[position].implicit:
                raise TypeError(
                    f"The input {self._describe(position)} of {self._title} is implicit: it can only be "
                    "given by its name"
                )
        for name, value in named.items():
            position = self._position_of_name(name)
            if position in values:
                raise TypeError(
                    f"Multiple values for the argument {self._describe(position)} of {self._title}"
                )
            values[position] = value
        missing = [
            self._describe(i)
            for i in range(len(self.inputs))
            if i not in values and i not in self.defaults and i not in self.states
        ]
        if missing:
            plural = "s" if len(missing) > 1 else ""
            raise TypeError(f"Missing argument{plural} of {self._title}: {'; '.join(missing)}")
        return values

    def _position_of_name(self, name: str) -> int:
        found = [i for i, given in enumerate(self.inputs) if given.name == name]
        if len(found) == 1:
            return found[0]
        if found:
            raise TypeError(
                f"The keyword argument {name!r} of {self._title} is ambiguous: {len(found)} inputs have "
                "this name"
            )
        known = ", ".join(given.name for given in self.inputs if given.name) or "none has a name"
        raise TypeError(
            f"Unknown keyword argument {name!r} of {self._title}. Its inputs are: {known}"
        )

    def _convert(self, position: int, value: Any) -> Array:
        given = self.inputs[position]
        try:
            return convert_argument(given, value)
        except (TypeError, ValueError, OverflowError) as error:
            label = f", {given.name}" if given.name else ""
            message = (
                f"Bad input argument to {self._title} at index {position} (0-based){label}: {error}"
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

    def _run_with_states(self, arrays: Sequence[Array], new_states: Mapping[int, Array]) -> Any:
        """Run with other states than the stored ones, which come back if the call fails."""
        old = {i: self.states[i][1].container.storage[0] for i in new_states}
        for position, value in new_states.items():
            self.states[position][1].container.storage[0] = np.array(value, copy=True)
        try:
            return self.run(*arrays)
        except BaseException:
            for position, value in old.items():
                self.states[position][1].container.storage[0] = value
            raise
