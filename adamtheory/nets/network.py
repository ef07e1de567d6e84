"""A network: layers, a loss, and where everything lies in flat memory.

net = mlp(64, 10, hidden=(32,))          # 64-32-10, ReLU
net.size                                  # parameters in one flat array: all weights, then all biases
theta = net.initial(seed=0, dtype="float32")
net.array("w1", theta)                    # a view, (32, 64)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.nets.heads import Head, SoftmaxLoss
from adamtheory.nets.layers import Affine, Dense, Dropout, Layer, Parameter, SparseDense, dense_layers, widths
from adamtheory.nets.normalization import NORMALIZATIONS, normalized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


LARGE = 300_000  # multiplications a row from which a batch is cut into shards


@dataclass(frozen=True)
class Place:
    """A parameter array of layer `layer` at coordinates start..stop-1 of the flat array."""

    name: str
    layer: int
    parameter: Parameter
    start: int

    @property
    def stop(self) -> int:
        return self.start + self.parameter.size


@dataclass(frozen=True)
class Network:
    """Layers one after the other, and the loss at their end.

    layers  each layer's `inputs` are the `outputs` of the layer before
    head    the loss
    sparse  whether the first layer reads a sparse matrix itself
    Raises `ParameterError` where the widths do not fit.
    """

    name: str
    layers: tuple[Layer, ...]
    head: Head

    def __post_init__(self) -> None:
        widths = [layer.outputs for layer in self.layers]
        wanted = [*(layer.inputs for layer in self.layers[1:]), self.head.inputs]
        for i, (gives, takes) in enumerate(zip(widths, wanted, strict=True)):
            if gives != takes:
                raise ParameterError(f"layer {i} gives {gives} numbers a row and the next one takes {takes}")

    @property
    def sparse(self) -> bool:
        """Whether the first layer reads rows of a sparse matrix."""
        return isinstance(self.layers[0], SparseDense)

    @property
    def inputs(self) -> int:
        """Numbers a row of the data."""
        return self.layers[0].inputs

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where each parameter array lies: weights of all layers, then biases, so that each is one stretch."""
        found, start = [], 0
        for role in ("weight", "bias"):
            for i, layer in enumerate(self.layers):
                for parameter in layer.parameters():
                    if parameter.role == role:
                        found.append(Place(f"{parameter.name}{i}", i, parameter, start))
                        start += parameter.size
        return tuple(found)

    @property
    def shards(self) -> int:
        """Parts of a batch whose gradients threads may compute side by side; a property of the network alone.

        A sum is rounded differently where it is cut differently, so this must not depend on the machine.
        """
        return 2 if sum(layer.cost for layer in self.layers) >= LARGE else 1

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.places[-1].stop

    @property
    def weights(self) -> int:
        """Number of weights; the biases come behind them."""
        return sum(p.parameter.size for p in self.places if p.parameter.role == "weight")

    def by_units(self) -> Network:
        """The same network with the weights of every unit side by side, as rules of weight vectors need them."""
        layers = (replace(layer, order="C") if isinstance(layer, Affine) else layer for layer in self.layers)
        return replace(self, layers=tuple(layers))

    def array(self, name: str, theta: Array) -> Array:
        """The parameter array of that name (`w0`, `c0`, ...) as a view of the flat one."""
        for place in self.places:
            if place.name == name:
                flat, shape = theta[place.start : place.stop], place.parameter.shape
                return flat.reshape(shape) if place.parameter.order == "C" else flat.reshape(shape[::-1]).T
        raise UnknownNameError("parameter array", name, [p.name for p in self.places])

    def initial(self, seed: int, dtype: str) -> Array:
        """The parameters at the start: drawn in float64 from the Philox stream (seed, INIT), then rounded.

        A network is the same in both dtypes up to rounding, and in all orders of its arrays: draw number s + i of
        round 0 is that of entry number i, the last index fastest, of the array that begins at coordinate s.
        """
        import numpy as np

        theta = np.zeros(self.size)
        for place in self.places:
            theta[place.start : place.stop] = place.parameter.start
            if place.parameter.bound:
                drawn = _uniform(np.arange(place.start, place.stop, dtype=np.uint64), seed)
                values = place.parameter.bound * (2 * drawn - 1)
                theta[place.start : place.stop] += values.reshape(place.parameter.shape).ravel(place.parameter.order)
        found: Array = theta.astype(dtype)
        return found


def _uniform(index: Array, seed: int) -> Array:
    """uniform64 of many draws at once: `draw_words` has a branch on the draw, which arrays cannot take."""
    import numpy as np

    from adamtheory.engine.philox import INIT, S32, U, philox4x32

    block: Any = philox4x32
    zero = np.zeros_like(index)
    a, b, c, d = block(zero, zero, index >> U(1), zero, U(seed), U(INIT))
    odd = (index & U(1)).astype(bool)
    high, low = np.where(odd, c, a), np.where(odd, d, b)
    drawn: Array = ((high << S32 | low) >> U(11)).astype(np.float64) * 2.0**-53
    return drawn


def mlp(
    inputs: int,
    classes: int,
    *,
    hidden: Sequence[int] = (100,),
    activation: str = "relu",
    dropout: float = 0.0,
    input_dropout: float = 0.0,
    normalization: str = "none",
    sparse: bool = False,
) -> Network:
    """A multilayer perceptron: dense layers with an activation, softmax at the end; `hidden=()` is softmax regression.

    inputs, classes  numbers a row, and classes
    hidden           units of each hidden layer
    activation       relu, tanh, sigmoid or softplus
    dropout          of every hidden layer's output, in [0, 1)
    input_dropout    of the data, in [0, 1)
    normalization    "none", or "layer": `LayerNormalization` between a hidden layer and its activation
    sparse           whether the data are rows of a sparse matrix
    Raises `ParameterError` for sizes below 1 or a rate outside [0, 1), `UnknownNameError` for a name that is none.
    """
    if normalization not in NORMALIZATIONS:
        raise UnknownNameError("normalization", normalization, NORMALIZATIONS)
    sizes = [inputs, *widths("hidden", hidden), classes]
    layers = dense_layers(sizes, activation, dropout)
    first = layers[0]
    assert isinstance(first, Dense)
    gain = 0.0 if len(layers) == 1 else first.gain
    if sparse:
        layers[0] = SparseDense(first.inputs, first.outputs, gain, input_dropout, order="F")
    else:
        before = [Dropout(first.inputs, first.inputs, input_dropout)] if input_dropout else []
        layers[:1] = [*before, Dense(first.inputs, first.outputs, gain, order="F")]
    if normalization == "layer":
        layers = normalized(layers)
    name, told = "softmax" if len(sizes) == 2 else "mlp", ", normalized" if normalization != "none" else ""
    return Network(f"{name}[{'-'.join(str(int(n)) for n in sizes)}{told}]", tuple(layers), SoftmaxLoss(int(classes)))
