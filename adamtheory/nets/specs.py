"""From texts to networks: `mlp[hidden=[500, 300], activation=tanh, dropout=0.5]`, built to the size of a data set.

    network = to_network("mlp[hidden=[100]]", Extent((64,), 10))

A list is the list of a network's layers, in contrast to those of an optimizer, which multiply out: it is one network.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

from adamtheory.errors import ParameterError, SpecError, UnknownNameError
from adamtheory.nets.layers import ACTIVATIONS
from adamtheory.nets.network import Network, mlp
from adamtheory.nets.normalization import NORMALIZATIONS
from adamtheory.runs.spec_text import Spec, Value, parse_spec, parse_value, value_text

MOST_UNITS = 1_000_000  # of one layer; a slip of the pen must not fill the memory


@dataclass(frozen=True)
class Extent:
    """What a network must know of its data: the shape of a row, the number of classes, whether rows are sparse."""

    shape: tuple[int, ...]
    classes: int
    sparse: bool = False

    @property
    def width(self) -> int:
        """Numbers a row."""
        return prod(self.shape)


@dataclass(frozen=True)
class Option:
    """A parameter of a kind of network: its default as text, how its value is read, its range and meaning in words."""

    default: str
    read: Callable[[Value], Any]
    range: str
    meaning: str


@dataclass(frozen=True)
class Kind:
    """A kind of network: what it is, its parameters, where it is from, and the function that builds it."""

    summary: str
    build: Callable[..., Network]
    options: Mapping[str, Option]
    source: str


def to_network(text: str | Spec, extent: Extent) -> Network:
    """The network of a spec for data of that extent.

    Raises `UnknownNameError` for a kind or activation that does not exist, `SpecError` for what cannot be read, and
    `ParameterError` for a parameter that the kind does not have or that is out of its range.
    """
    spec = parse_spec(text) if isinstance(text, str) else text
    kind = find(spec.name)
    for name in spec.params:
        if name not in kind.options:
            known = ", ".join(kind.options) or "none"
            raise ParameterError(f"the network {spec.name} has no parameter '{name}'; it has {known}")
    given = {name: spec.params.get(name, parse_value(option.default)) for name, option in kind.options.items()}
    return kind.build(extent, **{name: _read(spec.name, name, value) for name, value in given.items()})


def facts(name: str) -> dict[str, Any]:
    """What there is to say about a kind, for people and programs."""
    kind = find(name)
    parameters = {
        key: {"default": option.default, "range": option.range, "meaning": option.meaning}
        for key, option in kind.options.items()
    }
    return {"name": name, "kind": "network", "summary": kind.summary, "parameters": parameters, "source": kind.source}


def find(name: str) -> Kind:
    """The kind of that name; raises `UnknownNameError` with the nearest name."""
    if name not in NETWORKS:
        raise UnknownNameError("network", name, NETWORKS)
    return NETWORKS[name]


def _read(kind: str, name: str, value: Value) -> Any:
    option = NETWORKS[kind].options[name]
    try:
        return option.read(value)
    except ValueError:
        raise ParameterError(f"{name}={value_text(value)} of {kind} must be {option.range}") from None


# --- values -----------------------------------------------------------------------------------------------------------


def _size(value: Value) -> int:
    if not isinstance(value, Fraction) or value.denominator != 1 or not 1 <= value <= MOST_UNITS:
        raise ValueError
    return int(value)


def _sizes(value: Value) -> tuple[int, ...]:
    return tuple(_size(v) for v in (value if isinstance(value, tuple) else (value,)))


def _rate(value: Value) -> float:
    if not isinstance(value, Fraction) or not 0 <= value < 1:
        raise ValueError
    return float(value)


def one_of(what: str, names: Collection[str], default: str, meaning: str) -> Option:
    """One of some names."""

    def read(value: Value) -> str:
        if not isinstance(value, str):
            raise SpecError(f"{what}={value_text(value)} is not a name; give one of {', '.join(names)}")
        if value not in names:
            raise UnknownNameError(what, value, names)
        return value

    return Option(default, read, f"one of {', '.join(names)}", meaning)


def sizes(default: str, meaning: str) -> Option:
    """One whole number for each layer."""
    return Option(default, _sizes, f"a list of whole numbers from 1 to {MOST_UNITS}, as [100, 50]", meaning)


def size(default: str, meaning: str) -> Option:
    """One whole number."""
    return Option(default, _size, f"a whole number from 1 to {MOST_UNITS}", meaning)


def rate(meaning: str) -> Option:
    """A share that is left out in training."""
    return Option("0", _rate, "a number in [0, 1)", meaning)


ACTIVATION = one_of("activation", ACTIVATIONS, "relu", "of every hidden layer")


# --- kinds ------------------------------------------------------------------------------------------------------------


def _softmax(extent: Extent, *, input_dropout: float) -> Network:
    return mlp(extent.width, extent.classes, hidden=(), input_dropout=input_dropout, sparse=extent.sparse)


def _mlp(extent: Extent, **options: Any) -> Network:
    return mlp(extent.width, extent.classes, sparse=extent.sparse, **options)


def _cnn(extent: Extent, **options: Any) -> Network:
    from adamtheory.nets.convolutions import cnn

    if extent.sparse or len(extent.shape) not in (2, 3):
        raise ParameterError(f"cnn reads images; the rows of these data are {_form(extent)}: give mlp or softmax")
    channels, height, width = (1, *extent.shape)[-3:]
    return cnn((channels, height, width), extent.classes, **options)


def _vae(extent: Extent, *, hidden: int, latent: int) -> Network:
    from adamtheory.nets.autoencoder import vae

    if extent.sparse:
        raise ParameterError(f"vae reads images; the rows of these data are {_form(extent)}: give mlp or softmax")
    return vae(extent.width, hidden=hidden, latent=latent)


def _form(extent: Extent) -> str:
    return f"{'sparse ' if extent.sparse else ''}vectors of {extent.width} numbers"


INPUT_DROPOUT = rate("share of the data's numbers left out in training")

NETWORKS: dict[str, Kind] = {
    "softmax": Kind(
        "Softmax regression: one linear layer, cross entropy.",
        _softmax,
        {"input_dropout": INPUT_DROPOUT},
        "multinomial logistic regression, as in Kingma & Ba 2015, Section 6.1",
    ),
    "mlp": Kind(
        "A multilayer perceptron: dense layers with an activation, softmax and cross entropy at the end.",
        _mlp,
        {
            "hidden": sizes("[100]", "units of each hidden layer"),
            "activation": ACTIVATION,
            "dropout": rate("share of every hidden layer's outputs left out in training"),
            "input_dropout": INPUT_DROPOUT,
            "normalization": one_of(
                "normalization", NORMALIZATIONS, "none", "of every hidden layer's sums (Ba et al. 2016)"
            ),
        },
        "as in Kingma & Ba 2015, Section 6.2; starting weights of He et al. 2015 (ReLU) and Glorot & Bengio 2010",
    ),
    "cnn": Kind(
        "A convolutional network: convolutions that keep the size, each with 3x3 maxima 2 apart, then dense layers.",
        _cnn,
        {
            "channels": sizes("[16, 16, 32]", "filters of each convolution"),
            "kernel": size("5", "height and width of the filters, odd"),
            "hidden": sizes("[128]", "units of each dense layer before the last"),
            "activation": ACTIVATION,
            "dropout": rate("share of every dense hidden layer's outputs left out in training"),
            "input_dropout": INPUT_DROPOUT,
        },
        "as in Kingma & Ba 2015, Section 6.3, with channels=[64, 64, 128], hidden=[1000] and dropout",
    ),
    "vae": Kind(
        "A variational auto-encoder of pixels in [0, 1]; its loss bounds -log p(x) of an image from above.",
        _vae,
        {
            "hidden": size("100", "units of the encoder's hidden layer, and of the decoder's"),
            "latent": size("10", "normal numbers between them"),
        },
        "Kingma & Welling 2014; as in Kingma & Ba 2015, Section 6.4, with hidden=500, latent=50",
    ),
}
