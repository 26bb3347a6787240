"""Methods of dataclasses are compiled late, and are what Python would have made."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import sys
import threading
from dataclasses import FrozenInstanceError, dataclass

import pytest
from xdsl.dialects.builtin import IntegerAttr, i32, i64

import tir
from tir.support.lazy_dataclasses import _LateMethod

pytestmark = pytest.mark.skipif(
    not hasattr(dataclasses, "_create_fn"), reason="Python compiles a class's methods at once"
)


def make(module: str) -> type:
    """A frozen dataclass that counts as one of a module."""

    def post(self: object) -> None:
        assert self

    body = {
        "__module__": module,
        "__annotations__": {"x": int, "y": list[int]},
        "__qualname__": "Point",
        "__post_init__": post,
        "y": dataclasses.field(default_factory=list, compare=False),
    }
    return dataclass(frozen=True)(type("Point", (), body))


def test_only_classes_of_xdsl_and_tir_are_late() -> None:
    assert tir.__version__
    late = make("tir.config")
    assert isinstance(vars(late)["__init__"], _LateMethod)
    assert not isinstance(vars(make(__name__))["__init__"], _LateMethod)


def test_a_late_class_behaves_as_any_other() -> None:
    late, usual = make("tir.config"), make(__name__)
    for cls in (late, usual):
        point = cls(1, y=[2])
        assert (point.x, point.y, cls(3).y) == (1, [2], [])
        assert point == cls(1, y=[5])
        assert point != cls(2)
        assert hash(point) == hash(cls(1))
        assert repr(point) == "Point(x=1, y=[2])"
        assert dataclasses.replace(point, x=7).x == 7
        assert copy.copy(point) == point
        assert [f.name for f in dataclasses.fields(cls)] == ["x", "y"]
        with pytest.raises(FrozenInstanceError):
            point.x = 2
        with pytest.raises(FrozenInstanceError):
            del point.x
        with pytest.raises(TypeError):
            cls()
        assert cls.__init__.__qualname__ == "Point.__init__"
    assert inspect.signature(late).parameters.keys() == inspect.signature(usual).parameters.keys()
    assert not isinstance(vars(late)["__init__"], _LateMethod)  # compiled once


def test_subclasses_find_what_they_inherit() -> None:
    base = make("tir.config")
    derived = type("Derived", (base,), {"__init__": lambda self: super(derived, self).__init__(4)})
    assert derived().x == 4
    assert derived() == derived()
    assert not isinstance(vars(base)["__init__"], _LateMethod)


def test_threads_may_come_at_once() -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            cls = make("tir.config")
            start = threading.Barrier(4)
            hashes: list[int] = []

            def use(
                cls: type = cls, start: threading.Barrier = start, to: list[int] = hashes
            ) -> None:
                start.wait()
                to.append(hash(cls(1)))

            threads = [threading.Thread(target=use) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert hashes == [hash(cls(1))] * 4
    finally:
        sys.setswitchinterval(interval)


def test_attributes_of_the_ir() -> None:
    one = IntegerAttr(1, i64)
    assert one == IntegerAttr(1, i64) != IntegerAttr(1, i32)
    assert len({one, IntegerAttr(1, i64)}) == 1
    assert pickle.loads(pickle.dumps(one)) == one


def test_a_class_without_fields_has_a_constructor_of_its_own() -> None:
    first, second = (
        dataclass(type(name, (), {"__module__": "tir.config"})) for name in ("First", "Second")
    )
    assert repr(first()) == "First()"
    assert first() == first() != second()
    assert first.__init__.__qualname__ == "First.__init__"
    assert second.__init__.__qualname__ == "Second.__init__"
    with pytest.raises(TypeError):
        first(1)
