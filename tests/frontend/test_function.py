"""`tir.function`: inputs, outputs, updates, givens, calls."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest

import tir
from tests.frontend.modes import every_mode
from tir import tensor as T


@every_mode
class TestOutputs:
    def test_one_a_list_a_dictionary_none(self, mode):
        x = T.dvector("x")
        value = np.array([1.0, 2.0])
        one = tir.function([x], x + 1, mode=mode)(value)
        assert type(one) is np.ndarray
        np.testing.assert_array_equal(one, [2, 3])
        several = tir.function([x], [x + 1, x * 2], mode=mode)(value)
        assert type(several) is list
        np.testing.assert_array_equal(several, [[2, 3], [2, 4]])
        single = tir.function([x], (x + 1,), mode=mode)(value)
        assert type(single) is list
        np.testing.assert_array_equal(single, [[2, 3]])
        named = tir.function([x], {"b": x + 1, "a": x * 2}, mode=mode)(value)
        assert list(named) == ["a", "b"]
        np.testing.assert_array_equal(named["a"], [2, 4])
        np.testing.assert_array_equal(named["b"], [2, 3])
        s = tir.shared(np.zeros(2))
        assert tir.function([x], updates=[(s, x)], mode=mode)(value) is None
        assert tir.function([x], [], updates=[(s, x)], mode=mode)(value) == []

    def test_scalars_are_arrays(self, mode):
        x = T.dscalar("x")
        result = tir.function([x], x + 1, mode=mode)(2)
        assert type(result) is np.ndarray
        assert result.shape == ()
        assert result == 3

    def test_outputs_share_memory_with_nothing(self, mode):
        x = T.dmatrix("x")
        s = tir.shared(np.ones((2, 2)), borrow=True)
        f = tir.function([x], [x, x, x.T, s, s.T, x[0], tir.Out(s, borrow=True)], mode=mode)
        value = np.eye(2)
        results = [value, s.get_value(borrow=True), *f(value)]
        for i, first in enumerate(results):
            for second in results[i + 1 :]:
                assert not np.shares_memory(first, second)
        for result in results[2:]:
            assert result.flags.writeable
            result[...] = 7
        np.testing.assert_array_equal(value, np.eye(2))
        np.testing.assert_array_equal(s.get_value(), np.ones((2, 2)))

    def test_constants(self, mode):
        f = tir.function([], [T.constant(2.0), T.constant(np.arange(3)), 5], mode=mode)
        first = f()
        first[1][0] = 9
        second = f()
        assert second[0] == 2
        np.testing.assert_array_equal(second[1], [0, 1, 2])
        assert second[2] == 5

    def test_the_same_output_twice(self, mode):
        x = T.dvector("x")
        y = x * 2
        a, b = tir.function([x], [y, y], mode=mode)([1.0])
        assert a is not b
        a[0] = 5
        assert b[0] == 2


def test_outputs_of_wrong_kinds():
    x = T.dscalar("x")
    with pytest.raises(TypeError, match="output"):
        tir.function([x], object())
    with pytest.raises(TypeError, match="strings"):
        tir.function([x], {1: x})


class TestInputs:
    def test_in(self):
        x = T.dscalar("x")
        assert repr(tir.In(x, value=2)) == "In(x = 2)"
        assert tir.In(x, autoname=False).name is None
        with pytest.raises(TypeError, match="must be a variable"):
            tir.In(3)
        with pytest.raises(TypeError, match="implicit input x needs a default"):
            tir.In(x, implicit=True)
        with pytest.raises(TypeError, match="needs a value"):
            tir.In(x, update=x + 1)
        with pytest.raises(TypeError, match="not for users"):
            tir.In(x, shared=True)

    def test_implicit_inputs_are_given_by_name_only(self):
        x, y = T.dscalars("x", "y")
        f = tir.function([x, tir.In(y, value=2.0, implicit=True)], x * y)
        assert f(3) == 6
        assert f(3, y=5) == 15
        with pytest.raises(TypeError, match=r"number 1 .* is implicit"):
            f(3.0, 5.0)

    def test_must_be_a_list(self):
        x = T.dscalar("x")
        with pytest.raises(TypeError, match="must be a list"):
            tir.function(x, x)
        with pytest.raises(TypeError, match="must be a list"):
            tir.function({"x": x}, x)

    def test_must_be_variables(self):
        with pytest.raises(TypeError, match="input 1 of the function"):
            tir.function([T.dscalar(), 3.0], T.dscalar())
        with pytest.raises(TypeError, match="constant"):
            tir.function([T.constant(1.0)], T.dscalar())

    def test_shared_variables_cannot_be_inputs(self):
        s = tir.shared(1.0, name="s")
        with pytest.raises(TypeError, match=r"shared variable s .* set_value"):
            tir.function([s], s + 1)
        with pytest.raises(TypeError, match="shared variable s"):
            tir.function([tir.In(s)], s + 1)

    def test_twice(self):
        x = T.dscalar("x")
        with pytest.raises(tir.UnusedInputError, match="x is in the list of inputs twice"):
            tir.function([x, x], x)

    def test_unused(self):
        x, y = T.dscalars("x", "y")
        with pytest.raises(tir.UnusedInputError, match=r"input y \(number 1\)"):
            tir.function([x, y], x)
        with pytest.warns(UserWarning, match="input y"):
            tir.function([x, y], x, on_unused_input="warn", mode="FAST_COMPILE")
        f = tir.function([x, y], x, on_unused_input="ignore", mode="FAST_COMPILE")
        assert f(1.0, 2.0) == 1
        with tir.config.change_flags(on_unused_input="ignore"):
            tir.function([x, y], x, mode="FAST_COMPILE")
        with pytest.raises(ValueError, match="on_unused_input"):
            tir.function([x], x, on_unused_input="perhaps")

    def test_missing(self):
        x, y = T.dscalars("x", "y")
        with pytest.raises(tir.MissingInputError, match="variable y"):
            tir.function([x], x + y)

    def test_intermediate_variables_as_inputs(self):
        x = T.dscalar("x")
        y = x + 1
        f = tir.function([y], y * 2, mode="FAST_COMPILE")
        assert f(5.0) == 10


@every_mode
class TestCalls:
    def test_by_position_and_name(self, mode):
        x, y = T.dscalars("x", "y")
        f = tir.function([x, y], x - y, mode=mode)
        assert f(5.0, 2.0) == f(5.0, y=2.0) == f(y=2.0, x=5.0) == 3

    def test_defaults(self, mode):
        x, y, z = T.dscalars("x", "y", "z")
        f = tir.function(
            [x, tir.In(y, value=2), tir.In(z, value=3.0, name="rate")], [x, y, z], mode=mode
        )
        assert f(1) == [1, 2, 3]
        assert f(1, 5) == [1, 5, 3]
        assert f(1, 5, 6) == [1, 5, 6]
        assert f(1, rate=7) == [1, 2, 7]
        assert f(rate=7, x=4) == [4, 2, 7]
        assert f["rate"] == 3
        with pytest.raises(TypeError, match="Unknown keyword argument 'z'"):
            f(1, z=7)

    def test_default_arrays_cannot_be_changed_by_results(self, mode):
        x = T.dvector("x")
        f = tir.function([tir.In(x, value=[1.0, 2.0])], x, mode=mode)
        f()[0] = 9
        np.testing.assert_array_equal(f(), [1, 2])

    def test_pairs_are_defaults(self, mode):
        x = T.dscalar("x")
        assert tir.function([(x, 4.0)], x, mode=mode)() == 4

    def test_param(self, mode):
        x = T.dscalar("x")
        with pytest.deprecated_call():
            given = tir.Param(x, default=4.0)
        assert tir.function([given], x, mode=mode)() == 4

    def test_wrong_numbers_of_arguments(self, mode):
        x, y = T.dscalars("x", "y")
        f = tir.function([x, y], x - y, mode=mode, name="minus")
        with pytest.raises(TypeError, match=r'"minus": number 1 \(0-based\), y'):
            f(1.0)
        with pytest.raises(TypeError, match=r"Missing arguments .* x; .* y"):
            f()
        with pytest.raises(TypeError, match="takes 2, got 3"):
            f(1.0, 2.0, 3.0)
        with pytest.raises(TypeError, match=r"Unknown keyword argument 'z' .* x, y"):
            f(1.0, z=3.0)
        with pytest.raises(TypeError, match=r"Multiple values .* y"):
            f(1.0, 2.0, y=3.0)

    def test_inputs_without_and_with_equal_names(self, mode):
        x, y = T.dscalar(), T.dscalar()
        f = tir.function([x, y], x - y, mode=mode)
        assert f(3, 1) == 2
        with pytest.raises(TypeError, match="none has a name"):
            f(3, y=1)
        a, b = T.dscalar("a"), T.dscalar("a")
        g = tir.function([a, b], a - b, mode=mode)
        assert g(3, 1) == 2
        with pytest.raises(TypeError, match="ambiguous"):
            g(a=3)

    def test_name(self, mode):
        x = T.dscalar("x")
        f = tir.function([x], x, mode=mode)
        assert f.name.startswith("test_function.py:")
        assert tir.function([x], x, name="given", mode=mode).name == "given"

    @pytest.mark.parametrize(
        "value",
        [
            np.arange(6.0).reshape(2, 3),
            np.arange(6.0).reshape(3, 2).T,
            np.arange(12.0).reshape(2, 6)[:, ::-2],
            np.arange(6.0).reshape(2, 3).astype(">f8"),
            np.arange(6, dtype="int8").reshape(2, 3),
            np.arange(6, dtype="float32").reshape(2, 3),
            np.zeros((0, 3)),
            np.broadcast_to(1.0, (2, 3)),
            [[1, 2], [3, 4]],
            np.frombuffer(b"\0" * 33, np.uint8)[1:].view(np.float64).reshape(2, 2),
            np.zeros((2, 2), np.dtype([("a", "f8"), ("b", "i1")]))["a"],
            np.zeros((2, 2), np.dtype("f8", metadata={"a": 1})),
            np.asmatrix(np.eye(2)),
        ],
        ids=range(13),
    )
    def test_any_layout(self, mode, value):
        x = T.dmatrix("x")
        f = tir.function([x], x * 2 + 1, mode=mode)
        result = f(value)
        assert type(result) is np.ndarray
        assert result.dtype is np.dtype("float64")
        np.testing.assert_array_equal(result, np.asarray(value, "float64") * 2 + 1)

    def test_arguments_that_overlap(self, mode):
        x, y = T.dvectors("x", "y")
        f = tir.function([x, y], [x + y, y - x], mode=mode)
        data = np.arange(4.0)
        total, difference = f(data[:-1], data[1:])
        np.testing.assert_array_equal(total, [1, 3, 5])
        np.testing.assert_array_equal(difference, [1, 1, 1])


class TestModes:
    def test_names(self):
        assert tir.get_mode("FAST_COMPILE").interpreted
        assert not tir.get_mode("FAST_RUN").interpreted
        assert tir.get_mode("FAST_RUN").optimize
        assert not tir.Mode(optimizer=None).optimize
        assert tir.Mode(linker="py").interpreted
        assert tir.get_mode(None) == tir.get_mode(tir.config.mode)
        assert tir.Mode(linker="cvm", optimizer="fast_run") == tir.get_mode("FAST_RUN")
        mode = tir.Mode(optimizer=None)
        assert tir.get_mode(mode) is mode
        assert mode.clone(linker="py").interpreted
        assert hash(mode) == hash(tir.Mode(optimizer="None"))

    def test_wrong_names(self):
        with pytest.raises(ValueError, match="FAST_RUN"):
            tir.get_mode("FAST")
        with pytest.raises(ValueError, match="linker"):
            tir.Mode(linker="gcc")
        with pytest.raises(ValueError, match="optimizer"):
            tir.Mode(optimizer="best")
        with pytest.raises(TypeError, match="mode"):
            tir.function([], T.constant(1.0), mode=3)

    def test_the_flag(self):
        x = T.dscalar("x")
        with tir.config.change_flags(mode="FAST_COMPILE"):
            assert tir.function([x], x).maker.mode.interpreted


def test_names_are_strings():
    x = T.dscalar("x")
    with pytest.raises(TypeError, match="name of an input must be a string, got 5"):
        tir.In(x, name=5)  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="name of a function must be a string, got 5"):
        tir.function([x], x, name=5)  # pyright: ignore[reportArgumentType]


def test_names_of_files_beside_the_package():
    """A folder whose name begins as the package's does is the user's."""
    path = str(Path(tir.__file__).parent) + "_of_mine/model.py"
    names: dict = {}
    exec(
        compile(
            "from tir.support.source import user_location\nhere = user_location()", path, "exec"
        ),
        names,
    )
    assert names["here"].filename == path


@every_mode
def test_functions_are_neither_copied_nor_pickled(mode):
    x = T.dscalar("x")
    f = tir.function([x], x + 1, mode=mode)
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(tir.UnsupportedError, match="copy or pickle the expressions"):
            attempt(f)


def test_maker_and_ir():
    x = T.dscalar("x")
    s = tir.shared(1.0)
    f = tir.function([x], x + s, updates=[(s, x)])
    assert [i.variable for i in f.maker.inputs] == [x]
    assert list(f.maker.updates) == [s]
    assert f.get_shared() == [s]
    assert "tir.add" in f.ir("tir")
    assert "tir_entry" in f.ir("llvm")
    with pytest.raises(ValueError, match="stage"):
        f.ir("no such stage")
    interpreted = tir.function([x], x + s, mode="FAST_COMPILE")
    assert "tir.add" in interpreted.ir()
    with pytest.raises(ValueError, match="stage"):
        interpreted.ir("llvm")


class TestEval:
    def test_expressions_are_copied_and_pickled_without_their_functions(self):
        x = T.dscalar("x")
        y = x + 1
        assert y.eval({x: 1.0}) == 2
        for again in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
            assert again.eval({again.owner.inputs[0]: 2.0}) == 3

    def test_values(self):
        x, y = T.dscalars("x", "y")
        z = x - y
        assert z.eval({x: 3, y: 1}) == 2
        assert z.eval({y: 3, x: 1}) == -2
        assert (z + 1).eval({z: 4.0}) == 5
        assert T.constant(3.0).eval() == 3
        with pytest.raises(TypeError, match="dictionary"):
            z.eval([1])
        with pytest.raises(tir.MissingInputError):
            z.eval({x: 1})

    def test_one_compilation(self, monkeypatch):
        from tir.frontend import evaluate  # noqa: PLC0415

        made = []
        original = evaluate.function
        monkeypatch.setattr(evaluate, "function", lambda *a: made.append(a) or original(*a))
        x = T.dscalar("x")
        y = x + 1
        for _ in range(3):
            y.eval({x: 1.0})
        assert len(made) == 1


@every_mode
def test_threads(mode):
    x = T.dvector("x")
    s = tir.shared(1.0)
    f = tir.function([x], T.exp(x).sum() + s, mode=mode)
    wrong: list[int] = []

    def work(number: int) -> None:
        value = np.full(1000, number / 10)
        expected = np.exp(number / 10) * 1000 + 1
        for _ in range(30):
            if abs(f(value) - expected) > 1e-9 * expected:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@every_mode
def test_functions_are_freed(mode):
    x = T.dscalar("x")
    s = tir.shared(1.0)
    f = tir.function([x], {"y": x + s}, updates=[(s, x)], mode=mode)
    f(1.0)
    alive = weakref.ref(f)
    cell = weakref.ref(s)
    del f, s
    gc.collect()
    assert alive() is None
    assert cell() is None


def test_many_inputs_and_outputs():
    inputs = T.dscalars(40)
    f = tir.function(inputs, [v + 1 for v in inputs])
    assert f(*range(40)) == list(range(1, 41))
