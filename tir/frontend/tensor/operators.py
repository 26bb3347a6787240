"""The operators and methods of tensor variables: every class of variables that hold tensors inherits them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from tir.dialects.tir.comparison import GeOp, GtOp, LeOp, LtOp
from tir.frontend.tensor import (
    comparison,
    creation,
    elementwise,
    functions,
    indexing,
    linear_algebra,
    reductions,
)
from tir.frontend.tensor import shape as shapes
from tir.frontend.tensor.operands import static_int
from tir.frontend.tensor.vectors import known_length
from tir.graph.constants import AsTensorError
from tir.graph.dialect_op import DialectOp

if TYPE_CHECKING:
    from tir.frontend.tensor.variable import TensorVariable
    from tir.graph.tensor_type import TensorType
    from tir.graph.variable import Apply

EVALUATED = "_eval_functions"
"""The attribute of a variable in which the functions that `eval` compiled are kept."""

_ORDER_COMPARISONS = (LtOp, LeOp, GtOp, GeOp)


def _operator(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    """A binary operator method; operands that are no tensors are left to Python's own error."""

    def method(self: Any, other: Any) -> Any:
        try:
            return function(self, other)
        except AsTensorError:
            if isinstance(other, bool):
                raise
            return NotImplemented

    method.__doc__ = function.__doc__
    return method


def _reflected(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    """The same operator for the right operand."""
    return _operator(lambda self, other: function(other, self))


class TensorOperators:
    """Operators and methods of tensors. See the functions of the same names in `tir.tensor`.

    `==` and `!=` compare identity; `tir.tensor.eq` and `neq` compare elements.
    """

    if TYPE_CHECKING:
        type: TensorType
        owner: Apply | None
        name: str | None

    __array_priority__: ClassVar[float] = 1000.0
    """Above NumPy's, so that `array + variable` is a variable."""

    evaluator: ClassVar[Callable[[Any, Mapping[Any, Any]], Any]]
    """What `eval` calls; set by the module that compiles functions."""

    # Attributes of the type.

    @property
    def dtype(self) -> str:
        """The name of the dtype of the elements."""
        return self.type.dtype

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self.type.ndim

    @property
    def broadcastable(self) -> tuple[bool, ...]:
        """Which dimensions are known to be 1."""
        return self.type.broadcastable

    @property
    def shape(self) -> TensorVariable:
        """The sizes of all dimensions, an int64 vector; `x.shape[0]` is that one size."""
        return shapes.shape(self)

    @property
    def size(self) -> TensorVariable:
        """The number of elements."""
        return shapes.size(self)

    @property
    def T(self) -> TensorVariable:
        """The tensor with its dimensions reversed."""
        return shapes.transpose(self)

    # Arithmetic.

    __add__ = _operator(elementwise.add)
    __radd__ = _reflected(elementwise.add)
    __sub__ = _operator(elementwise.sub)
    __rsub__ = _reflected(elementwise.sub)
    __mul__ = _operator(elementwise.mul)
    __rmul__ = _reflected(elementwise.mul)
    __truediv__ = _operator(elementwise.true_div)
    __rtruediv__ = _reflected(elementwise.true_div)
    __floordiv__ = _operator(elementwise.int_div)
    __rfloordiv__ = _reflected(elementwise.int_div)
    __mod__ = _operator(elementwise.mod)
    __rmod__ = _reflected(elementwise.mod)
    __divmod__ = _operator(elementwise.divmod)
    __rdivmod__ = _reflected(elementwise.divmod)
    __pow__ = _operator(elementwise.pow)
    __rpow__ = _reflected(elementwise.pow)
    __matmul__ = _operator(linear_algebra.matmul)
    __rmatmul__ = _reflected(linear_algebra.matmul)
    __and__ = _operator(comparison.and_)
    __rand__ = _reflected(comparison.and_)
    __or__ = _operator(comparison.or_)
    __ror__ = _reflected(comparison.or_)
    __xor__ = _operator(comparison.xor)
    __rxor__ = _reflected(comparison.xor)
    __lt__ = _operator(comparison.lt)
    __le__ = _operator(comparison.le)
    __gt__ = _operator(comparison.gt)
    __ge__ = _operator(comparison.ge)
    __neg__ = elementwise.neg
    __abs__ = elementwise.abs_
    __invert__ = comparison.invert
    __ceil__ = elementwise.ceil
    __floor__ = elementwise.floor
    __trunc__ = elementwise.trunc

    def __pos__(self) -> TensorVariable:
        return self  # pyright: ignore[reportReturnType]

    def __bool__(self) -> bool:
        owner = self.owner
        if (
            owner is not None
            and isinstance(owner.op, DialectOp)
            and owner.op.op_class in _ORDER_COMPARISONS
        ):
            raise TypeError(
                "the truth of a symbolic comparison is not known before the function runs: variables do not support "
                "boolean operations. A chain such as 0 < x < 1 must be written (0 < x) & (x < 1); to choose between "
                "two values there is tir.tensor.switch"
            )
        return True

    # Indexing and iteration.

    __getitem__ = indexing.subtensor

    def __iter__(self) -> Iterator[TensorVariable]:
        length = known_length(self) if self.ndim == 1 else None
        if length is None:
            raise TypeError(
                "TensorType does not support iteration. Maybe you are using builtin.sum instead of tir.tensor.sum? "
                "(Maybe .max?)"
            )
        return iter([self[i] for i in range(length)])

    take = indexing.take

    # Shapes.

    dimshuffle = shapes.dimshuffle
    flatten = shapes.flatten
    swapaxes = shapes.swapaxes
    squeeze = shapes.squeeze

    def reshape(self, shape: Any, ndim: int | None = None) -> TensorVariable:
        """The elements in row-major order in another shape, a tuple or a vector."""
        if ndim is not None and isinstance(shape, int):
            raise TypeError(f"reshape takes one tuple: write x.reshape(({shape}, {ndim}))")
        return shapes.reshape(self, shape, ndim)

    def ravel(self) -> TensorVariable:
        """The tensor as a vector."""
        return shapes.flatten(self)

    def transpose(self, *axes: Any) -> TensorVariable:
        """The dimensions in another order, given as arguments or as one tuple; reversed by default."""
        if not axes or axes == (None,):
            return shapes.transpose(self)
        return shapes.transpose(self, axes[0] if isinstance(axes[0], list | tuple) else axes)

    # Conversions and copies.

    astype = elementwise.cast
    fill = elementwise.second
    zeros_like = creation.zeros_like
    ones_like = creation.ones_like

    def copy(self, name: str | None = None) -> TensorVariable:
        """A new variable for the same value, perhaps with a name."""
        result = elementwise.tensor_copy(self)
        result.name = name
        return result

    # Reductions and products.

    sum = reductions.sum
    prod = reductions.prod
    mean = reductions.mean
    var = reductions.var
    std = reductions.std
    max = reductions.max
    min = reductions.min
    argmax = reductions.argmax
    argmin = reductions.argmin
    any = reductions.any
    all = reductions.all
    ptp = reductions.ptp
    norm = reductions.norm
    dot = linear_algebra.dot
    __dot__ = linear_algebra.dot

    def __rdot__(self, left: Any) -> TensorVariable:
        return linear_algebra.dot(left, self)

    # Elementwise functions. NumPy's functions of these names call them.

    sqrt = elementwise.sqrt
    ceil = elementwise.ceil
    floor = elementwise.floor
    trunc = elementwise.trunc
    exp = functions.exp
    exp2 = functions.exp2
    expm1 = functions.expm1
    log = functions.log
    log2 = functions.log2
    log10 = functions.log10
    log1p = functions.log1p
    sin = functions.sin
    cos = functions.cos
    tan = functions.tan
    arcsin = functions.arcsin
    arccos = functions.arccos
    arctan = functions.arctan
    sinh = functions.sinh
    cosh = functions.cosh
    tanh = functions.tanh
    arcsinh = functions.arcsinh
    arccosh = functions.arccosh
    arctanh = functions.arctanh
    cbrt = functions.cbrt
    deg2rad = functions.deg2rad
    rad2deg = functions.rad2deg

    def clip(self, a_min: Any, a_max: Any) -> TensorVariable:
        """The elements limited to [a_min, a_max]."""
        return elementwise.clip(self, a_min, a_max)

    def round(self, mode: str | None = None) -> TensorVariable:
        """The nearest whole numbers."""
        return elementwise.round(self, mode)

    def __round__(self, digits: int | None = None) -> TensorVariable:
        if digits is not None and static_int(digits, "the number of digits") != 0:
            raise ValueError(
                f"a tensor can be rounded to whole numbers only, not to {digits} digits"
            )
        return elementwise.round(self)

    def eval(self, inputs_to_values: Mapping[Any, Any] | None = None) -> Any:
        """The value of this variable, given values for the variables it depends on: `z.eval({x: 1.0})`.

        The function made for this is kept with the variable. Meant for trying things out; `tir.function` takes more
        care and more options.
        """
        return type(self).evaluator(self, inputs_to_values or {})

    def __getstate__(self) -> dict[str, Any]:
        # Machine code cannot be copied or pickled, and eval() compiles anew.
        return {name: value for name, value in self.__dict__.items() if name != EVALUATED}
