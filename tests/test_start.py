"""What `import tir` does to the process: little, and what it does late means the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(program: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return done.stdout.split()


def test_the_collector_leaves_out_what_importing_makes() -> None:
    frozen, enabled = run("import gc, tir; print(gc.get_freeze_count() > 10_000, gc.isenabled())")
    assert (frozen, enabled) == ("True", "True")


def test_objects_of_the_user_are_still_collected() -> None:
    # As many as make it likely that some of them are garbage later.
    before = "import gc, weakref\nclass C: pass\nmany = [C() for _ in range(60_000)]\nmany[0].me = many[0]\n"
    after = "r = weakref.ref(many[0]); del many; gc.collect(); print(r() is None, gc.get_freeze_count())"
    assert run(f"{before}import tir\n{after}") == ["True", "0"]
    few = "import gc, weakref, tir\nclass C: pass\nc = C(); c.me = c; r = weakref.ref(c); del c\n"
    assert run(f"{few}gc.collect(); print(r() is None)") == ["True"]


def test_what_the_user_has_frozen_stays_frozen() -> None:
    program = "import gc; gc.freeze(); n = gc.get_freeze_count(); import tir; print(gc.get_freeze_count() <= n)"
    assert run(program) == ["True"]
    assert run("import gc; gc.disable(); import tir; print(gc.isenabled())") == ["False"]


def test_special_functions_come_when_they_are_asked_for() -> None:
    program = (
        "import sys, tir; from tir import tensor as T; x = T.dvector(); f = tir.function([x], T.exp(x)); f([1.0])\n"
        "names = ('tir.dialects.tir.special', 'tir.dialects.math_special', 'tir.lowering.expand_math.gamma')\n"
        "print(any(name in sys.modules for name in names))\n"
        "print(round(float(tir.function([x], T.gammaln(x))([3.0])[0]), 4), names[0] in sys.modules)"
    )
    assert run(program) == ["False", "0.6931", "True"]


def test_gradients_come_when_they_are_asked_for() -> None:
    program = (
        "import sys, tir; from tir import tensor as T; x = T.dvector(); x + 1\n"
        "late = 'tir.autodiff.gradient'; print(late in sys.modules, {'grad', 'exp'} <= {*dir(T)})\n"
        "print(tir.grad is T.grad is sys.modules[late].grad, tir.verify_grad is T.verify_grad)\n"
        "from tir import hessian; from tir.tensor import Rop\n"
        "print({*tir.__all__} <= {n for n in tir.__all__ if hasattr(tir, n)}, hasattr(tir, 'nothing'))"
    )
    assert run(program) == ["False", "True", "True", "True", "True", "False"]
