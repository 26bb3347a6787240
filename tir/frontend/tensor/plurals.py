"""Several variables at once, by their names or by their number: `dscalars("a", "b")`, `vectors("xy")`, `fmatrices(3)`.

One name alone, or the number 1, gives the variable itself instead of a list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tir.frontend.tensor import constructors as one

Plural = Callable[..., Any]


def plural(constructor: Callable[..., Any]) -> Plural:
    """The constructor of several variables that a constructor of one makes.

    >>> [v.name for v in plural(one.dvector)("xy")]
    ['x', 'y']
    """

    def several(*names: Any) -> Any:
        """Several variables, by their names or by their number."""
        if len(names) == 1 and isinstance(names[0], int):
            made = [constructor() for _ in range(names[0])]
        else:
            # One string is as good as the sequence of its letters.
            flat = names[0] if len(names) == 1 else names
            made = [constructor(name) for name in flat]
        return made[0] if len(made) == 1 else made

    return several


scalars = plural(one.scalar)
fscalars = plural(one.fscalar)
dscalars = plural(one.dscalar)
iscalars = plural(one.iscalar)
lscalars = plural(one.lscalar)
vectors = plural(one.vector)
fvectors = plural(one.fvector)
dvectors = plural(one.dvector)
ivectors = plural(one.ivector)
lvectors = plural(one.lvector)
rows = plural(one.row)
frows = plural(one.frow)
drows = plural(one.drow)
irows = plural(one.irow)
lrows = plural(one.lrow)
cols = plural(one.col)
fcols = plural(one.fcol)
dcols = plural(one.dcol)
icols = plural(one.icol)
lcols = plural(one.lcol)
matrices = plural(one.matrix)
fmatrices = plural(one.fmatrix)
dmatrices = plural(one.dmatrix)
imatrices = plural(one.imatrix)
lmatrices = plural(one.lmatrix)
tensor3s = plural(one.tensor3)
ftensor3s = plural(one.ftensor3)
dtensor3s = plural(one.dtensor3)
itensor3s = plural(one.itensor3)
ltensor3s = plural(one.ltensor3)
tensor4s = plural(one.tensor4)
ftensor4s = plural(one.ftensor4)
dtensor4s = plural(one.dtensor4)
itensor4s = plural(one.itensor4)
ltensor4s = plural(one.ltensor4)
tensor5s = plural(one.tensor5)
ftensor5s = plural(one.ftensor5)
dtensor5s = plural(one.dtensor5)
itensor5s = plural(one.itensor5)
ltensor5s = plural(one.ltensor5)
tensor6s = plural(one.tensor6)
ftensor6s = plural(one.ftensor6)
dtensor6s = plural(one.dtensor6)
itensor6s = plural(one.itensor6)
ltensor6s = plural(one.ltensor6)
tensor7s = plural(one.tensor7)
ftensor7s = plural(one.ftensor7)
dtensor7s = plural(one.dtensor7)
itensor7s = plural(one.itensor7)
ltensor7s = plural(one.ltensor7)
