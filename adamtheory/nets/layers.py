"""Layers of a network as kernel text: what each computes forward, and how it sends derivatives back.

Layer number i reads `a<i>` and writes `a<i+1>`, both (b, width) for a batch of b rows; backward it finds the
derivatives of the loss by its outputs in `d<i+1>`, adds up those by its parameters, and leaves those by its inputs in
`d<i>`. A layer that works in place has one array under both names. All text is of the plain functions of numba; `F` is
the dtype, and every literal goes through it. The width of `a<i>` is `n<i>`: a short loop over a literal number would be
unrolled before it could be vectorised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod, sqrt
from typing import Literal

from adamtheory.errors import ParameterError, UnknownNameError


@dataclass(frozen=True)
class Parameter:
    """One array of parameters: drawn uniformly from [start - bound, start + bound); `role` is weight or bias.

    order  how it lies in memory, as in NumPy: "C", the last index fastest, or "F", the first
    """

    name: str
    shape: tuple[int, ...]
    role: str
    bound: float = 0.0
    order: Literal["C", "F"] = "C"
    start: float = 0.0

    @property
    def size(self) -> int:
        return prod(self.shape)

    def view(self, flat: str) -> str:
        """Text of the array as a view of its stretch of a flat one."""
        return f"{flat}.reshape({self.shape})" if self.order == "C" else f"{flat}.reshape({self.shape[::-1]}).T"


@dataclass(frozen=True)
class Layer:
    """A layer without parameters and without arrays of its own.

    inputs, outputs  numbers a row
    in_place         whether `a<i+1>` is the array `a<i>`
    """

    inputs: int
    outputs: int

    in_place = False

    @property
    def cost(self) -> int:
        """Multiplications a row, forward."""
        return sum(parameter.size for parameter in self.parameters())

    def parameters(self) -> tuple[Parameter, ...]:
        """Arrays that are trained; in kernel text `w<i>`, `c<i>`, their derivatives `gw<i>`, `gc<i>`."""
        return ()

    def scratch(self) -> dict[str, int]:
        """Further arrays of training, name -> numbers a row of the batch; in kernel text `<name><i>`."""
        return {}

    def indices(self) -> dict[str, int]:
        """The same of int32."""
        return {}

    def shared(self) -> dict[str, tuple[int, ...]]:
        """Arrays of fixed shapes, name -> shape; their memory is any layer's, so nothing stays in them."""
        return {}

    def helpers(self) -> tuple[str, ...]:
        """Functions that the texts call; each is written once."""
        return ()

    def forward(self, i: int, *, training: bool) -> str:
        """Text that computes `a<i+1>`."""
        raise NotImplementedError

    def backward(self, i: int, *, wanted: bool) -> str:
        """Text that computes the derivatives; those by the inputs only if `wanted`."""
        raise NotImplementedError

    def penalty(self, i: int) -> str:
        """Text that adds what all rows have of the layer's own part in the loss to `extra`; `backward` knows it."""
        del i
        return ""


# name -> (value at s, derivative from the value a)
ACTIVATIONS = {
    "relu": ("F(0.0) if s <= F(0.0) else s", "F(0.0) if a <= F(0.0) else F(1.0)"),  # a NaN is carried on
    "tanh": ("F(math.tanh(np.float64(s)))", "F(1.0) - a * a"),
    "sigmoid": ("F(1.0 / (1.0 + math.exp(-np.float64(s))))", "a * (F(1.0) - a)"),
    "softplus": (
        "F(max(np.float64(s), 0.0) + math.log1p(math.exp(-abs(np.float64(s)))))",
        "F(1.0 - math.exp(-np.float64(a)))",
    ),
}


@dataclass(frozen=True)
class Affine(Layer):
    """a' = a W^T + c, W of shape (outputs, inputs): row k holds the weights of unit k.

    gain  weights start uniform in +-sqrt(gain/inputs): 6 for ReLU (He et al. 2015, eq. 10), for others
          6 inputs/(inputs + outputs) (Glorot & Bengio 2010, eq. 16); 0 starts them at zero. Biases start at zero.
    order  of W in memory: "F", the weights of one input together, is the faster one in small layers that read the data;
           "C", those of one unit together, where derivatives by the inputs are wanted; rules of weight vectors need it
    """

    gain: float = 6.0
    order: Literal["C", "F"] = field(default="C", kw_only=True)

    def parameters(self) -> tuple[Parameter, ...]:
        bound, shape = sqrt(self.gain / self.inputs), (self.outputs, self.inputs)
        return Parameter("w", shape, "weight", bound, self.order), Parameter("c", (self.outputs,), "bias")


@dataclass(frozen=True)
class Dense(Affine):
    """`Affine` on dense rows, by matrix products."""

    def forward(self, i: int, *, training: bool, then: str = "") -> str:
        """`then`: the activation that follows, computed in the same pass."""
        del training
        value = ACTIVATIONS[then][0] if then else "s"
        return f"""
    np.dot(a{i}, w{i}.T, a{i + 1})
    for r in range(b):
        for k in range(n{i + 1}):
            s = a{i + 1}[r, k] + c{i}[k]
            a{i + 1}[r, k] = {value}
"""

    def backward(self, i: int, *, wanted: bool, then: str = "") -> str:
        """`then`: the activation that follows, whose derivative is multiplied in the same pass."""
        lines = [f"a = a{i + 1}[r, k]", f"d{i + 1}[r, k] *= {ACTIVATIONS[then][1]}"] if then else []
        factors = f"a{i}.T, d{i + 1}, gw{i}.T" if self.order == "F" else f"d{i + 1}.T, a{i}, gw{i}"
        text = f"""
    gc{i}[:] = F(0.0)
    for r in range(b):
        for k in range(n{i + 1}):
            {"; ".join([*lines, f"gc{i}[k] += d{i + 1}[r, k]"])}
    np.dot({factors})
"""
        return text + (f"    np.dot(d{i + 1}, w{i}, d{i})\n" if wanted else "")


@dataclass(frozen=True)
class SparseDense(Affine):
    """`Affine` on the rows of a sparse matrix as the first layer, with dropout of its inputs.

    dropout  the share of entries left out in training; those that stay are divided by 1 - dropout
    """

    dropout: float = 0.0

    def __post_init__(self) -> None:
        check_rate(self.dropout)

    def forward(self, i: int, *, training: bool) -> str:
        return f"""
    entry = 0
    for r in range(b):
        lo, hi = indptr[rows[r]], indptr[rows[r] + 1]
        for k in range(n{i + 1}):
            a{i + 1}[r, k] = c{i}[k]
{self.values(training)}        for e in range(lo, hi):
            j = indices[e]
            for k in range(n{i + 1}):
                a{i + 1}[r, k] += w{i}[k, j] * entries[entry]
            entry += 1
"""

    def values(self, training: bool) -> str:
        """Text that puts the row's numbers, some of them left out, into `entries`."""
        if not training or not self.dropout:
            return """\
        for e in range(lo, hi):
            entries[entry + e - lo] = F(x[0, e])
"""
        return f"""\
        row = entries[entry:entry + hi - lo]
        masks(round_, seed, 0, first + r, {keep_words(self.dropout)}, F({1 / (1 - self.dropout)!r}), row)
        for e in range(lo, hi):
            entries[entry + e - lo] *= F(x[0, e])
"""

    def backward(self, i: int, *, wanted: bool) -> str:
        del wanted  # there is nothing below the data
        return f"""
    gw{i}[:] = F(0.0)
    gc{i}[:] = F(0.0)
    entry = 0
    for r in range(b):
        for k in range(n{i + 1}):
            gc{i}[k] += d{i + 1}[r, k]
        for e in range(indptr[rows[r]], indptr[rows[r] + 1]):
            j = indices[e]
            for k in range(n{i + 1}):
                gw{i}[k, j] += d{i + 1}[r, k] * entries[entry]
            entry += 1
"""


@dataclass(frozen=True)
class Activation(Layer):
    """relu max(s, 0), tanh, sigmoid 1/(1 + e^-s) or softplus log(1 + e^s), in place; relu has derivative 0 at 0."""

    function: str = "relu"

    in_place = True

    def __post_init__(self) -> None:
        if self.function not in ACTIVATIONS:
            raise UnknownNameError("activation", self.function, ACTIVATIONS)

    def forward(self, i: int, *, training: bool) -> str:
        del training
        value, _ = ACTIVATIONS[self.function]
        return f"""
    for r in range(b):
        for k in range(n{i + 1}):
            s = a{i}[r, k]
            a{i}[r, k] = {value}
"""

    def backward(self, i: int, *, wanted: bool) -> str:
        if not wanted:
            return ""
        _, derivative = ACTIVATIONS[self.function]
        return f"""
    for r in range(b):
        for k in range(n{i + 1}):
            a = a{i}[r, k]
            d{i}[r, k] *= {derivative}
"""


@dataclass(frozen=True)
class Dropout(Layer):
    """Training: every number is 0 with probability `rate`, else divided by 1 - rate. Evaluation: nothing happens.

    The draws are those of the Philox stream of (seed, purpose DROPOUT), by update, layer and place in the batch.
    Source: Srivastava et al. 2014, in the inverted form in which frameworks run it.
    """

    rate: float = 0.5

    def __post_init__(self) -> None:
        check_rate(self.rate)

    def scratch(self) -> dict[str, int]:
        return {"k": self.outputs}

    def forward(self, i: int, *, training: bool) -> str:
        if not training:
            return f"\n    a{i + 1}[:] = a{i}\n"
        return f"""
    for r in range(b):
        masks(round_, seed, {i}, first + r, {keep_words(self.rate)}, F({1 / (1 - self.rate)!r}), k{i}[r])
        for k in range(n{i + 1}):
            a{i + 1}[r, k] = a{i}[r, k] * k{i}[r, k]
"""

    def backward(self, i: int, *, wanted: bool) -> str:
        if not wanted:
            return ""
        return f"""
    for r in range(b):
        for k in range(n{i + 1}):
            d{i}[r, k] = d{i + 1}[r, k] * k{i}[r, k]
"""


def check_rate(rate: float) -> None:
    """Refuse what is no rate of dropout."""
    if not 0 <= rate < 1:
        raise ParameterError(f"dropout must be in [0, 1), not {rate}")


def keep_words(rate: float) -> int:
    """How many of the 2^32 words keep a number."""
    return round((1 - rate) * 2**32)


def widths(name: str, given: Sequence[int]) -> tuple[int, ...]:
    """The widths of some layers; raises `ParameterError` for anything but a sequence of whole numbers of at least 1."""
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise ParameterError(f"{name} must be a sequence of whole numbers, as (100, 50), not {given!r}")
    if any(not isinstance(n, int | float) or int(n) != n or n < 1 for n in given):
        raise ParameterError(f"{name}={tuple(given)}: every layer needs at least one unit, a whole number of them")
    return tuple(int(n) for n in given)


def dense_layers(sizes: Sequence[int], activation: str, dropout: float) -> list[Layer]:
    """`Dense` layers from each size to the next; between them the activation and, at a rate above 0, `Dropout`.

    Raises `ParameterError` for sizes that are no whole numbers of at least 1.
    """
    if min(sizes) < 1 or any(int(n) != n for n in sizes):
        raise ParameterError(f"every layer needs at least one unit; given {list(sizes)}")
    layers: list[Layer] = []
    for n, m in zip(map(int, sizes[:-2]), map(int, sizes[1:-1]), strict=True):
        layers += [Dense(n, m, 6.0 if activation == "relu" else 6.0 * n / (n + m)), Activation(m, m, activation)]
        layers += [Dropout(m, m, dropout)] if dropout else []
    n, m = int(sizes[-2]), int(sizes[-1])
    return [*layers, Dense(n, m, 6.0 * n / (n + m))]
