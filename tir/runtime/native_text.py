"""The assembly of native modules, where what is the same for float and double is written once.

    ; for each real
    define internal $real @twice_$real($real %x) { ... }
    ; end

stands for two functions, `@twice_float` and `@twice_double`.
"""

from __future__ import annotations

import re
from string import Template

_FOR_EACH = re.compile(r"^; for each real\n(.*?)^; end\n", re.MULTILINE | re.DOTALL)
_VECTOR_BYTES = 32


def _words(real: str, letter: str, bytes_: int) -> dict[str, str]:
    """A type, its letter in BLAS, its bytes, how many a vector and two hold, their numbers, and how intrinsics call the vector."""
    lanes = _VECTOR_BYTES // bytes_
    return {
        "real": real,
        "letter": letter,
        "bytes": str(bytes_),
        "lanes": str(lanes),
        "two_vectors": str(2 * lanes),
        "numbers": ", ".join(f"i64 {lane}" for lane in range(lanes)),
        "vector": f"v{lanes}f{8 * bytes_}",
    }


_REALS = (_words("float", "s", 4), _words("double", "d", 8))


def expanded(text: str) -> str:
    """The assembly that LLVM reads.

    >>> print(expanded("; for each real\\ndeclare $real @f_$real($real)\\n; end\\n"), end="")
    declare float @f_float(float)
    declare double @f_double(double)
    """
    return _FOR_EACH.sub(
        lambda match: "".join(Template(match[1]).substitute(real) for real in _REALS), text
    )
